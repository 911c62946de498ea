import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { isJsonObject } from '../domain/json.ts'
import { isPageMediaType, knowledgePageBytesMax } from '../domain/knowledge-files.ts'
import type { SitemapOutcome } from '../outside/websites/sitemap.ts'
import type { Websites } from '../outside/websites.ts'
import {
  type ClaimedCrawl,
  claimCrawl,
  type DuePage,
  finishCrawl,
  nextDuePage,
  notePage,
  type PageNote,
  releaseCrawl,
  setPages,
  sumPageBytes,
} from '../store/knowledge-crawls.ts'
import { addDocument } from '../store/knowledge-documents.ts'
import { unlistPage } from '../store/knowledge-orphans.ts'

export type CrawlDeps = Pick<
  Deps,
  'db' | 'newClaimId' | 'newId' | 'openWebsites' | 'readDocument' | 'clock' | 'log'
>

/**
 * Fetches the pages of one source that is due, one after the other: those that robots.txt allows, and of those only
 * what changed (ETag, or the same text) becomes a new document. Each page is noted when it is done, so whoever goes
 * on after a kill goes on behind it.
 *
 * A source has a minute, then it is the turn of the next: a site that is slow or has ten thousand pages keeps nobody
 * waiting.
 */
export const crawlDueSource = async (
  deps: CrawlDeps,
  stopping: AbortSignal,
): Promise<{ readonly more: boolean }> => {
  const crawl = await claimCrawl(deps.db, { claimId: deps.newClaimId(), leaseSeconds })
  if (!crawl) return { more: false }
  const websites = deps.openWebsites(stopping)
  const listed = crawl.isListed ? 'listed' : await listPages(deps, crawl, websites)
  const end = listed === 'listed' ? await fetchPages(deps, crawl, websites, stopping) : listed
  // What a page said while it was interrupted means nothing.
  if (end === 'to be continued' || stopping.aborted) await releaseCrawl(deps.db, crawl)
  else if (end !== 'lost') {
    const error = end === 'done' ? null : end.error
    await finishCrawl(deps.db, crawl, { error, againHours: againHoursOf(crawl) })
  }
  deps.log.info({ crawlId: crawl.crawlId, collection: crawl.collection, end }, 'source crawled')
  return { more: !stopping.aborted }
}

/** `lost`: another process has it. */
type End = 'done' | 'to be continued' | 'lost' | { readonly error: string }

/** Longer than a page may take to fetch and to read. */
const leaseSeconds = 240
const sliceMs = 60_000
/** Of all pages of an agent, as they were sent. */
const agentBytesMax = 1024 * 1024 * 1024

const againHoursOf = ({ source }: ClaimedCrawl): number | null =>
  isJsonObject(source) && typeof source['recrawl_hours'] === 'number' ? source['recrawl_hours'] : null

const listPages = async (
  deps: CrawlDeps,
  crawl: ClaimedCrawl,
  websites: Websites,
): Promise<'listed' | 'lost' | { readonly error: string }> => {
  const found = await pagesOf(crawl, websites)
  if (!found.ok) return { error: found.error }
  return (await setPages(deps.db, crawl, found.urls)) ? 'listed' : 'lost'
}

const pagesOf = async (crawl: ClaimedCrawl, websites: Websites): Promise<SitemapOutcome> => {
  const source = isJsonObject(crawl.source) ? crawl.source : {}
  if (source['type'] === 'pages') {
    const urls = Array.isArray(source['urls']) ? source['urls'].filter((url) => typeof url === 'string') : []
    return { ok: true, urls: [...new Set(urls)] }
  }
  const pagesMax = typeof source['pages_max'] === 'number' ? source['pages_max'] : pagesDefaultMax
  return await websites.urlsOfSitemap(String(source['url']), pagesMax)
}

const pagesDefaultMax = 1_000

const fetchPages = async (
  deps: CrawlDeps,
  crawl: ClaimedCrawl,
  websites: Websites,
  stopping: AbortSignal,
): Promise<End> => {
  const endsAt = deps.clock.now() + sliceMs
  let bytes = await sumPageBytes(deps.db, crawl.agentId)
  for (;;) {
    const page = await nextDuePage(deps.db, crawl.crawlId)
    if (!page) return 'done'
    if (bytes > agentBytesMax) return { error: tooLarge }
    if (stopping.aborted || deps.clock.now() > endsAt) return 'to be continued'
    const note = await fetchOne(deps, crawl, websites, page, stopping)
    if (stopping.aborted) continue
    if (!(await notePage(deps.db, crawl, note, leaseSeconds))) return 'lost'
    bytes += (note.contentBytes ?? 0) - (page.contentBytes ?? 0)
    await websites.pause(page.url)
  }
}

const tooLarge = `the pages of the agent have more than ${agentBytesMax / 1024 / 1024} MB; the rest is not read`

const fetchOne = async (
  deps: CrawlDeps,
  crawl: ClaimedCrawl,
  websites: Websites,
  page: DuePage,
  stopping: AbortSignal,
): Promise<PageNote> => {
  const { agentId, collection } = crawl
  const { url } = page
  const failed = (error: string): PageNote => ({ ...page, error })
  const answer = await websites.fetchPage({ ...page, bytesMax: knowledgePageBytesMax })
  if (answer.kind === 'failed') return failed(answer.error)
  if (answer.status === 304) return { ...page, error: null }
  if (answer.status === 404 || answer.status === 410) {
    await unlistPage(deps.db, { agentId, collection, url })
    return { ...unknownPage, url, error: `answered ${answer.status}` }
  }
  if (answer.status !== 200) return failed(`answered ${answer.status}`)
  const { mediaType, charset, content, etag, lastModified } = answer
  if (!isPageMediaType(mediaType)) return failed(`is ${mediaType || 'of no type'}, which cannot be read`)
  const text = await deps.readDocument({ name: url, mediaType, charset, isPage: true, content }, stopping)
  if (!text.ok) return failed(text.error)
  // The text, not the bytes: many pages carry a number that is new each time.
  const contentHash = createHash('sha256').update(JSON.stringify(text)).digest()
  if (!page.contentHash?.equals(contentHash))
    await addDocument(deps.db, {
      documentId: deps.newId(),
      agentId,
      collection,
      source: 'page',
      origin: url,
      mediaType: charset === undefined ? mediaType : `${mediaType}; charset=${charset}`,
      content,
      contentHash,
    })
  return { url, etag, lastModified, contentHash, contentBytes: content.length, error: null }
}

const unknownPage = { etag: null, lastModified: null, contentHash: null, contentBytes: null }
