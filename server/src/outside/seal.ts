import {
  createCipheriv,
  createDecipheriv,
  hash,
  hkdfSync,
  randomBytes,
  randomInt,
  timingSafeEqual,
} from 'node:crypto'

/**
 * Secrets at rest, keys and their hashes.
 *
 * What we must read again (webhook secrets) is sealed with AES-256-GCM; what we only recognise (API keys, tokens) is
 * stored as a hash. A sealed text is bound to its place: it opens only for the owner it was sealed for, so a row
 * copied over another one opens nothing. The prefix names the format, so that a later one can live beside it.
 */
export interface Sealer {
  /** @param owner what it belongs to, such as `integration/ID/webhook_secret` */
  readonly seal: (text: string, owner: string) => string
  readonly open: (sealed: string, owner: string) => string
}

/** @param key 32 bytes */
export const sealer = (key: Buffer): Sealer => ({
  seal: (text, owner) => {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(owner))
    const sealed = Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return prefix + sealed.toString('base64url')
  },
  open: (sealed, owner) => {
    if (!sealed.startsWith(prefix)) throw new Error(`sealed text of an unknown format (not ${prefix}...)`)
    const bytes = Buffer.from(sealed.slice(prefix.length), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes), {
      authTagLength: tagBytes,
    }).setAAD(Buffer.from(owner))
    try {
      decipher.setAuthTag(bytes.subarray(-tagBytes))
      return (
        decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      )
    } catch (cause) {
      throw new Error(`cannot open the secret of ${owner}: sealed with another key, or changed since`, {
        cause,
      })
    }
  },
})

const prefix = 'v1.'
const nonceBytes = 12
const tagBytes = 16

/** SHA-256, hex. Enough for keys of 256 random bits: there is nothing to guess, so nothing to slow down. */
export const hashKey = (key: string): string => hash('sha256', key, 'hex')

/** An integration's API key: 43 letters and digits, 256 bits. */
export const newApiKey = (): string => `dgm_${randomText(43)}`

/** A management token. */
export const newToken = (): string => `dgt_${randomText(43)}`

/**
 * A webhook secret in the spelling of Standard Webhooks, whose libraries sign with the decoded 32 bytes;
 * X-Moveo-Signature is made with the text as it stands.
 */
export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

/** A key of its own for each purpose from the one secret key, so that all processes that share it agree. */
export const deriveKey = (secretKey: Buffer, purpose: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secretKey, '', `dragoman ${purpose}`, 32))

/** Takes the same time whatever the texts are; only their lengths may show. */
export const constantTimeEqual = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'))

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const randomText = (length: number): string =>
  Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('')
