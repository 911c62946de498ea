import { concat, toBase64, toBytes, toHex } from './bytes.ts'
import { type Hmac, webCryptoHmac } from './hmac.ts'
import { signingKeys } from './signing-keys.ts'

/**
 * The signature headers of one webhook request. Two schemes side by side, both over the raw body:
 *
 * - `X-Moveo-Signature`: lowercase hex of HMAC-SHA256 over the body, with one secret. While two secrets live it
 *   is made with the older one, until the operator switches.
 * - Standard Webhooks: `webhook-signature` is `v1,BASE64` over `ID.TIMESTAMP.BODY`, one for each live secret, so
 *   a rotation loses nothing; the timestamp is the attempt's, so a retry after hours is not taken for a replay.
 */
export const webhookHeaders = async (
  input: SigningInput,
  hmac: Hmac = webCryptoHmac,
): Promise<WebhookHeaders> => {
  const { secrets, legacySecretIndex = 0, eventId, timestampSeconds, rawBody } = input
  const legacySecret = secrets[legacySecretIndex]
  if (legacySecret === undefined) throw new RangeError(`There is no webhook secret at ${legacySecretIndex}`)
  const body = toBytes(rawBody)
  const content = concat(toBytes(`${eventId}.${timestampSeconds}.`), body)
  const signatures: string[] = []
  for (const secret of secrets) signatures.push(await standardSignature(secret, content, hmac))
  return {
    'X-Moveo-Signature': await signBody(legacySecret, body, hmac),
    'webhook-id': eventId,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatures.join(' '),
  }
}

export interface SigningInput {
  /** The live ones, oldest first. */
  readonly secrets: readonly string[]
  /** Which of them signs X-Moveo-Signature; the oldest unless told. */
  readonly legacySecretIndex?: number
  /** The same on every attempt. */
  readonly eventId: string
  /** When this attempt is made, seconds since 1970 UTC. */
  readonly timestampSeconds: number
  /** The very bytes that go out; a string goes out as UTF-8. */
  readonly rawBody: string | Uint8Array
}

export interface WebhookHeaders {
  readonly 'X-Moveo-Signature': string
  readonly 'webhook-id': string
  readonly 'webhook-timestamp': string
  readonly 'webhook-signature': string
}

/** X-Moveo-Signature: lowercase hex of HMAC-SHA256(secret, raw body). */
export const signBody = async (
  secret: string,
  rawBody: string | Uint8Array,
  hmac: Hmac = webCryptoHmac,
): Promise<string> => toHex(await hmac(signingKeys(secret).moveo, toBytes(rawBody)))

/** One entry of webhook-signature. `content` is what it signs: `ID.TIMESTAMP.BODY`. */
export const standardSignature = async (
  secret: string,
  content: string | Uint8Array,
  hmac: Hmac = webCryptoHmac,
): Promise<string> => `v1,${toBase64(await hmac(signingKeys(secret).standard, toBytes(content)))}`
