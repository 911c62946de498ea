import type { JsonObject } from '../domain/json.ts'
import type { HumanAgent, MessageAuthor } from '../domain/message.ts'
import type { Session } from '../domain/session.ts'
import type { MarkKind } from './message-marks.ts'
import type { FileDraft } from './session-change.ts'

/** What one batch of changes writes, table by table. */
export interface Writes {
  sessions: readonly SessionWrite[]
  readonly messages: MessageWrite[]
  readonly turns: TurnWrite[]
  readonly events: EventWrite[]
  readonly marks: { sessionId: string; messageId: string; kind: MarkKind; at: number }[]
  readonly files: (FileDraft & { sessionId: string; integrationId: string })[]
  readonly finishedTurns: FinishedTurnWrite[]
}

export interface SessionWrite {
  readonly session: Session
  /** null = as it was. */
  readonly context: string | null
  readonly dialogState: string | null
  readonly lastPosition: number
  readonly lastTurn: number
  readonly lastSequence: number
  readonly checkAt: number
}

export interface MessageWrite {
  readonly sessionId: string
  readonly position: number
  readonly messageId: string
  readonly author: MessageAuthor
  readonly body: object
  readonly agent?: HumanAgent | undefined
  readonly requestId: string
  readonly inReplyTo?: string | undefined
  readonly createdAt: number
}

export const emptyWrites = (): Writes => ({
  sessions: [],
  messages: [],
  turns: [],
  events: [],
  marks: [],
  files: [],
  finishedTurns: [],
})

export interface TurnWrite {
  readonly sessionId: string
  readonly integrationId: string
  readonly turn: number
  readonly kind: 'message' | 'session_start'
  readonly requestId: string
  readonly position: number | null
  /** What is to be answered; it lies at `position`. */
  readonly message: JsonObject | null
  readonly createdAt: number
}

export interface EventWrite {
  readonly sessionId: string
  readonly integrationId: string
  readonly sequence: number
  readonly eventId: string
  readonly eventType: string
  readonly body: string
  readonly createdAt: number
}

export interface FinishedTurnWrite {
  readonly sessionId: string
  readonly turn: number
  readonly outcome: 'answered' | 'silent' | 'failed'
  readonly recorded: object
  /** The session owes more of them. */
  readonly hasLaterTurns: boolean
}

/** A lane that this batch adds work to. */
export interface DueLane<Write> {
  readonly sessionId: string
  readonly integrationId: string
  readonly first: Write
  last: Write
}

export type LaneKind = 'turns' | 'deliveries'

/** What became of it. */
export interface LaneRow {
  readonly kind: LaneKind
  readonly sessionId: string
  /** By this commit's own claim. */
  readonly held: boolean
  /** Nobody holds it, and it is or may be time: who has looked for it meanwhile has passed over a locked row. */
  readonly due: boolean
}
