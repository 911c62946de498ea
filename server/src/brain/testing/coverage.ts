import { type AgentDocument, offtopicsIntent } from '../document/document.ts'
import type { Trace } from '../turn-types.ts'
import { understoodIntent } from './check-turn.ts'

/** How much of a document its tests came by. */
export interface Coverage {
  readonly nodes: Covered
  /** Conditions of nodes that held, `node_id#index`. */
  readonly branches: Covered
  readonly intents: Covered
  /** What can happen to this agent, and what it can make happen. */
  readonly events: Covered
}

export interface Covered {
  readonly covered: number
  readonly total: number
  readonly missing: readonly string[]
}

/** What it counts of a turn. */
export interface ThoughtTurn {
  readonly trace: Trace
  readonly events: readonly string[]
  readonly kind: 'session_start' | 'message' | 'attachment'
}

export const coverageOf = (document: AgentDocument, turns: readonly ThoughtTurn[]): Coverage => {
  const nodes = document.workflows.flatMap((workflow) => workflow.nodes)
  const branches = nodes.flatMap(({ node_id: id, conditions = [] }) =>
    conditions.map((_, index) => `${id}#${index}`),
  )
  return {
    nodes: covered(
      nodes.map((node) => node.node_id),
      turns.flatMap(({ trace }) => trace.nodes),
    ),
    branches: covered(
      branches,
      turns.flatMap(({ trace }) =>
        (trace.conditions ?? []).flatMap(({ node_id: id, index, held }) => (held ? [`${id}#${index}`] : [])),
      ),
    ),
    intents: covered(
      document.intents.map(({ intent }) => intent),
      turns.flatMap(({ trace }) => metIntents(trace)),
    ),
    events: covered(possibleEvents(document), turns.flatMap(happened)),
  }
}

/** The out-of-scope class is met by being the best guess, for it is never accepted. */
const metIntents = (trace: Trace): string[] => {
  const understood = understoodIntent(trace)
  if (understood !== null) return [understood]
  return trace.intent?.name === offtopicsIntent ? [offtopicsIntent] : []
}

const covered = (all: readonly string[], seen: readonly string[]): Covered => {
  const met = new Set(seen)
  const missing = all.filter((name) => !met.has(name))
  return { covered: all.length - missing.length, total: all.length, missing }
}

const happened = ({ kind, events }: ThoughtTurn): string[] => [
  kind,
  ...events.map((event) =>
    event.startsWith('handover:') ? 'handover' : event.startsWith('tag:') ? 'tag' : event,
  ),
]

const possibleEvents = (document: AgentDocument): string[] => {
  const nodes = document.workflows.flatMap((workflow) => workflow.nodes)
  const types = new Set(nodes.flatMap((node) => typesIn(node)))
  return [
    ...(document.agent.starting_node_id === undefined ? [] : ['session_start']),
    'message',
    ...(nodes.some(({ event }) => event === 'attachment') ? ['attachment'] : []),
    ...(document.guidelines?.support_handover === false && !types.has('handover') ? [] : ['handover']),
    ...(types.has('close') ? ['closed'] : []),
    ...(types.has('tag') ? ['tag'] : []),
  ]
}

/** The `type` of everything within; the walk is over values, so that no place of an action is forgotten. */
const typesIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(typesIn)
  if (typeof value !== 'object' || value === null) return []
  const own = 'type' in value && typeof value.type === 'string' ? [value.type] : []
  return [...own, ...Object.values(value).flatMap(typesIn)]
}
