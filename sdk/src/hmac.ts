import type { Bytes } from './bytes.ts'

/**
 * HMAC-SHA256. WebCrypto is everywhere and therefore the default, but it costs a thread hop: 45 us of CPU where
 * node:crypto takes 3. Who signs thousands a second passes a faster one. The key is the same array each time, so
 * what is made of it can be kept (handing node:crypto the bare bytes each time costs 15 us, a KeyObject nothing):
 *
 *     const keys = new WeakMap<Uint8Array, KeyObject>()
 *     const hmac: Hmac = (key, message) => {
 *       const known = keys.get(key) ?? createSecretKey(key)
 *       keys.set(key, known)
 *       return createHmac('sha256', known).update(message).digest()
 *     }
 */
export type Hmac = (key: Bytes, message: Bytes) => Uint8Array | Promise<Uint8Array>

export const webCryptoHmac: Hmac = async (key, message) =>
  new Uint8Array(await crypto.subtle.sign('HMAC', await importedKey(key), message))

/** Keyed by the array itself, so a key goes when the cache of secrets lets go of it. */
const imported = new WeakMap<Bytes, Promise<CryptoKey>>()

const importedKey = (key: Bytes): Promise<CryptoKey> => {
  const known = imported.get(key)
  if (known) return known
  const fresh = crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  imported.set(key, fresh)
  return fresh
}
