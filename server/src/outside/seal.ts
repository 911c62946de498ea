import { createCipheriv, createDecipheriv, randomBytes, timingSafeEqual } from 'node:crypto'

/**
 * Secrets at rest: AES-256-GCM, a fresh nonce each, as `v1.` and base64url of nonce, tag and text. What was sealed
 * under another key, or tampered with, does not open.
 */
export interface Sealer {
  readonly seal: (text: string) => string
  readonly open: (sealed: string) => string
}

const nonceBytes = 12
const tagBytes = 16

/** @param key 32 bytes */
export const createSealer = (key: Buffer): Sealer => ({
  seal: (text) => {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv('aes-256-gcm', key, nonce)
    const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()])
    return `v1.${Buffer.concat([nonce, cipher.getAuthTag(), body]).toString('base64url')}`
  },
  open: (sealed) => {
    if (!sealed.startsWith('v1.')) throw new Error('a sealed secret is not of a version that is known here')
    const bytes = Buffer.from(sealed.slice(3), 'base64url')
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes))
    decipher.setAuthTag(bytes.subarray(nonceBytes, nonceBytes + tagBytes))
    try {
      return (
        decipher.update(bytes.subarray(nonceBytes + tagBytes), undefined, 'utf8') + decipher.final('utf8')
      )
    } catch (error) {
      throw new Error(
        'a sealed secret does not open: DRAGOMAN_SECRET_KEY is not the one it was sealed with',
        {
          cause: error,
        },
      )
    }
  },
})

/** `dgm_` and 32 random bytes. Shown once; only its hash is kept. */
export const newApiKey = (): string => `dgm_${randomBytes(32).toString('base64url')}`

/** A webhook secret in the form of Standard Webhooks; X-Moveo-Signature takes the same string as it is. */
export const newWebhookSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

export const constantTimeEqual = (left: string, right: string): boolean => {
  const [a, b] = [Buffer.from(left), Buffer.from(right)]
  return a.length === b.length && timingSafeEqual(a, b)
}
