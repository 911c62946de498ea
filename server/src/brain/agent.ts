import type { AgentDocument, DocumentAction, DocumentNode } from './document/document.ts'
import { systemEntities } from './document/understanding-part.ts'
import { type PreparedEntities, prepareEntities } from './entities/prepare-entities.ts'
import type { Example, IntentModel } from './intents/model.ts'
import { exactPhrases } from './intents/phrases.ts'
import { asksForPerson } from './person-guard.ts'

/** A document made ready to think with: looked up, not searched. Read-only, shared by all sessions of a version. */
export interface Agent {
  readonly document: AgentDocument
  /** Null before the first training: then only the very phrases are understood. */
  readonly model: IntentModel | null
  readonly phrases: ReadonlyMap<string, string>
  /** From which confidence an intent is understood, when the document says so itself. */
  readonly threshold: number | undefined
  readonly entities: PreparedEntities
  /** The document's own entities, and the system's that its questions ask for. */
  readonly entityNames: readonly string[]
  readonly nodes: ReadonlyMap<string, DocumentNode>
  /** Nodes by their parent; '' holds those without one, of all workflows in their order. */
  readonly childrenOf: ReadonlyMap<string, readonly DocumentNode[]>
  /** Variables that the document's questions and actions set, by their paths. */
  readonly ownVariables: readonly string[]
  /** Intents whose own phrases ask for a person: the document hears such requests itself. */
  readonly personIntents: ReadonlySet<string>
  readonly isHandoverAllowed: boolean
  readonly unknownHandoverAfter: number
  /** Silence after which the agent forgets where the conversation stood. */
  readonly inactivityMs: number
  readonly hasKnowledge: boolean
  readonly hasModels: boolean
}

export const prepareAgent = (document: AgentDocument, model: IntentModel | null): Agent => {
  const nodes = document.workflows.flatMap((workflow) => workflow.nodes)
  const { confidence_threshold = 'auto', unknown_handover_after, inactivity_timeout } = document.agent
  return {
    document,
    model,
    phrases: model?.phrases ?? exactPhrases(trainingExamples(document)),
    threshold: confidence_threshold === 'auto' ? undefined : confidence_threshold,
    entities: prepareEntities(document.entities ?? []),
    entityNames: entityNames(document, nodes),
    nodes: new Map(nodes.map((node) => [node.node_id, node])),
    childrenOf: Map.groupBy(nodes, (node) => node.parent_id ?? rootKey),
    ownVariables: ownVariables(nodes),
    personIntents: personIntents(document),
    isHandoverAllowed: document.guidelines?.support_handover !== false,
    unknownHandoverAfter: unknown_handover_after ?? unknownHandoverAfterDefault,
    inactivityMs: (inactivity_timeout ?? inactivitySecondsDefault) * 1000,
    hasKnowledge: (document.knowledge ?? []).length > 0,
    hasModels: (document.models ?? []).length > 0,
  }
}

/** Key of `childrenOf` for nodes without a parent. */
export const rootKey = ''

const unknownHandoverAfterDefault = 3
const inactivitySecondsDefault = 86_400

/** What `trainIntents` learns from. */
export const trainingExamples = (document: AgentDocument): readonly Example[] =>
  document.intents.flatMap(({ intent, examples }) => examples.map((text) => ({ text, intent })))

const personIntents = (document: AgentDocument): ReadonlySet<string> =>
  new Set(document.intents.filter(({ examples }) => examples.some(asksForPerson)).map(({ intent }) => intent))

const entityNames = (document: AgentDocument, nodes: readonly DocumentNode[]): readonly string[] => {
  const asked = new Set(
    nodes.flatMap(({ requisites = [] }) => requisites.map(({ validate }) => validate?.entity)),
  )
  return [
    ...(document.entities ?? []).map(({ entity }) => entity),
    ...systemEntities.filter((name) => asked.has(name)),
  ]
}

/** All actions of a node, those of its conditions and fallbacks too. */
const actionsOf = (node: DocumentNode): readonly DocumentAction[] =>
  [...(node.actions ?? []), ...(node.conditions ?? []).flatMap(({ actions }) => actions)].flatMap(
    (action): DocumentAction[] =>
      'fallback' in action && action.fallback ? [action, ...action.fallback] : [action],
  )

const ownVariables = (nodes: readonly DocumentNode[]): readonly string[] => [
  ...new Set(
    nodes.flatMap((node) => [
      ...(node.requisites ?? []).map(({ save_as: saveAs }) => saveAs),
      ...actionsOf(node).flatMap((action) =>
        action.type === 'set_variables' ? Object.keys(action.variables) : [],
      ),
    ]),
  ),
]
