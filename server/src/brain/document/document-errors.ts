import { checkAction } from './checks/check-action.ts'
import { checkNode } from './checks/check-node.ts'
import { checkOutside } from './checks/check-outside.ts'
import { checkQuestions } from './checks/check-questions.ts'
import { checkTemplates } from './checks/check-templates.ts'
import { checkTests } from './checks/check-tests.ts'
import { duplicates, nodeReference } from './checks/references.ts'
import type { AgentDocument } from './document.ts'
import type { DocumentFault } from './document-fault.ts'
import { type Names, namesOf, placedActions, placedNodes } from './placed-nodes.ts'

/**
 * What keeps a well-formed document from running and no schema can say: names that are not unique or lead nowhere,
 * templates and patterns that cannot be read, parts that contradict each other.
 */
export const documentErrors = (document: AgentDocument): DocumentFault[] => {
  const nodes = placedNodes(document)
  const names = namesOf(document)
  return [
    ...duplicates(
      document.intents.map((intent, index) => [intent.intent, `intents[${index}].intent`]),
      'intent',
    ),
    ...duplicates(
      document.workflows.map((workflow, index) => [workflow.workflow_id, `workflows[${index}].workflow_id`]),
      'workflow_id',
    ),
    ...duplicates(
      nodes.map(({ node, path }) => [node.node_id, `${path}.node_id`]),
      'node_id',
    ),
    ...nodes.flatMap((placed) => [
      ...checkNode(names, placed),
      ...checkQuestions(names, placed),
      ...placedActions(placed).flatMap((action) => checkAction(names, action)),
    ]),
    ...checkStart(names, document),
    ...checkOutside(document),
    ...nodes.flatMap(checkTemplates),
    ...checkTests(names, document),
  ]
}

const checkStart = (names: Names, document: AgentDocument): DocumentFault[] => {
  const start = document.agent.starting_node_id
  return start === undefined ? [] : nodeReference(names, start, 'agent.starting_node_id')
}
