import type { Agent } from './brain/turn.ts'
import type { ComposePayload } from './domain/event.ts'
import type { RetrySchedule } from './domain/delivery.ts'
import type { Json } from './domain/json.ts'
import type { Clock } from './outside/clock.ts'
import type { LocalFiles } from './outside/files-local.ts'
import type { Log } from './outside/log.ts'
import type { Poster } from './outside/post-webhook.ts'
import type { Sealer } from './outside/seal.ts'
import type { KnownKeys } from './store/api-keys.ts'
import type { ChangeRequest, Committed } from './store/change-sessions.ts'
import type { Db } from './store/db.ts'
import type { Completed, Completion } from './store/delivery-lanes.ts'
import type { IntegrationSettings, Settings } from './store/integrations.ts'
import type { OpenRequest } from './store/open-sessions.ts'

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
  readonly changeSession: <Answer extends Json>(request: ChangeRequest<Answer>) => Promise<Answer>
  readonly openSession: (request: OpenRequest) => Promise<Json>
  readonly completeDelivery: (completion: Completion) => Promise<Completed | null>
  readonly agents: AgentLibrary
  readonly signals: Signals
  readonly poster: Poster
  readonly sealer: Sealer
  readonly files: LocalFiles
  readonly urlSigningKey: Buffer
  readonly clock: Clock
  readonly newId: () => string
  readonly chance: () => number
  readonly log: Log
  readonly limits: RunLimits
  readonly trainIntents: (examples: IntentExamples) => Promise<Uint8Array>
  /** Where this server is reached from outside, without a slash at the end. Known once it listens. */
  readonly publicUrl: () => string
}

export type IntentExamples = readonly { readonly intent: string; readonly examples: readonly string[] }[]

/** Prepared agents, by version: parsed and with their model, kept for as long as they are used. */
export interface AgentLibrary {
  /** undefined when there is no such version */
  readonly version: (agentId: string, version: number) => Promise<Agent | undefined>
}

/** Who waits for what. In-process at once, other processes by a coalesced notification. */
export interface Signals {
  readonly committed: (what: Committed) => void
  readonly composed: (compose: Composed) => void
  readonly onTurnsDue: (listener: () => void) => () => void
  readonly onLanesDue: (listener: (integrationIds: ReadonlySet<string>) => void) => () => void
  readonly onSessionEvents: (sessionId: string, listener: (compose?: string) => void) => () => void
}

/** A `message:compose`: told to whoever listens now, kept by nobody. */
export interface Composed {
  readonly sessionId: string
  readonly integrationId: string
  readonly body: string
  readonly action: ComposePayload['action']
}

/** What an operator may set; every one named, with its unit. */
export interface RunLimits {
  readonly webhookTimeoutMs: number
  readonly endpointInFlightMax: number
  readonly deliveriesInFlightMax: number
  readonly retrySchedule: RetrySchedule
  readonly turnLeaseSeconds: number
  readonly turnAttemptsMax: number
  readonly allowPrivateTargets: boolean
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
