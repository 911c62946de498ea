import type { DifferenceKind } from './compare-turns.ts'
import type { ReplayedConversation, ReplayedTurn, ReplayMode } from './replay-conversation.ts'

/** What would have been otherwise, conversation by conversation, and in all. */
export interface ReplayReport {
  readonly agent_id: string
  /** 0 is the draft. */
  readonly version: number
  readonly mode: ReplayMode
  readonly totals: ReplayTotals
  /** Those in which something changed, or could not be replayed. */
  readonly conversations: readonly ConversationReport[]
  /** Changed conversations beyond those that are listed. */
  readonly left_off: number
}

export interface ReplayTotals {
  readonly conversations: number
  readonly conversations_changed: number
  readonly turns: number
  readonly turns_changed: number
  /** The same to the letter. */
  readonly turns_identical: number
  readonly turns_refused: number
  readonly turns_unreached: number
  /** Turns by what changed in them. */
  readonly changed: Readonly<Record<DifferenceKind, number>>
  /** Part of the conversations, 0 to 1, that the agent did not hand over; null without any. */
  readonly containment: { readonly before: number | null; readonly after: number | null }
}

export interface ConversationReport {
  readonly session_id: string
  /** Of the recording. */
  readonly version: number
  /** Only those that changed. */
  readonly turns: readonly Omit<ReplayedTurn, 'is_identical'>[]
  readonly refused: readonly RefusedTurn[]
  readonly unreached: number
}

export interface RefusedTurn {
  readonly turn: number
  readonly reason: string
}

export interface Replayed {
  readonly sessionId: string
  readonly version: number
  readonly conversation: ReplayedConversation
  readonly refused: readonly RefusedTurn[]
}

/** Adds up as conversations come in; keeps only what the report shows. */
export const newReport = (head: Pick<ReplayReport, 'agent_id' | 'version' | 'mode'>) => {
  const conversations: ConversationReport[] = []
  const changed = new Map<DifferenceKind, number>()
  const count = {
    conversations: 0,
    changed: 0,
    turns: 0,
    turnsChanged: 0,
    identical: 0,
    refused: 0,
    unreached: 0,
  }
  const handedOver = { before: 0, after: 0 }
  const add = ({ sessionId, version, conversation, refused }: Replayed): void => {
    const turns = conversation.turns.filter(({ differences }) => differences.length > 0)
    count.conversations++
    count.turns += conversation.turns.length
    count.turnsChanged += turns.length
    count.identical += conversation.turns.filter((turn) => turn.is_identical).length
    count.refused += refused.length
    count.unreached += conversation.unreached
    if (turns.length > 0) count.changed++
    if (conversation.handed_over.before) handedOver.before++
    if (conversation.handed_over.after) handedOver.after++
    for (const { differences } of turns)
      for (const what of new Set(differences.map((one) => one.what)))
        changed.set(what, (changed.get(what) ?? 0) + 1)
    if (turns.length > 0 || refused.length > 0)
      conversations.push({
        session_id: sessionId,
        version,
        turns: turns.map(({ turn, said, differences }) => ({ turn, said, differences })),
        refused,
        unreached: conversation.unreached,
      })
  }
  const finish = (): ReplayReport => ({
    ...head,
    totals: {
      conversations: count.conversations,
      conversations_changed: count.changed,
      turns: count.turns,
      turns_changed: count.turnsChanged,
      turns_identical: count.identical,
      turns_refused: count.refused,
      turns_unreached: count.unreached,
      changed: changedOf(changed),
      containment: {
        before: contained(count.conversations, handedOver.before),
        after: contained(count.conversations, handedOver.after),
      },
    },
    conversations: conversations.slice(0, conversationsListedMax),
    left_off: Math.max(0, conversations.length - conversationsListedMax),
  })
  return { add, finish }
}

/** More than this nobody reads; the totals count all. */
const conversationsListedMax = 200

const changedOf = (changed: ReadonlyMap<DifferenceKind, number>): ReplayTotals['changed'] => ({
  intent: changed.get('intent') ?? 0,
  nodes: changed.get('nodes') ?? 0,
  variables: changed.get('variables') ?? 0,
  responses: changed.get('responses') ?? 0,
  handover: changed.get('handover') ?? 0,
  closed: changed.get('closed') ?? 0,
  tags: changed.get('tags') ?? 0,
  unrecorded_ask: changed.get('unrecorded_ask') ?? 0,
})

const contained = (conversations: number, handedOver: number): number | null =>
  conversations === 0 ? null : (conversations - handedOver) / conversations
