import type { AgentDocument, DocumentAction, DocumentNode, DocumentRequisite } from './document.ts'

/** A node with where it stands. */
export interface PlacedNode {
  readonly node: DocumentNode
  readonly path: string
  readonly workflow: number
}

export const placedNodes = (document: AgentDocument): PlacedNode[] =>
  document.workflows.flatMap((workflow, workflowIndex) =>
    workflow.nodes.map((node, index) => ({
      node,
      path: `workflows[${workflowIndex}].nodes[${index}]`,
      workflow: workflowIndex,
    })),
  )

export interface PlacedAction {
  readonly action: DocumentAction
  readonly path: string
}

/** Actions that run one after the other; `path` is that of the list. */
export interface PlacedList {
  readonly actions: readonly DocumentAction[]
  readonly path: string
}

/** Every list of actions of a node: its own, those of conditions, of fallbacks, and what its questions say. */
export const actionLists = ({ node, path }: PlacedNode): PlacedList[] => {
  const run = [
    { actions: node.actions ?? [], path: `${path}.actions` },
    ...(node.conditions ?? []).map(({ actions }, index) => ({
      actions,
      path: `${path}.conditions[${index}].actions`,
    })),
  ]
  return [
    ...(node.requisites ?? []).flatMap((requisite, index) =>
      spokenLists(requisite, `${path}.requisites[${index}]`),
    ),
    ...run,
    ...run
      .flatMap(placedIn)
      .flatMap(({ action, path: at }) =>
        'fallback' in action && action.fallback ? [{ actions: action.fallback, path: `${at}.fallback` }] : [],
      ),
  ]
}

const spokenLists = ({ prompt, reprompt }: DocumentRequisite, path: string): PlacedList[] => [
  { actions: prompt, path: `${path}.prompt` },
  ...(reprompt ? [{ actions: reprompt, path: `${path}.reprompt` }] : []),
]

const placedIn = ({ actions, path }: PlacedList): PlacedAction[] =>
  actions.map((action, index) => ({ action, path: `${path}[${index}]` }))

/** Every action of a node, wherever it stands. */
export const placedActions = (placed: PlacedNode): PlacedAction[] => actionLists(placed).flatMap(placedIn)

/** All names of a document that others may refer to. Built once: a large document has thousands of references. */
export interface Names {
  readonly intents: ReadonlySet<string>
  readonly nodeIds: ReadonlySet<string>
  readonly entities: ReadonlySet<string>
  readonly collections: ReadonlySet<string>
  /** Webhooks that an action may call. */
  readonly actionWebhooks: ReadonlySet<string>
  /** For each workflow its nodes and their parents. */
  readonly parentsOf: readonly ReadonlyMap<string, string | undefined>[]
}

export const namesOf = (document: AgentDocument): Names => ({
  intents: new Set(document.intents.map(({ intent }) => intent)),
  nodeIds: new Set(document.workflows.flatMap(({ nodes }) => nodes.map((node) => node.node_id))),
  entities: new Set((document.entities ?? []).map(({ entity }) => entity)),
  collections: new Set((document.knowledge ?? []).map(({ collection }) => collection)),
  actionWebhooks: new Set(
    (document.webhooks ?? []).filter(({ kind }) => kind === 'action').map(({ id }) => id),
  ),
  parentsOf: document.workflows.map(
    ({ nodes }) => new Map(nodes.map((node) => [node.node_id, node.parent_id])),
  ),
})
