import { DragomanError } from './dragoman-error.ts'
import { backoffMs, pause } from './pause.ts'
import type { Accepted } from './wire.ts'

/**
 * One call of the REST API, tried again where that may help: no connection, no answer in time, 429, 502, 503, 504.
 * A POST is repeated with the Idempotency-Key of the first try, so nothing is done twice. Retry-After is honoured;
 * if the server asks for more patience than `retryAfterMaxMs`, the caller gets the error and decides.
 */
export const callApi = async <Body extends Accepted>(api: Api, call: ApiCall): Promise<Body> => {
  const request = requestOf(api, call)
  const retriesMax = call.isEphemeral ? 0 : api.retries
  for (let attempt = 1; ; attempt++) {
    const outcome = await attemptOnce<Body>(api, request, call.signal)
    if (outcome.type === 'answered') return outcome.body
    const delayMs = outcome.error.retryAfterMs ?? backoffMs(api.retryDelayMs, attempt, retryDelayMaxMs)
    if (!outcome.error.isTemporary || attempt > retriesMax || delayMs > retryAfterMaxMs) throw outcome.error
    await pause(delayMs, call.signal)
  }
}

export interface Api {
  /** With the integration, without a slash at the end. */
  readonly rootUrl: string
  readonly apiKey: string
  readonly fetch: typeof globalThis.fetch
  readonly retries: number
  readonly retryDelayMs: number
  readonly timeoutMs: number
}

export interface ApiCall extends CallOptions {
  readonly method: 'GET' | 'POST' | 'PATCH'
  /** After the integration, with its slash. */
  readonly path: string
  readonly body?: object | undefined
  /** Not worth a second try. */
  readonly isEphemeral?: boolean
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** Of a POST; a fresh one unless told. Give your own to make a call of yours repeatable across restarts. */
  readonly idempotencyKey?: string | undefined
}

const retryDelayMaxMs = 10_000
const retryAfterMaxMs = 60_000

type Outcome<Body> =
  | { readonly type: 'answered'; readonly body: Body }
  | { readonly type: 'failed'; readonly error: DragomanError }

const requestOf = (
  api: Api,
  { method, path, body, idempotencyKey }: ApiCall,
): { url: string; init: RequestInit } => {
  const headers: Record<string, string> = {
    authorization: `apikey ${api.apiKey}`,
    'content-type': 'application/json',
    accept: 'application/json',
  }
  if (method === 'POST') headers['idempotency-key'] = idempotencyKey ?? crypto.randomUUID()
  const init = { method, headers, redirect: 'manual' } as const
  return { url: api.rootUrl + path, init: body ? { ...init, body: JSON.stringify(body) } : init }
}

const attemptOnce = async <Body extends Accepted>(
  api: Api,
  { url, init }: { url: string; init: RequestInit },
  signal: AbortSignal | undefined,
): Promise<Outcome<Body>> => {
  const timeout = AbortSignal.timeout(api.timeoutMs)
  try {
    const response = await api.fetch(url, {
      ...init,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    })
    if (!response.ok) return { type: 'failed', error: await refusal(response) }
    const body = parsedJson(await response.text())
    if (isAccepted<Body>(body)) return { type: 'answered', body }
    return { type: 'failed', error: unexpectedAnswer(response) }
  } catch (cause) {
    if (signal?.aborted) throw signal.reason
    return { type: 'failed', error: noConnection(url, cause) }
  }
}

/** What a refusing answer says. */
export const refusal = async (response: Response): Promise<DragomanError> => {
  const body = parsedJson(await response.text())
  const said = isErrorBody(body) ? body : undefined
  return new DragomanError(said?.error_message ?? `The server answered ${response.status}`, {
    status: response.status,
    errorCode: said?.error_code ?? 'unexpected-answer',
    requestId: response.headers.get('x-request-id') ?? undefined,
    retryAfterMs: retryAfterMs(response.headers.get('retry-after')),
  })
}

/** Seconds or an HTTP date. */
const retryAfterMs = (header: string | null): number | undefined => {
  if (!header) return undefined
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000
  const atMs = Date.parse(header)
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - Date.now())
}

export const noConnection = (url: string, cause: unknown): DragomanError =>
  new DragomanError(
    `No answer from ${new URL(url).origin}`,
    { status: 0, errorCode: 'connection-failed' },
    { cause },
  )

export const unexpectedAnswer = (response: Response): DragomanError =>
  new DragomanError('The answer is not from Dragoman: is the base URL right?', {
    status: response.status,
    errorCode: 'unexpected-answer',
  })

const parsedJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Every success body has a request_id; the rest is the server's word. */
const isAccepted = <Body extends Accepted>(body: unknown): body is Body =>
  typeof body === 'object' && body !== null && 'request_id' in body && typeof body.request_id === 'string'

const isErrorBody = (body: unknown): body is { error_code: string; error_message: string } =>
  typeof body === 'object' &&
  body !== null &&
  'error_code' in body &&
  typeof body.error_code === 'string' &&
  'error_message' in body &&
  typeof body.error_message === 'string'
