import type { Agent } from './brain/agent.ts'
import type { Example } from './brain/intents/model.ts'
import type { Passage } from './brain/turn-types.ts'
import type { AddressList } from './domain/address.ts'
import type { RetrySchedule } from './domain/delivery.ts'
import type { ComposePayload } from './domain/event.ts'
import type { Json } from './domain/json.ts'
import type { Session } from './domain/session.ts'
import type { AnswerAsk } from './outside/answer-asks.ts'
import type { Bell } from './outside/bell.ts'
import type { Clock } from './outside/clock.ts'
import type { Embedder } from './outside/embedder.ts'
import type { LocalFiles } from './outside/files-local.ts'
import type { Log } from './outside/log.ts'
import type { Metrics } from './outside/metrics.ts'
import type { PostEvent } from './outside/post-event.ts'
import type { Sealer } from './outside/seal.ts'
import type { UrlSigner } from './outside/sign-url.ts'
import type { Websites } from './outside/websites.ts'
import type { KnownKeys } from './store/api-keys.ts'
import type { Db } from './store/db.ts'
import type { Completed, Completion } from './store/delivery-lanes.ts'
import type { Takers } from './store/direct-claims.ts'
import type { IntegrationSettings, Settings } from './store/integrations.ts'
import type { OpenRequest } from './store/open-sessions.ts'
import type { ChangeRequest } from './store/session-change.ts'
import type { Signals } from './store/signals.ts'

/**
 * All that a use case may touch, made once by main.ts. A use case takes a `Pick` of it, so its signature shows
 * what it can do.
 */
export interface Deps {
  readonly db: Db
  /** Claims and acknowledgements: commits may be lost with the machine, which costs one redelivery. */
  readonly relaxedDb: Db
  readonly settings: Settings
  readonly knownKeys: KnownKeys
  /** Keys used since last written down. */
  readonly keysInUse: Set<string>
  readonly changeSession: <Answer extends Json>(request: ChangeRequest<Answer>) => Promise<Answer>
  /** Who in this process works on what a commit makes due, without a claim of its own. */
  readonly takers: Takers
  readonly openSession: (request: OpenRequest) => Promise<Json>
  readonly completeDelivery: (completion: Completion) => Promise<Completed | null>
  readonly agents: AgentLibrary
  readonly signals: Signals
  /** Rung when the built-in inbox received something. */
  readonly inboxBell: Bell
  readonly postEvent: PostEvent
  readonly tellCompose: TellCompose
  /** For one turn. */
  readonly brainTyping: (turn: TypingTurn) => BrainTyping
  /** Performs what the brain asks for outside. */
  readonly answerAsk: AnswerAsk
  readonly sealer: Sealer
  /** The management API's bearer token. */
  readonly adminToken: string
  readonly files: LocalFiles
  /** Upload and download URLs. */
  readonly urlSigner: UrlSigner
  readonly clock: Clock
  readonly newId: () => string
  /** This process among all that share the database. */
  readonly processKey: number
  /** Tells whose claim it is. */
  readonly newClaimId: () => string
  readonly newApiKey: () => string
  readonly newWebhookSecret: () => string
  readonly chance: () => number
  readonly log: Log
  readonly metrics: Metrics
  readonly limits: RunLimits
  /** Is this error the store's absence (503), not a bug (500)? */
  readonly isUnavailable: (error: unknown) => boolean
  /** ... and it may have taken what was sent all the same? Then there is no true answer. */
  readonly isOutcomeUnknown: (error: unknown) => boolean
  /** Off the event loop; gives the serialised model. */
  readonly trainIntents: TrainIntents
  /** What agent documents may name; the secrets themselves are with who sends them. */
  readonly secretNames: ReadonlySet<string>
  /** Of this process. */
  readonly trainings: Trainings
  /** Off the event loop; never rejects. */
  readonly readDocument: ReadDocument
  readonly searchKnowledge: SearchKnowledge
  /** For one crawl: what their robots.txt say is asked once. `stopping` ends what is under way. */
  readonly openWebsites: (stopping: AbortSignal) => Websites
  readonly embedder: Pick<Embedder, 'embed'>
  /**
   * Where this server is reached from outside, without a slash at the end: as the operator says, else as the caller did.
   * Known once it listens.
   *
   * @param host the Host header of the caller
   */
  readonly publicUrl: (host?: string) => string
}

