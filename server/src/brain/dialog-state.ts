import { isJsonObject, type Json } from '../domain/json.ts'
import { type Offer, offerJson, readOffer } from './offered-choice.ts'
import type { DialogState } from './turn-types.ts'

/**
 * Where the conversation stands, as the agent remembers it from turn to turn. It comes out of a store and may have
 * been written by another version of the document, so it is believed only as far as it has the right form.
 */
export interface Dialog {
  /** How often in a row the agent did not understand. */
  readonly unknownCounter: number
  /** The node that spoke last. */
  readonly standsAt?: string | undefined
  /** What the user was asked and has not answered. */
  readonly question?: OpenQuestion | undefined
  /** Questions that a digression put aside, the last one on top. */
  readonly suspended: readonly OpenQuestion[]
  /** The user was asked which of some intents was meant. */
  readonly isClarifying: boolean
  /** The quick replies that were offered last. */
  readonly offer?: Offer | undefined
}

export interface OpenQuestion {
  readonly node_id: string
  /** The requisite, by the variable it fills. */
  readonly save_as: string
  /** Answers that were not valid. */
  readonly attempts: number
  /** Requisites of the node that were given up and are not asked again, by their variables. */
  readonly skipped: readonly string[]
}

/** What a digression may be nested in; deeper ones forget the oldest question. */
const suspendedMax = 5

/** After a silence longer than `inactivityMs` only the variables are left, and those are in the context. */
export const readDialog = (state: DialogState, now: number, inactivityMs: number): Dialog => {
  const lastTurnAt = state['last_turn_at']
  if (typeof lastTurnAt === 'number' && now - lastTurnAt > inactivityMs) return freshDialog
  const { unknown_counter: counter, node_id: standsAt, suspended } = state
  return {
    unknownCounter: Number.isSafeInteger(counter) && counter > 0 ? counter : 0,
    standsAt: typeof standsAt === 'string' ? standsAt : undefined,
    question: questionOf(state['question']),
    suspended: Array.isArray(suspended) ? suspended.flatMap((item) => questionOf(item) ?? []) : [],
    isClarifying: state['is_clarifying'] === true,
    offer: readOffer(state['offer']),
  }
}

const freshDialog: Dialog = { unknownCounter: 0, suspended: [], isClarifying: false }

export const writeDialog = (dialog: Dialog, now: number): DialogState => ({
  unknown_counter: dialog.unknownCounter,
  last_turn_at: now,
  ...(dialog.standsAt === undefined ? {} : { node_id: dialog.standsAt }),
  ...(dialog.question === undefined ? {} : { question: questionJson(dialog.question) }),
  ...(dialog.suspended.length === 0
    ? {}
    : { suspended: dialog.suspended.slice(-suspendedMax).map(questionJson) }),
  ...(dialog.isClarifying ? { is_clarifying: true } : {}),
  ...(dialog.offer ? { offer: offerJson(dialog.offer) } : {}),
})

const questionJson = ({ node_id, save_as, attempts, skipped }: OpenQuestion): Json => ({
  node_id,
  save_as,
  attempts,
  ...(skipped.length === 0 ? {} : { skipped: [...skipped] }),
})

const questionOf = (value: Json | undefined): OpenQuestion | undefined => {
  if (!isJsonObject(value)) return undefined
  const { node_id: nodeId, save_as: saveAs, attempts, skipped } = value
  if (typeof nodeId !== 'string' || typeof saveAs !== 'string') return undefined
  return {
    node_id: nodeId,
    save_as: saveAs,
    attempts: Number.isSafeInteger(attempts) ? Number(attempts) : 0,
    skipped: Array.isArray(skipped) ? skipped.filter((name) => typeof name === 'string') : [],
  }
}
