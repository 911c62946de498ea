import { didYouMean } from './closest-name.ts'
import type { AgentDocument } from './document.ts'
import type { DocumentFault } from './document-fault.ts'
import { type PlacedNode, placedNodes } from './placed-nodes.ts'
import { childPath } from './schema-faults.ts'
import { templateProblem } from './template.ts'

/**
 * What keeps a well-formed document from running and no schema can say: names that are not unique or lead nowhere,
 * templates that cannot be read.
 */
export const documentErrors = (document: AgentDocument): DocumentFault[] => {
  const nodes = placedNodes(document)
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
    ...nodes.flatMap((placed) => [...nodeErrors(document, nodes, placed), ...actionErrors(nodes, placed)]),
    ...startErrors(document, nodes),
    ...templateErrors(document),
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

const nodeErrors = (
  document: AgentDocument,
  nodes: readonly PlacedNode[],
  { node, path, workflow }: PlacedNode,
): DocumentFault[] => {
  const faults: DocumentFault[] = []
  const intents = document.intents.map((intent) => intent.intent)
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
  if (node.intent !== undefined && !intents.includes(node.intent))
    faults.push({
      path: `${path}.intent`,
      message: `"${node.intent}" is none of the intents`,
      cure: didYouMean(node.intent, intents, 'name an intent of this document, or add it'),
    })
  if (node.parent_id !== undefined)
    faults.push(...parentErrors(nodes, node.node_id, node.parent_id, path, workflow))
  return faults
}

const parentErrors = (
  nodes: readonly PlacedNode[],
  nodeId: string,
  parentId: string,
  path: string,
  workflow: number,
): DocumentFault[] => {
  const own = nodes.filter((placed) => placed.workflow === workflow).map((placed) => placed.node)
  const at = `${path}.parent_id`
  if (!own.some((node) => node.node_id === parentId))
    return [
      {
        path: at,
        message: `"${parentId}" is no node of this workflow`,
        cure: didYouMean(
          parentId,
          own.map((node) => node.node_id),
          'name a node_id of the same workflow',
        ),
      },
    ]
  const parentOf = new Map(own.map((node) => [node.node_id, node.parent_id]))
  let ancestor: string | undefined = parentId
  for (let depth = 0; ancestor !== undefined && depth <= own.length; depth++) {
    if (ancestor === nodeId)
      return [
        {
          path: at,
          message: 'makes the node its own ancestor',
          cure: 'leave out one parent_id of the circle',
        },
      ]
    ancestor = parentOf.get(ancestor)
  }
  return []
}

const nodeReference = (nodes: readonly PlacedNode[], nodeId: string, path: string): DocumentFault[] => {
  const ids = nodes.map(({ node }) => node.node_id)
  if (ids.includes(nodeId)) return []
  return [
    {
      path,
      message: `"${nodeId}" is the node_id of no node`,
      cure: didYouMean(nodeId, ids, 'name a node_id of this document'),
    },
  ]
}

const actionErrors = (nodes: readonly PlacedNode[], { node, path }: PlacedNode): DocumentFault[] =>
  node.actions.flatMap((action, index) => {
    const at = `${path}.actions[${index}]`
    switch (action.type) {
      case 'jump':
        return nodeReference(nodes, action.node_id, `${at}.node_id`)
      case 'webview':
        return action.trigger_node_id === undefined
          ? []
          : nodeReference(nodes, action.trigger_node_id, `${at}.trigger_node_id`)
      case 'carousel':
        return action.cards.flatMap((card, cardIndex) =>
          card.buttons.flatMap((button, buttonIndex) =>
            button.trigger_node_id === undefined
              ? []
              : nodeReference(
                  nodes,
                  button.trigger_node_id,
                  `${at}.cards[${cardIndex}].buttons[${buttonIndex}].trigger_node_id`,
                ),
          ),
        )
      case 'set_variables':
        return Object.keys(action.variables).flatMap((name) => variableErrors(name, `${at}.variables`))
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

const startErrors = (document: AgentDocument, nodes: readonly PlacedNode[]): DocumentFault[] => {
  const start = document.agent.starting_node_id
  return start === undefined ? [] : nodeReference(nodes, start, 'agent.starting_node_id')
}

/** Every text of every action is a template; the walk is over values, so that no new action is forgotten. */
const templateErrors = (document: AgentDocument): DocumentFault[] =>
  placedNodes(document).flatMap(({ node, path }) =>
    textsOf(node.actions, `${path}.actions`).flatMap(templateError),
  )

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
