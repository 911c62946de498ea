import { concat, fromBase64, fromHex, isEqual, toBytes } from './bytes.ts'
import { type Hmac, webCryptoHmac } from './hmac.ts'
import { headerOf, type RequestHeaders } from './request-headers.ts'
import { signBody, standardSignature } from './sign.ts'
import { secretList } from './signing-keys.ts'
import { isWebhookEvent, type WebhookEvent } from './webhook-event.ts'

/**
 * The event in a webhook request, if it is genuine and fresh. Throws WebhookVerificationError otherwise.
 *
 * 1. Genuine: one of the two signature schemes (sign.ts) holds over the raw body, for one of the secrets. Hand in
 *    the bytes as they came: a body that was parsed and written again has another signature.
 * 2. Fresh, which guards against replay: `webhook-timestamp` is the time of the attempt and signed with the body.
 *    Where only X-Moveo-Signature holds, the body's own `timestamp` counts, and that is when the event came
 *    about: a retry hours later is then refused as too old. So forward the Standard Webhooks headers.
 */
export const verify = async (
  body: string | Uint8Array,
  headers: RequestHeaders,
  secret: string | readonly string[],
  options: VerifyOptions = {},
): Promise<WebhookEvent> => {
  const { toleranceSeconds = 300, now = Date.now, hmac = webCryptoHmac } = options
  const request = { body: toBytes(body), headers, secrets: secretList(secret), hmac }
  const attemptSeconds = await standardAttempt(request)
  if (attemptSeconds === undefined) await assertMoveoSignature(request)
  const event = parsedEvent(request.body)
  const signedAtMs = attemptSeconds === undefined ? event.timestamp : attemptSeconds * 1_000
  assertFresh(signedAtMs, toleranceSeconds, now())
  return event
}

/**
 * Does `X-Moveo-Signature` hold over the raw body? For the calls that an agent makes to your own system: they are no
 * events and bear no time, so a call that is sent again is not found out.
 */
export const isSigned = async (
  body: string | Uint8Array,
  headers: RequestHeaders,
  secret: string | readonly string[],
  { hmac = webCryptoHmac }: Pick<VerifyOptions, 'hmac'> = {},
): Promise<boolean> =>
  await isMoveoSignature(headerOf(headers, 'x-moveo-signature') ?? '', {
    body: toBytes(body),
    headers,
    secrets: secretList(secret),
    hmac,
  })

export interface VerifyOptions {
  /** How far the signed time may lie from now, either way. 300 unless told. */
  readonly toleranceSeconds?: number
  /** Milliseconds since 1970 UTC. */
  readonly now?: () => number
  readonly hmac?: Hmac
}

export type VerificationReason =
  | 'signature-missing'
  | 'signature-mismatch'
  | 'timestamp-missing'
  | 'too-old'
  | 'too-new'
  | 'not-an-event'

export class WebhookVerificationError extends Error {
  override readonly name = 'WebhookVerificationError'
  readonly reason: VerificationReason

  constructor(reason: VerificationReason, message: string) {
    super(message)
    this.reason = reason
  }
}

interface SignedRequest {
  readonly body: Uint8Array
  readonly headers: RequestHeaders
  readonly secrets: readonly string[]
  readonly hmac: Hmac
}

/** The signed time of the attempt, or undefined where the Standard Webhooks headers are not there or do not hold. */
const standardAttempt = async (request: SignedRequest): Promise<number | undefined> => {
  const id = headerOf(request.headers, 'webhook-id')
  const timestamp = headerOf(request.headers, 'webhook-timestamp')
  const signatures = headerOf(request.headers, 'webhook-signature')
  if (!id || !timestamp || !signatures || !/^\d{1,12}$/.test(timestamp)) return undefined
  const content = concat(toBytes(`${id}.${timestamp}.`), request.body)
  const given = signatures.split(' ', signaturesMax).map(decodedV1)
  for (const secret of request.secrets) {
    const expected = decodedV1(await standardSignature(secret, content, request.hmac))
    if (given.some((signature) => signature && expected && isEqual(signature, expected))) {
      return Number(timestamp)
    }
  }
  return undefined
}

/** A rotation needs two. */
const signaturesMax = 10

const decodedV1 = (signature: string): Uint8Array | undefined =>
  signature.startsWith('v1,') ? fromBase64(signature.slice(3)) : undefined

const assertMoveoSignature = async (request: SignedRequest): Promise<void> => {
  const header = headerOf(request.headers, 'x-moveo-signature')
  if (!header) {
    if (headerOf(request.headers, 'webhook-signature')) throw mismatch()
    throw new WebhookVerificationError('signature-missing', 'The request carries no signature header')
  }
  if (!(await isMoveoSignature(header, request))) throw mismatch()
}

const isMoveoSignature = async (header: string, request: SignedRequest): Promise<boolean> => {
  const given = fromHex(header)
  for (const secret of request.secrets) {
    const expected = fromHex(await signBody(secret, request.body, request.hmac))
    if (given && expected && isEqual(given, expected)) return true
  }
  return false
}

const mismatch = (): WebhookVerificationError =>
  new WebhookVerificationError(
    'signature-mismatch',
    'No signature matches: is the secret right, and is this the body as it came, byte for byte?',
  )

const parsedEvent = (body: Uint8Array): WebhookEvent => {
  const value = parsedJson(body)
  if (isWebhookEvent(value)) return value
  throw new WebhookVerificationError('not-an-event', 'The signature holds, but the body is not an event')
}

const parsedJson = (body: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body))
  } catch {
    return undefined
  }
}

const assertFresh = (signedAtMs: unknown, toleranceSeconds: number, nowMs: number): void => {
  if (typeof signedAtMs !== 'number') {
    throw new WebhookVerificationError(
      'timestamp-missing',
      'The body has no timestamp to guard against replay',
    )
  }
  const ageSeconds = (nowMs - signedAtMs) / 1_000
  if (ageSeconds > toleranceSeconds) {
    throw new WebhookVerificationError('too-old', `Signed ${Math.round(ageSeconds)} s ago: a replay?`)
  }
  if (ageSeconds < -toleranceSeconds) {
    throw new WebhookVerificationError('too-new', `Signed ${Math.round(-ageSeconds)} s ahead of this clock`)
  }
}
