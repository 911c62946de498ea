import { setTimeout as pause } from 'node:timers/promises'
import { signBody } from '@dragoman/sdk'
import type { DocumentWebhook } from '../brain/document/document.ts'
import type { WebhookAsk } from '../brain/turn-types.ts'
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import { type Circumstances, failed, type Perform } from './answer-asks.ts'
import type { Attempt } from './attempt.ts'
import { missingSecret } from './missing-secret.ts'
import { createPoster, type Poster } from './post-webhook.ts'
import type { ResolveHost } from './resolve-host.ts'

export interface WebhookCaller {
  readonly call: Perform<WebhookAsk>
  /** Waits for what is in flight. */
  readonly close: () => Promise<void>
}

/**
 * Calls the customer's system (agent spec 2.4): one signed POST to a checked and pinned address, no redirects, an
 * answer of bounded time and size. A broken connection is tried again twice where the webhook may be asked twice.
 */
export const createWebhookCaller = (deps: {
  readonly secrets: ReadonlyMap<string, string>
  readonly allowPrivate: boolean
  readonly resolve?: ResolveHost
}): WebhookCaller => {
  const poster = createPoster({
    allowPrivate: deps.allowPrivate,
    timeoutMs: timeoutMsDefault,
    answerBytesMax,
    // So much more than the most that is taken, that a longer answer is known from one that was cut in a character.
    answerKeptBytes: answerBytesMax + charBytesMax,
    ...(deps.resolve ? { resolve: deps.resolve } : {}),
  })
  return {
    close: poster.close,
    call: async (ask, circumstances) => {
      const webhook = circumstances.agent.document.webhooks?.find(({ id }) => id === ask.webhook_id)
      if (webhook === undefined) return failed('the document has no such webhook')
      const secret = webhook.token === undefined ? undefined : deps.secrets.get(webhook.token)
      if (webhook.token !== undefined && secret === undefined) return failed(missingSecret(webhook.token))
      const body = JSON.stringify(ask.body)
      const headers = await headersOf(webhook, secret, body, circumstances)
      const attempt = await postPatiently(poster, { webhook, headers, body }, circumstances)
      return answerOf(attempt)
    },
  }
}

const timeoutMsDefault = 10_000
const answerBytesMax = 256 * 1024
const charBytesMax = 4

const headersOf = async (
  webhook: DocumentWebhook,
  secret: string | undefined,
  body: string,
  { requestId, sessionId }: Circumstances,
): Promise<Record<string, string>> => ({
  ...documentHeaders(webhook.headers),
  'content-type': 'application/json',
  'user-agent': 'Dragoman/0.1',
  ...(secret === undefined ? {} : { 'x-moveo-signature': await signBody(secret, body) }),
  'x-moveo-request-id': requestId,
  'x-moveo-session-id': sessionId,
})

/** The document's headers without those that are the connection's, and in lower case, so that ours replace them. */
export const documentHeaders = (headers: Readonly<Record<string, string>> = {}): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .map(([name, value]): [string, string] => [name.toLowerCase(), value])
      .filter(([name]) => !connectionHeaders.has(name)),
  )

const connectionHeaders: ReadonlySet<string> = new Set([
  ...['connection', 'content-length', 'expect', 'host', 'keep-alive', 'proxy-connection', 'te', 'trailer'],
  ...['transfer-encoding', 'upgrade', 'accept-encoding'],
])

interface Post {
  readonly webhook: DocumentWebhook
  readonly headers: Record<string, string>
  readonly body: string
}

const retryDelaysMs = [100, 300]

/** All tries together stay within the webhook's time and the turn's. */
const postPatiently = async (
  poster: Poster,
  { webhook, headers, body }: Post,
  { deadlineAt, signal }: Circumstances,
): Promise<Attempt> => {
  const timeoutMs = webhook.timeout === undefined ? timeoutMsDefault : webhook.timeout * 1000
  const endsAt = Math.min(deadlineAt, Date.now() + timeoutMs)
  for (let retries = 0; ; retries++) {
    const leftMs = Math.max(1, endsAt - Date.now())
    const attempt = await poster.post({ url: webhook.url, headers, body, timeoutMs: leftMs })
    const delayMs = retryDelaysMs[retries]
    const isBroken = attempt.kind === 'failed' && attempt.cause === 'connection'
    if (webhook.idempotent !== true || !isBroken || delayMs === undefined) return attempt
    if (signal.aborted || Date.now() + delayMs >= endsAt) return attempt
    await pause(delayMs)
  }
}

const answerOf = (attempt: Attempt) => {
  if (attempt.kind === 'failed') return failed(attempt.error)
  const { status, answer } = attempt
  if (status >= 300 && status < 400) return failed(`answered ${status}; redirects are not followed`)
  if (status < 200 || status >= 300) return failed(`answered ${status}`)
  if (Buffer.byteLength(answer) > answerBytesMax)
    return failed(`its answer is larger than ${answerBytesMax} bytes`)
  if (answer.trim() === '') return { ok: true, value: {} } as const
  const value = parsed(answer)
  return isJsonObject(value)
    ? ({ ok: true, value: knownParts(value) } as const)
    : failed('its answer is not a JSON object, or broke off')
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** What nobody reads is not recorded with the turn. Their form is the brain's to check. */
const knownParts = (answer: JsonObject): JsonObject =>
  Object.fromEntries(
    ['responses', 'context', 'output'].flatMap((name): [string, Json][] => {
      const part = answer[name]
      return part === undefined || part === null ? [] : [[name, part]]
    }),
  )
