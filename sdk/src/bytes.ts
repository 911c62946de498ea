/** Bytes to text and back, with nothing but what every JavaScript runtime has. */

export type Bytes = Uint8Array<ArrayBuffer>

const encoder = new TextEncoder()
const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Text as UTF-8. Bytes over shared memory are copied, because WebCrypto refuses them. */
export const toBytes = (input: string | Uint8Array): Bytes => {
  if (typeof input === 'string') return encoder.encode(input)
  return isOverOwnMemory(input) ? input : new Uint8Array(input)
}

const isOverOwnMemory = (bytes: Uint8Array): bytes is Bytes => bytes.buffer instanceof ArrayBuffer

export const toHex = (bytes: Uint8Array): string => {
  let hex = ''
  for (const byte of bytes) hex += hexOfByte[byte]
  return hex
}

/** Undefined unless it is whole bytes of hex. */
export const fromHex = (hex: string): Bytes | undefined =>
  /^([0-9a-f]{2})*$/i.test(hex)
    ? Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
        Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
      )
    : undefined

export const toBase64 = (bytes: Uint8Array): string => {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/** Undefined unless it is base64 of the common alphabet; the padding may be missing. */
export const fromBase64 = (base64: string): Bytes | undefined =>
  /^[A-Za-z0-9+/]*={0,2}$/.test(base64) && isWholeBase64(base64)
    ? Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))
    : undefined

const isWholeBase64 = (base64: string): boolean =>
  base64.endsWith('=') ? base64.length % 4 === 0 : base64.length % 4 !== 1

/** Takes as long for the first differing byte as for the last. Lengths are no secret. */
export const isEqual = (left: Uint8Array, right: Uint8Array): boolean => {
  if (left.length !== right.length) return false
  let difference = 0
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0)
  return difference === 0
}

export const concat = (left: Uint8Array, right: Uint8Array): Bytes =>
  joined([left, right], left.length + right.length)

export const joined = (chunks: readonly Uint8Array[], length: number): Bytes => {
  const whole = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    whole.set(chunk, offset)
    offset += chunk.length
  }
  return whole
}
