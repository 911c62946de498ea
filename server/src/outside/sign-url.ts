import { createHmac, timingSafeEqual } from 'node:crypto'

/**
 * URLs that carry their own permission: whoever has one may do the one thing it was made for, until it expires.
 *
 * What may be done is all under the signature: the method (which is not in the URL, so an upload URL reads nothing),
 * the path, the time, and for an upload its content type and size. The claims are signed as a JSON array, so no two
 * different sets of claims are the same text. A parameter that is missing, there twice or not ours makes the URL
 * invalid, and so do claims in another spelling than the one we write.
 */
export interface UrlSigner {
  readonly sign: (claims: UrlClaims & { readonly baseUrl: string }) => string
  /** @param target the path with the query, as the request has it */
  readonly check: (request: {
    readonly method: string
    readonly target: string
    readonly nowMs: number
  }) => UrlCheck
}

export interface UrlClaims {
  readonly method: 'GET' | 'PUT'
  /** Begins with a slash. */
  readonly path: string
  /** ms since 1970 */
  readonly expiresAtMs: number
  /** The only Content-Type an upload may have. */
  readonly contentType?: string | undefined
  /** How large an upload may be. */
  readonly bytesMax?: number | undefined
}

export type UrlCheck =
  | {
      readonly ok: true
      readonly path: string
      readonly contentType: string | undefined
      readonly bytesMax: number | undefined
    }
  | { readonly ok: false; readonly reason: 'invalid' | 'expired' }

export const urlSigner = (key: Buffer): UrlSigner => {
  const signatureOf = (method: string, path: string, query: URLSearchParams): Buffer =>
    createHmac('sha256', key)
      .update(JSON.stringify(['v1', method, path, ...claimNames.map((name) => query.get(name))]))
      .digest()

  return {
    sign: ({ baseUrl, method, path, expiresAtMs, contentType, bytesMax }) => {
      const query = new URLSearchParams({ expires: String(Math.ceil(expiresAtMs / 1000)) })
      if (contentType !== undefined) query.set('type', contentType)
      if (bytesMax !== undefined) query.set('bytes_max', String(bytesMax))
      query.set('signature', signatureOf(method, path, query).toString('base64url'))
      return `${baseUrl}${path}?${query}`
    },
    check: ({ method, target, nowMs }) => {
      const queryAt = target.indexOf('?')
      const path = queryAt < 0 ? target : target.slice(0, queryAt)
      const query = new URLSearchParams(queryAt < 0 ? '' : target.slice(queryAt))
      const given = query.get('signature') ?? ''
      if (!hasOnlyOurs(query) || !isEqual(signatureOf(method, path, query), given))
        return { ok: false, reason: 'invalid' }
      // Only what we wrote ourselves comes this far.
      if (nowMs >= Number(query.get('expires')) * 1000) return { ok: false, reason: 'expired' }
      const bytesMax = query.get('bytes_max')
      return {
        ok: true,
        path,
        contentType: query.get('type') ?? undefined,
        bytesMax: bytesMax === null ? undefined : Number(bytesMax),
      }
    },
  }
}

const claimNames: readonly string[] = ['expires', 'type', 'bytes_max']
const allNames: readonly string[] = [...claimNames, 'signature']

const hasOnlyOurs = (query: URLSearchParams): boolean =>
  [...query.keys()].every((name, index, all) => allNames.includes(name) && all.indexOf(name) === index)

/** The length of a signature is no secret. */
const isEqual = (wanted: Buffer, given: string): boolean => {
  const bytes = Buffer.from(given, 'base64url')
  return (
    bytes.length === wanted.length && timingSafeEqual(bytes, wanted) && bytes.toString('base64url') === given
  )
}
