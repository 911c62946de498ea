import { performance } from 'node:perf_hooks'
import type { Dispatcher } from 'undici'
import type { AttemptFailure } from '../domain/delivery.ts'
import { ConnectRefusal } from './pinned-connect.ts'
import { retryAfterMs } from './retry-after.ts'

/** What one POST came to. It is a value: no attempt ever throws. */
export type Attempt =
  | {
      readonly kind: 'answered'
      readonly status: number
      readonly retryAfterMs?: number
      readonly durationMs: number
      /** The beginning of the answer, safe to store as text. */
      readonly answer: string
    }
  | {
      readonly kind: 'failed'
      readonly cause: AttemptFailure
      readonly error: string
      readonly durationMs: number
      readonly answer: ''
    }

/**
 * Follows one request from its start to an Attempt, whatever the other side does.
 *
 * 1. Exactly one Attempt is told, at the latest when the time is up. What happens after it is ignored.
 * 2. A final status that has arrived is the answer, even if the body is then slow, too large or cut off.
 * 3. Of the answer at most `answerKeptBytes` are in memory.
 *
 * @param tell with `isWhole` when the answer was read to its end; otherwise the connection must be destroyed,
 *   not drained
 */
export const followAttempt = (
  bounds: {
    readonly timeoutMs: number
    readonly answerBytesMax: number
    readonly answerKeptBytes: number
  },
  tell: (attempt: Attempt, isWhole: boolean) => void,
): Dispatcher.DispatchHandler => {
  const startedAt = performance.now()
  let isTold = false
  let status = 0
  let retryAfter: string | undefined
  let answerBytes = 0
  let kept = noBytes

  const answered = (): Attempt => ({
    kind: 'answered',
    status,
    ...retryAfterOf(retryAfter),
    durationMs: durationSince(startedAt),
    answer: answerText(kept, answerBytes > kept.length),
  })
  const failed = (cause: AttemptFailure, error: string): Attempt => ({
    kind: 'failed',
    cause,
    error,
    durationMs: durationSince(startedAt),
    answer: '',
  })
  const end = (attempt: Attempt, isWhole: boolean): void => {
    if (isTold) return
    isTold = true
    clearTimeout(timer)
    tell(attempt, isWhole)
  }
  const endEarly = (cause: AttemptFailure, error: string): void =>
    end(status === 0 ? failed(cause, error) : answered(), false)
  const timer = setTimeout(endEarly, bounds.timeoutMs, 'timeout', `no answer within ${bounds.timeoutMs} ms`)

  return {
    // undici takes a handler with this callback for one of its current interface.
    onRequestStart: () => {},
    onResponseStart: (_controller, statusCode, headers) => {
      if (statusCode < 200) return
      status = statusCode
      const header = headers['retry-after']
      retryAfter = Array.isArray(header) ? header[0] : header
    },
    onResponseData: (_controller, chunk) => {
      answerBytes += chunk.length
      if (kept.length < bounds.answerKeptBytes)
        kept = Buffer.concat([kept, chunk.subarray(0, bounds.answerKeptBytes - kept.length)])
      if (answerBytes > bounds.answerBytesMax) end(answered(), false)
    },
    onResponseEnd: () => end(answered(), true),
    onResponseError: (_controller, error) => endEarly(failureOf(error), errorText(error)),
  }
}

const noBytes = Buffer.alloc(0)

const durationSince = (startedAt: number): number => Math.round(performance.now() - startedAt)

const retryAfterOf = (header: string | undefined): { retryAfterMs?: number } => {
  const delayMs = retryAfterMs(header, Date.now())
  return delayMs === undefined ? {} : { retryAfterMs: delayMs }
}

/** UTF-8 as far as it is, without a character cut in two and without NUL, which PostgreSQL's text cannot hold. */
const answerText = (bytes: Buffer, isCut: boolean): string => {
  const text = storable(bytes.toString('utf8'))
  return isCut ? text.replace(/\uFFFD$/, '') : text
}

const storable = (text: string): string => (text.includes('\0') ? text.replaceAll('\0', '\uFFFD') : text)

const timeoutCodes: ReadonlySet<string> = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])

/** OpenSSL's verify errors and Node's own. */
const tlsCode =
  /^(?:ERR_TLS|ERR_SSL|EPROTO|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_|PATH_LENGTH|ERROR_IN_)/

const failureOf = (error: Error): AttemptFailure => {
  if (error instanceof ConnectRefusal) return error.failure
  const code = codeOf(error)
  if (timeoutCodes.has(code)) return 'timeout'
  return tlsCode.test(code) ? 'tls' : 'connection'
}

const errorLengthMax = 300

const errorText = (error: Error): string => {
  const message = error instanceof AggregateError ? firstMessage(error) : error.message
  const code = codeOf(error)
  const text = code === '' || message.includes(code) ? message : `${message} (${code})`
  return storable(text.slice(0, errorLengthMax))
}

/** When every address of a host was tried, the sum of the errors has no words of its own. */
const firstMessage = (error: AggregateError): string => {
  const first: unknown = error.errors[0]
  return first instanceof Error ? first.message : error.message
}

const codeOf = (error: Error): string => ('code' in error && typeof error.code === 'string' ? error.code : '')
