import { Client, type Dispatcher } from 'undici'
import { checkWebhookUrl } from '../domain/webhook-url.ts'
import { boundedConnector } from './bounded-socket.ts'
import { ConnectRefusal, pinnedConnector } from './pinned-connect.ts'
import { createDnsResolver, type ResolveHost, resolveLikeSystem } from './resolve-host.ts'
import { unpacked } from './unpacked.ts'

/**
 * Fetches pages of the web under the same rules as webhooks (wire spec 1.7): the address is looked up once, checked
 * and pinned, and private ones are refused. Redirects are followed, because websites live on them, each step under the
 * same checks. Never an exception.
 */
export type FetchPage = (request: PageRequest) => Promise<PageOutcome>

export interface PageRequest {
  readonly url: string
  /** Of the last time: if nothing changed since, nothing is sent. */
  readonly etag?: string | null
  readonly lastModified?: string | null
  readonly bytesMax: number
  /** Ends it before its time; what it then says means nothing. */
  readonly stopping?: AbortSignal
}

export type PageOutcome =
  | {
      readonly kind: 'answered'
      readonly status: number
      /** After redirects. */
      readonly url: string
      readonly mediaType: string
      readonly charset: string | undefined
      readonly etag: string | null
      readonly lastModified: string | null
      readonly content: Buffer
    }
  | { readonly kind: 'failed'; readonly error: string }

export const createPageFetcher = (settings: {
  readonly allowPrivate: boolean
  readonly resolve?: ResolveHost
  readonly timeoutMs?: number
}): FetchPage => {
  const { allowPrivate, timeoutMs = pageTimeoutMs } = settings
  const connect = pinnedConnector({
    allowPrivate,
    connectTimeoutMs,
    resolve: settings.resolve ?? (allowPrivate ? resolveLikeSystem : createDnsResolver()),
  })

  const step = async (url: URL, request: PageRequest, signal: AbortSignal): Promise<PageOutcome | URL> => {
    if (!/^https?:$/.test(url.protocol)) return failed(`${url.protocol} is no address of the web`)
    const judged = checkWebhookUrl(url.origin, { allowPrivate })
    if (!judged.ok) return failed(`${url.origin} ${judged.reason}`)
    const bounded = boundedConnector(connect, wireBytesPerPageByte * request.bytesMax)
    const client = new Client(url.origin, { connect: bounded })
    try {
      const answer = await client.request({
        method: 'GET',
        path: url.pathname + url.search,
        headers: headersOf(request),
        signal,
      })
      const location = redirectStatuses.has(answer.statusCode) ? headerOf(answer, 'location') : undefined
      const next = location === undefined ? null : URL.parse(location, url)
      if (next) return next
      const sent = await readBounded(answer, request.bytesMax)
      if (sent === undefined) return failed(`is larger than ${request.bytesMax} bytes`)
      const content = await unpacked(sent, headerOf(answer, 'content-encoding'), request.bytesMax)
      if (content === undefined)
        return failed(`is packed, and unpacks to nothing or to more than ${request.bytesMax} bytes`)
      return answeredOf(answer, url, content)
    } catch (error) {
      return failed(signal.aborted ? `did not answer within ${timeoutMs / 1000} s` : sentenceOf(error))
    } finally {
      void client.destroy()
    }
  }

  return async (request) => {
    const inTime = AbortSignal.timeout(timeoutMs)
    const signal = request.stopping ? AbortSignal.any([inTime, request.stopping]) : inTime
    let url = URL.parse(request.url)
    if (url === null) return failed('is not a URL')
    for (let redirects = 0; redirects <= redirectsMax; redirects += 1) {
      const outcome = await step(url, request, signal)
      if (!(outcome instanceof URL)) return outcome
      url = outcome
    }
    return failed(`redirects more than ${redirectsMax} times`)
  }
}

const pageTimeoutMs = 20_000
const connectTimeoutMs = 10_000
const redirectsMax = 5
/** A body in small chunks takes more on the wire than it is long. */
const wireBytesPerPageByte = 8
const redirectStatuses: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

const failed = (error: string): PageOutcome => ({ kind: 'failed', error })

/** Plain text is asked for, and what comes packed all the same is unpacked within the bounds. */
const headersOf = ({ etag, lastModified }: PageRequest): Record<string, string> => ({
  'user-agent': userAgent,
  accept:
    'text/html, application/xhtml+xml, application/xml;q=0.9, text/plain;q=0.8, application/pdf;q=0.8, */*;q=0.1',
  'accept-encoding': 'identity',
  ...(etag ? { 'if-none-match': etag } : {}),
  ...(lastModified ? { 'if-modified-since': lastModified } : {}),
})

/** What robots.txt may name. */
export const userAgent = 'Dragoman'

const readBounded = async (
  { body, headers }: Dispatcher.ResponseData,
  bytesMax: number,
): Promise<Buffer | undefined> => {
  if (Number(headers['content-length'] ?? 0) > bytesMax) return undefined
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.length
    if (bytes > bytesMax) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const answeredOf = (answer: Dispatcher.ResponseData, url: URL, content: Buffer): PageOutcome => {
  const [mediaType = '', ...parameters] = (headerOf(answer, 'content-type') ?? '').split(';')
  const charset = parameters
    .map((one) => /^\s*charset="?([\w-]+)/i.exec(one)?.[1])
    .find((one) => one !== undefined)
  return {
    kind: 'answered',
    status: answer.statusCode,
    url: url.href,
    mediaType: mediaType.trim().toLowerCase(),
    charset,
    etag: headerOf(answer, 'etag') ?? null,
    lastModified: headerOf(answer, 'last-modified') ?? null,
    content,
  }
}

const headerOf = ({ headers }: Dispatcher.ResponseData, name: string): string | undefined => {
  const value = headers[name]
  return Array.isArray(value) ? value[0] : value
}

const sentenceOf = (error: unknown): string => {
  if (error instanceof ConnectRefusal) return `cannot be fetched: ${error.message}`
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  return `cannot be fetched (${code || (error instanceof Error ? error.message : String(error)).slice(0, 200)})`
}
