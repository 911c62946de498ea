import { checkAction } from './checks/check-action.ts'
import { checkNode } from './checks/check-node.ts'
import { checkOutside } from './checks/check-outside.ts'
import { checkQuestions } from './checks/check-questions.ts'
import { checkTemplate, textsOfNode } from './checks/check-templates.ts'
import { checkTests } from './checks/check-tests.ts'
import { duplicates, nodeReference } from './checks/references.ts'
import type { AgentDocument } from './document.ts'
import { type DocumentFault, faultsMax } from './document-fault.ts'
import { type Names, namesOf, placedActions, placedNodes } from './placed-nodes.ts'

/**
 * What keeps a well-formed document from running and no schema can say: names that are not unique or lead nowhere,
 * templates and patterns that cannot be read, parts that contradict each other.
 */
export const documentErrors = (document: AgentDocument): DocumentFault[] => {
  const faults: DocumentFault[] = []
  for (const found of partByPart(document)) {
    faults.push(...found)
    if (faults.length >= faultsMax) break
  }
  return faults
}

function* partByPart(document: AgentDocument): Iterable<DocumentFault[]> {
  const nodes = placedNodes(document)
  const names = namesOf(document)
  yield duplicates(
    document.intents.map((intent, index) => [intent.intent, `intents[${index}].intent`]),
    'intent',
  )
  yield duplicates(
    document.workflows.map((workflow, index) => [workflow.workflow_id, `workflows[${index}].workflow_id`]),
    'workflow_id',
  )
  yield duplicates(
    nodes.map(({ node, path }) => [node.node_id, `${path}.node_id`]),
    'node_id',
  )
  for (const placed of nodes) {
    yield checkNode(names, placed)
    yield checkQuestions(names, placed)
    for (const action of placedActions(placed)) yield checkAction(names, action)
  }
  yield checkStart(names, document)
  yield checkOutside(document)
  for (const placed of nodes) for (const text of textsOfNode(placed)) yield checkTemplate(text)
  yield checkTests(names, document)
}

const checkStart = (names: Names, document: AgentDocument): DocumentFault[] => {
  const start = document.agent.starting_node_id
  return start === undefined ? [] : nodeReference(names, start, 'agent.starting_node_id')
}
