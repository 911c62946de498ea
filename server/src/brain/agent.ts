import type { AgentDocument, DocumentNode } from './document/document.ts'
import type { Example, IntentModel } from './intents/model.ts'
import { exactPhrases } from './intents/phrases.ts'
import { asksForPerson } from './person-guard.ts'

/** A document made ready to think with: looked up, not searched. Read-only, shared by all sessions of a version. */
export interface Agent {
  readonly document: AgentDocument
  /** Null before the first training: then only the very phrases are understood. */
  readonly model: IntentModel | null
  readonly phrases: ReadonlyMap<string, string>
  readonly threshold: number
  readonly nodes: ReadonlyMap<string, DocumentNode>
  /** Nodes by their parent; '' holds those without one, of all workflows in their order. */
  readonly childrenOf: ReadonlyMap<string, readonly DocumentNode[]>
  /** Intents whose own phrases ask for a person: the document hears such requests itself. */
  readonly personIntents: ReadonlySet<string>
  readonly isHandoverAllowed: boolean
  readonly unknownHandoverAfter: number
}

export const prepareAgent = (document: AgentDocument, model: IntentModel | null): Agent => {
  const nodes = document.workflows.flatMap((workflow) => workflow.nodes)
  const { confidence_threshold = 'auto', unknown_handover_after } = document.agent
  return {
    document,
    model,
    phrases: model?.phrases ?? exactPhrases(trainingExamples(document)),
    threshold: confidence_threshold === 'auto' ? (model?.threshold ?? 1) : confidence_threshold,
    nodes: new Map(nodes.map((node) => [node.node_id, node])),
    childrenOf: Map.groupBy(nodes, (node) => node.parent_id ?? rootKey),
    personIntents: personIntents(document),
    isHandoverAllowed: document.guidelines?.support_handover !== false,
    unknownHandoverAfter: unknown_handover_after ?? unknownHandoverAfterDefault,
  }
}

/** Key of `childrenOf` for nodes without a parent. */
export const rootKey = ''

export const unknownHandoverAfterDefault = 3

/** What `trainIntents` learns from. */
export const trainingExamples = (document: AgentDocument): readonly Example[] =>
  document.intents.flatMap(({ intent, examples }) => examples.map((text) => ({ text, intent })))

const personIntents = (document: AgentDocument): ReadonlySet<string> =>
  new Set(document.intents.filter(({ examples }) => examples.some(asksForPerson)).map(({ intent }) => intent))
