import type { Json, JsonObject } from '../domain/json.ts'
import type { AgentResponse, Attachment } from '../domain/message.ts'

/**
 * The brain's contract. Thinking is a coroutine: it yields an ask whenever it needs somebody outside (a model, an
 * agent webhook, the knowledge, a text's meaning as numbers) and is handed the answer. It is pure: the same agent,
 * input and answers always give the same asks and the same result. Clock and chance come in with the input. So a
 * recorded turn replays bit for bit.
 *
 *     const thinking = think(agent, input)
 *     let step = thinking.next()
 *     while (!step.done) step = thinking.next(await answerOf(step.value))
 *     step.value // TurnResult
 */
export type Thinking<Result = TurnResult> = Generator<Ask, Result, Answer>

/** What the brain wants from outside. Each ask stands alone: whoever performs it needs no other one. */
export type Ask = EmbedAsk | SearchAsk | WebhookAsk | ModelAsk | ToolAsk

/** The meaning of a text as numbers. Answer: base64 of the vector's int8s. */
export interface EmbedAsk {
  readonly kind: 'embed'
  readonly text: string
}

/** The best passages of the version's own collections. Answer: `{ passages: Passage[] }`, best first. */
export interface SearchAsk {
  readonly kind: 'search'
  readonly query: string
  /** All collections without it. */
  readonly collections?: readonly string[]
  readonly passagesMax: number
}

export type Passage = {
  readonly passage_id: string
  /** Title of its document. */
  readonly title: string
  readonly heading?: string
  readonly url?: string
  readonly text: string
  /** 0 to 1, calibrated; higher is nearer to the question. */
  readonly score: number
}

/** An agent webhook is called (spec 2.4). Answer: `{ responses?, context? }`, checked by the brain. */
export interface WebhookAsk {
  readonly kind: 'webhook'
  readonly webhook_id: string
  readonly body: JsonObject
}

/** A language model writes. The document's models are tried in their order. Answer: `ModelAnswer`. */
export interface ModelAsk {
  readonly kind: 'model'
  readonly purpose: 'answer' | 'generate' | 'enhance' | 'judge'
  readonly system: string
  readonly messages: readonly ModelMessage[]
  /** Tools that it may call, by the names of the document. */
  readonly tools?: readonly ModelTool[]
  /** JSON Schema of the answer; its text is then JSON of that form. */
  readonly schema?: JsonObject
  readonly maxTokens: number
}

export type ModelMessage =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly text: string; readonly toolCalls?: readonly ToolCall[] }
  | { readonly role: 'tool'; readonly callId: string; readonly tool: string; readonly result: Json }

export type ModelTool = {
  /** `webhook.<id>`, or `mcp.<server>.<tool>`. */
  readonly name: string
  readonly description: string
  /** JSON Schema of an object. Of an MCP tool the server's own is used. */
  readonly parameters?: JsonObject
}

export type ToolCall = { readonly callId: string; readonly tool: string; readonly arguments: JsonObject }

export type ModelAnswer = {
  readonly text: string
  readonly toolCalls?: readonly ToolCall[]
  /** Which model answered at last, `provider/model`. */
  readonly model: string
  readonly tokens: { readonly input: number; readonly output: number }
}

/** A tool of an MCP server is called. Answer: its result. (Tools that are webhooks are webhook asks.) */
export interface ToolAsk {
  readonly kind: 'tool'
  readonly server_id: string
  readonly tool: string
  readonly arguments: JsonObject
}

/** The recorded outcome of one ask. */
export type Answer =
  | { readonly ok: true; readonly value: Json }
  | { readonly ok: false; readonly error: string }

/** One ask of a turn with its answer, as it is kept with the turn. */
export interface RecordedAsk {
  readonly ask: Ask
  readonly answer: Answer
  /** How long the answer took, in milliseconds. */
  readonly ms: number
}

export interface TurnInput {
  /** A user's message, or the creation of the session (the agent may greet). */
  readonly kind: 'message' | 'session_start'
  readonly text?: string
  readonly attachments?: readonly Attachment[]
  /** Session context with the read-only system variables and the environment's bundles already in it. */
  readonly context: JsonObject
  readonly state: DialogState
  /** Whose turn it is; agent webhooks are told. */
  readonly agentId?: string
  /** When the turn began, ms since 1970 UTC. */
  readonly now: number
  /** Seed of every random choice in this turn, unsigned 32-bit. */
  readonly seed: number
  /** What was said before, oldest first; for the language model. Only for agents with models. */
  readonly history?: readonly HistoryLine[]
}

export type HistoryLine = { readonly author: 'user' | 'brain' | 'agent'; readonly text: string }

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

/** Why the agent said that. Compact; what was asked outside and answered is recorded beside it. */
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
  readonly entities?: readonly { readonly entity: string; readonly value: Json; readonly text: string }[]
  /** What decided, in order: the steps of `turn-steps.ts` that took the message. */
  readonly path: readonly string[]
  readonly nodes: readonly string[]
  /** Conditions that were looked at: `index` in its node, and whether it held. */
  readonly conditions?: readonly {
    readonly node_id: string
    readonly index: number
    readonly held: boolean
  }[]
  /** Variables this turn changed, by path: before (null: was not there) and after (null: is gone). */
  readonly variables?: Readonly<Record<string, { readonly before: Json; readonly after: Json }>>
  /** Passages that an answer stands on. */
  readonly passages?: readonly {
    readonly passage_id: string
    readonly title: string
    readonly score: number
  }[]
  /** Template variables that were missing, and other things an author should know. */
  readonly notes: readonly string[]
}
