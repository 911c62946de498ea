import { type Bytes, fromBase64, toBase64, toBytes } from './bytes.ts'

/** The two HMAC keys that one webhook secret stands for. */
export interface SigningKeys {
  /** X-Moveo-Signature: the UTF-8 bytes of the secret as it is, a `whsec_` included. */
  readonly moveo: Bytes
  /** Standard Webhooks: what is decoded from `whsec_BASE64`; of any other secret its UTF-8 bytes. */
  readonly standard: Bytes
}

const prefix = 'whsec_'
const cachedSecretsMax = 1_000
const cache = new Map<string, SigningKeys>()

/** Throws on an empty secret, with which anybody could sign. */
export const signingKeys = (secret: string): SigningKeys => {
  const known = cache.get(secret)
  if (known) return known
  if (secret === '') throw new TypeError('The webhook secret is empty')
  const moveo = toBytes(secret)
  const keys = { moveo, standard: decodedSecret(secret) ?? moveo }
  if (cache.size >= cachedSecretsMax) forgetOldest()
  cache.set(secret, keys)
  return keys
}

/** One secret or several, none of them empty. */
export const secretList = (secret: string | readonly string[]): readonly string[] => {
  const secrets = typeof secret === 'string' ? [secret] : secret
  if (secrets.length === 0) throw new TypeError('There is no webhook secret to verify with')
  for (const each of secrets) signingKeys(each)
  return secrets
}

/**
 * The secret as every Standard Webhooks library takes it. Those libraries decode base64, so a secret that is
 * not `whsec_BASE64` already must be given to them in this form.
 */
export const standardWebhooksSecret = (secret: string): string =>
  prefix + toBase64(signingKeys(secret).standard)

const decodedSecret = (secret: string): Bytes | undefined => {
  if (!secret.startsWith(prefix)) return undefined
  const key = fromBase64(secret.slice(prefix.length))
  return key && key.length > 0 ? key : undefined
}

const forgetOldest = (): void => {
  for (const secret of cache.keys()) {
    cache.delete(secret)
    return
  }
}