export type TrainIntents = (
  examples: readonly Example[],
  onProgress?: (progress: TrainingProgress) => void,
) => Promise<Uint8Array>

export interface Trainings {
  /** Of one agent one after the other; who asks for the same again while it is under way gets the same model. */
  readonly run: (agentId: string, examples: readonly Example[], train: TrainIntents) => Promise<Uint8Array>
  readonly progressOf: (agentId: string) => TrainingProgress | null
}

export interface TrainingProgress {
  readonly phase: 'embedding' | 'training'
  /** Share of the phase, 0 to 1. */
  readonly done: number
}

/** A file or a page as it came. */
export interface DocumentBytes {
  /** Its title when it has none of its own. */
  readonly name: string
  /** Without parameters, in lower case. */
  readonly mediaType: string
  readonly charset: string | undefined
  /** Of the web: what is around the text is left out. */
  readonly isPage: boolean
  readonly content: Uint8Array
}

export type DocumentText =
  | {
      readonly ok: true
      readonly title: string
      readonly passages: readonly { readonly heading?: string; readonly text: string }[]
    }
  /** A sentence that begins with a verb: "has no text". */
  | { readonly ok: false; readonly error: string }

/** @param stopping ends the reading at once, with an error that means nothing */
export type ReadDocument = (document: DocumentBytes, stopping?: AbortSignal) => Promise<DocumentText>

/** The best passages of an agent's version (0 = the draft), best first. */
export type SearchKnowledge = (wish: {
  readonly agentId: string
  readonly version: number
  readonly query: string
  readonly collections?: readonly string[] | undefined
  readonly passagesMax: number
}) => Promise<{ readonly passages: readonly Passage[]; readonly by: 'words' | 'words and vectors' }>

/** Prepared agents, by version: parsed and with their model, kept for as long as they are used. */
export interface AgentLibrary {
  /** 0 is the draft, trained at the first need; undefined when there is no such version */
  readonly version: (agentId: string, version: number) => Promise<Agent | undefined>
}

/** Tells that somebody types. Nobody waits for it. */
export type TellCompose = (
  settings: IntegrationSettings,
  session: Session,
  payload: ComposePayload,
  facts: { readonly requestId: string; readonly causedBy?: string; readonly timestamp: number },
) => void

/** "The agent is typing", while a language model of one turn works. Each may be called as often as one likes. */
export interface BrainTyping {
  readonly begins: () => void
  /** The model has just written something. */
  readonly goesOn: () => void
  readonly ends: () => void
}

export interface TypingTurn {
  readonly sessionId: string
  readonly integrationId: string
  readonly requestId: string
}

/** What an operator may set; every one named, with its unit. */
export interface RunLimits {
  readonly webhookTimeoutMs: number
  readonly endpointInFlightMax: number
  readonly deliveriesInFlightMax: number
  /** Bodies claimed and not yet answered, per process. */
  readonly deliveryBytesInHandMax: number
  readonly retrySchedule: RetrySchedule
  /** Beyond the timeout of one attempt: for what waits in the process before it is sent, and for the record. */
  readonly deliveryLeaseMarginSeconds: number
  readonly turnLeaseSeconds: number
  readonly turnAttemptsMax: number
  /** The floor under all wake-ups of turns, deliveries and session timers. */
  readonly pollMs: number
  readonly allowPrivateTargets: boolean
  /** Whose forwarding headers are believed. */
  readonly trustedProxies: AddressList
  /** null = for ever */
  readonly eventRetentionDays: number | null
  /** Requests a second and key; null = no limit. */
  readonly requestsPerSecond: number | null
}

/** One authorised request of the channel API. */
export interface Call {
  readonly requestId: string
  readonly settings: IntegrationSettings
  readonly idempotency?: { readonly key: string; readonly hash: Buffer } | undefined
}

/** ... on one session. */
export interface SessionCall extends Call {
  readonly sessionId: string
}
