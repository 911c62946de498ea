import { didYouMean } from '../../domain/closest-name.ts'
import type { AgentDocument } from './document.ts'
import type { DocumentFault } from './document-fault.ts'
import { type Names, namesOf, type PlacedNode, placedNodes } from './placed-nodes.ts'
import { childPath } from './schema-faults.ts'
import { templateProblem } from '../template.ts'

/**
 * What keeps a well-formed document from running and no schema can say: names that are not unique or lead nowhere,
 * templates that cannot be read.
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
    ...nodes.flatMap((placed) => [...nodeErrors(names, placed), ...actionErrors(names, placed)]),
    ...startErrors(names, document),
    ...nodes.flatMap(templateErrors),
  ]
}

const duplicates = (names: readonly (readonly [string, string])[], what: string): DocumentFault[] => {
  const first = new Map<string, string>()
  const faults: DocumentFault[] = []
  for (const [name, path] of names) {
    const earlier = first.get(name)
    if (earlier === undefined) first.set(name, path)
    else
      faults.push({
        path,
        message: `"${name}" stands at ${earlier} already`,
        cure: `choose another ${what}, or join the two`,
      })
  }
  return faults
}

const nodeErrors = (names: Names, placed: PlacedNode): DocumentFault[] => {
  const { node, path } = placed
  const faults: DocumentFault[] = []
  if (node.type === 'intent' && node.intent === undefined)
    faults.push({
      path: `${path}.intent`,
      message: 'is missing',
      cure: 'a node of type intent names its intent',
    })
  if (node.type !== 'intent' && node.intent !== undefined)
    faults.push({
      path: `${path}.intent`,
      message: `has no meaning in a node of type ${node.type}`,
      cure: 'make the type intent, or leave it out',
    })
  if (node.type !== 'event' && node.event !== undefined)
    faults.push({
      path: `${path}.event`,
      message: `has no meaning in a node of type ${node.type}`,
      cure: 'make the type event, or leave it out',
    })
  if (node.intent !== undefined && !names.intents.has(node.intent))
    faults.push({
      path: `${path}.intent`,
      message: `"${node.intent}" is none of the intents`,
      cure: didYouMean(node.intent, names.intents, 'name an intent of this document, or add it'),
    })
  if (node.parent_id !== undefined) faults.push(...parentErrors(names, placed, node.parent_id))
  return faults
}

const parentErrors = (
  names: Names,
  { node, path, workflow }: PlacedNode,
  parentId: string,
): DocumentFault[] => {
  const parentOf = names.parentsOf[workflow] ?? new Map<string, string | undefined>()
  const at = `${path}.parent_id`
  if (!parentOf.has(parentId)) {
    const cure = didYouMean(parentId, parentOf.keys(), 'name a node_id of the same workflow')
    return [{ path: at, message: `"${parentId}" is no node of this workflow`, cure }]
  }
  let ancestor: string | undefined = parentId
  for (let depth = 0; ancestor !== undefined && depth <= parentOf.size; depth++) {
    if (ancestor === node.node_id) {
      const cure = 'leave out one parent_id of the circle'
      return [{ path: at, message: 'makes the node its own ancestor', cure }]
    }
    ancestor = parentOf.get(ancestor)
  }
  return []
}

const nodeReference = (names: Names, nodeId: string, path: string): DocumentFault[] => {
  if (names.nodeIds.has(nodeId)) return []
  return [
    {
      path,
      message: `"${nodeId}" is the node_id of no node`,
      cure: didYouMean(nodeId, names.nodeIds, 'name a node_id of this document'),
    },
  ]
}

const actionErrors = (names: Names, { node, path }: PlacedNode): DocumentFault[] =>
  node.actions.flatMap((action, index) => {
    const at = `${path}.actions[${index}]`
    switch (action.type) {
      case 'jump':
        return nodeReference(names, action.node_id, `${at}.node_id`)
      case 'webview':
        return action.trigger_node_id === undefined
          ? []
          : nodeReference(names, action.trigger_node_id, `${at}.trigger_node_id`)
      case 'carousel':
        return action.cards.flatMap((card, cardIndex) =>
          card.buttons.flatMap((button, buttonIndex) =>
            button.trigger_node_id === undefined
              ? []
              : nodeReference(
                  names,
                  button.trigger_node_id,
                  `${at}.cards[${cardIndex}].buttons[${buttonIndex}].trigger_node_id`,
                ),
          ),
        )
      case 'set_variables':
        return Object.keys(action.variables).flatMap((variable) =>
          variableErrors(variable, `${at}.variables`),
        )
      default:
        return []
    }
  })

const readOnlyVariables = ['channels', 'user.user_id', 'user.custom_psid']

const variableErrors = (name: string, path: string): DocumentFault[] => {
  const isReadOnly =
    name.startsWith('sys-') ||
    readOnlyVariables.some((owned) => name === owned || name.startsWith(`${owned}.`))
  const at = childPath(path, name)
  if (isReadOnly) return [{ path: at, message: 'is read-only', cure: 'choose a name of your own' }]
  if (name.split('.').includes('__proto__'))
    return [{ path: at, message: 'is no name of a variable', cure: 'choose another name' }]
  return []
}

const startErrors = (names: Names, document: AgentDocument): DocumentFault[] => {
  const start = document.agent.starting_node_id
  return start === undefined ? [] : nodeReference(names, start, 'agent.starting_node_id')
}

/** Every text of every action is a template; the walk is over values, so that no new action is forgotten. */
const templateErrors = ({ node, path }: PlacedNode): DocumentFault[] =>
  textsOf(node.actions, `${path}.actions`).flatMap(templateError)

const templateError = ([path, text]: readonly [string, string]): DocumentFault[] => {
  const problem = templateProblem(text)
  if (problem === undefined) return []
  return [
    {
      path,
      message: `has a template that cannot be read: ${problem}`,
      cure: 'write {{$name}} or {{$name | filter}}',
    },
  ]
}

const textsOf = (value: unknown, path: string): (readonly [string, string])[] => {
  if (typeof value === 'string') return [[path, value]]
  if (Array.isArray(value)) return value.flatMap((item, index) => textsOf(item, childPath(path, index)))
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, item]) => textsOf(item, childPath(path, key)))
}
