import type { ErrorCode } from './wire.ts'

/** The server refused, or could not be reached or understood. */
export class DragomanError extends Error {
  override readonly name = 'DragomanError'
  /** 0 when there was no answer. */
  readonly status: number
  readonly errorCode: DragomanErrorCode
  readonly requestId: string | undefined
  /** How long the server asks to wait. */
  readonly retryAfterMs: number | undefined

  constructor(message: string, facts: DragomanErrorFacts, options?: ErrorOptions) {
    super(message, options)
    this.status = facts.status
    this.errorCode = facts.errorCode
    this.requestId = facts.requestId
    this.retryAfterMs = facts.retryAfterMs
  }

  /** The same call may succeed later: no answer, 429, 502, 503, 504. */
  get isTemporary(): boolean {
    return temporaryStatuses.has(this.status)
  }
}

const temporaryStatuses = new Set([0, 429, 502, 503, 504])

/** The wire's codes, the two of our own, and what a newer server or a proxy may say. */
export type DragomanErrorCode = ErrorCode | 'connection-failed' | 'unexpected-answer' | (string & {})

export interface DragomanErrorFacts {
  readonly status: number
  readonly errorCode: DragomanErrorCode
  readonly requestId?: string | undefined
  readonly retryAfterMs?: number | undefined
}
