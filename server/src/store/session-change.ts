import type { EventDraft } from '../domain/event.ts'
import type { Json, JsonObject } from '../domain/json.ts'
import type { HumanAgent, MessageAuthor } from '../domain/message.ts'
import type { Session } from '../domain/session.ts'
import type { IdempotencyClaim } from './idempotency.ts'
import type { IntegrationSettings } from './integrations.ts'
import type { MarkKind, UnmarkedMessages } from './message-marks.ts'

/** What somebody asks to change of a session, and what that comes to. The door they go through: change-sessions.ts. */
export interface ChangeRequest<Answer extends Json = Json> {
  readonly sessionId: string
  readonly integrationId: string
  readonly idempotency?: IdempotencyClaim | undefined
  /** Which messages must be known to decide: those without this mark, and those named. */
  readonly marks?: { readonly kind: MarkKind; readonly messageIds: readonly string[] | null } | undefined
  /** This change finishes that turn; it is refused (`lost-claim`) when somebody else holds the turn by now. */
  readonly turn?: { readonly turn: number; readonly claimId: string } | undefined
  readonly decide: (session: Session, facts: ChangeFacts) => Change<Answer>
}

export interface ChangeFacts {
  /** The database's clock under the lock, ms. */
  readonly now: number
  readonly settings: IntegrationSettings
  readonly dialogState: JsonObject
  /** Of a change that finishes a turn: the session owes more of them, the user has written again. */
  readonly hasLaterTurns: boolean
  readonly unmarked: UnmarkedMessages
}

export interface Change<Answer extends Json> {
  readonly session: Session
  readonly answer: Answer
  readonly messages?: readonly MessageDraft[]
  /** The last of `messages` is owed an answer. */
  readonly turnDue?: { readonly requestId: string } | undefined
  readonly events?: readonly EventDraft[]
  readonly marked?: { readonly kind: MarkKind; readonly messageIds: readonly string[] } | undefined
  readonly finishedTurn?: FinishedTurn | undefined
  /** What the agent remembers from now on, where no turn says so. */
  readonly dialogState?: JsonObject
  readonly file?: FileDraft | undefined
  /** Set the session's timer anew (the expiry worker came too early). */
  readonly recheck?: boolean
}

export interface MessageDraft {
  readonly messageId: string
  readonly author: MessageAuthor
  readonly body: object
  readonly agent?: HumanAgent | undefined
  readonly requestId: string
  /** Of an answer: the request of the user's message. */
  readonly inReplyTo?: string | undefined
}

export interface FinishedTurn {
  readonly outcome: 'answered' | 'silent' | 'failed'
  readonly dialogState: JsonObject
  readonly recorded: object
}

export interface FileDraft {
  readonly fileId: string
  readonly filename: string
  readonly contentType: string
}

/** What a commit means for those who wait. */
export interface Committed {
  readonly turnsDue: boolean
  readonly lanesDueOf: ReadonlySet<string>
  readonly sessionsWithEvents: ReadonlySet<string>
}

export class LostClaim extends Error {}
