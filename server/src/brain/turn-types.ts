import type { Json, JsonObject } from '../domain/json.ts'
import type { AgentResponse, Attachment } from '../domain/message.ts'

/**
 * The brain's contract. It is pure: the same agent, input and answers always give the same step. Whatever lies
 * outside (a model, an agent webhook) it asks for; the caller performs the ask, appends the answer and thinks
 * again from the start. Clock and chance come in with the input. So a recorded turn replays bit for bit.
 *
 *     think(agent, input, [])            -> { type: 'ask', ask }
 *     think(agent, input, [answer])      -> { type: 'done', result }
 */
export type TurnStep =
  | { readonly type: 'ask'; readonly ask: Ask }
  | { readonly type: 'done'; readonly result: TurnResult }

/** What the brain wants from outside. A closed union that grows with the agent (models, agent webhooks). */
export type Ask = { readonly kind: 'webhook'; readonly webhook_id: string; readonly body: JsonObject }

/** The recorded outcome of one ask, in the order of the asks. */
export type Answer =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly error: string }

export interface TurnInput {
  /** A user's message, or the creation of the session (the agent may greet). */
  readonly kind: 'message' | 'session_start'
  readonly text?: string
  readonly attachments?: readonly Attachment[]
  /** Session context with the read-only system variables already in it. */
  readonly context: JsonObject
  readonly state: DialogState
  /** When the turn began, ms since 1970 UTC. */
  readonly now: number
  /** Seed of every random choice in this turn, unsigned 32-bit. */
  readonly seed: number
}

/** What the agent remembers between turns, beside the context. Opaque to everybody else; JSON. */
export type DialogState = {
  /** How often in a row the agent did not understand. */
  readonly unknown_counter: number
  readonly [key: string]: Json
}

export const initialDialogState: DialogState = { unknown_counter: 0 }

export interface TurnResult {
  readonly responses: readonly AgentResponse[]
  readonly state: DialogState
  /** Changes to the context: deep merge, null deletes (wire spec 1.4). Absent when nothing changed. */
  readonly contextPatch?: JsonObject
  readonly effects: readonly TurnEffect[]
  readonly trace: Trace
}

export type TurnEffect =
  | { readonly type: 'handover'; readonly department?: string; readonly reason?: string }
  | { readonly type: 'close' }
  | { readonly type: 'tag'; readonly tag: string }

/** Why the agent said that. Compact; grows with the agent. */
export interface Trace {
  readonly intent?: {
    readonly name: string
    readonly confidence: number
    readonly threshold: number
    /** Up to five best intents, best first. */
    readonly ranking: readonly { readonly name: string; readonly confidence: number }[]
    /** The features that spoke most for the winner, strongest first. */
    readonly because: readonly { readonly feature: string; readonly weight: number }[]
  }
  readonly nodes: readonly string[]
  /** Template variables that were missing, and other things an author should know. */
  readonly notes: readonly string[]
}
