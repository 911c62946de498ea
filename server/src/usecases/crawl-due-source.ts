import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { isJsonObject } from '../domain/json.ts'
import { isPageMediaType, knowledgePageBytesMax } from '../domain/knowledge-files.ts'
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
} from '../store/knowledge-crawls.ts'
import { addDocument } from '../store/knowledge-documents.ts'
import { unlistPage } from '../store/knowledge-orphans.ts'

export type CrawlDeps = Pick<Deps, 'db' | 'newClaimId' | 'newId' | 'openWebsites' | 'readDocument' | 'log'>

/**
 * Fetches the pages of one source that is due, one after the other: those that robots.txt allows, and of those only
 * what changed (ETag, or the same text) becomes a new document. Each page is noted when it is done, so whoever goes
 * on after a kill goes on behind it.
 */
export const crawlDueSource = async (
  deps: CrawlDeps,
  stopping: AbortSignal,
): Promise<{ readonly more: boolean }> => {
  const crawl = await claimCrawl(deps.db, { claimId: deps.newClaimId(), leaseSeconds })
  if (!crawl) return { more: false }
  const websites = deps.openWebsites()
  const listed = crawl.isListed ? undefined : await listPages(deps, crawl, websites)
  const againHours = againHoursOf(crawl)
  if (typeof listed === 'string') await finishCrawl(deps.db, crawl, { error: listed, againHours })
  else if (listed !== false && (await fetchPages(deps, crawl, websites, stopping)))
    await finishCrawl(deps.db, crawl, { error: null, againHours })
  deps.log.info({ crawlId: crawl.crawlId, collection: crawl.collection, error: listed }, 'source crawled')
  return { more: !stopping.aborted }
}

/** Longer than a page may take to fetch and to read. */
const leaseSeconds = 240

const againHoursOf = ({ source }: ClaimedCrawl): number | null =>
  isJsonObject(source) && typeof source['recrawl_hours'] === 'number' ? source['recrawl_hours'] : null

/** @returns why there are none, or whether the claim still holds */
const listPages = async (
  deps: CrawlDeps,
  crawl: ClaimedCrawl,
  websites: Websites,
): Promise<string | boolean> => {
  const source = isJsonObject(crawl.source) ? crawl.source : {}
  if (source['type'] === 'pages') {
    const urls = Array.isArray(source['urls']) ? source['urls'].filter((url) => typeof url === 'string') : []
    return await setPages(deps.db, crawl, [...new Set(urls)])
  }
  const pagesMax = typeof source['pages_max'] === 'number' ? source['pages_max'] : pagesDefaultMax
  const listed = await websites.urlsOfSitemap(String(source['url']), pagesMax)
  return listed.ok ? await setPages(deps.db, crawl, listed.urls) : listed.error
}

const pagesDefaultMax = 1_000

/** @returns whether all are done; otherwise somebody goes on */
const fetchPages = async (
  deps: CrawlDeps,
  crawl: ClaimedCrawl,
  websites: Websites,
  stopping: AbortSignal,
): Promise<boolean> => {
  for (
    let page = await nextDuePage(deps.db, crawl.crawlId);
    page;
    page = await nextDuePage(deps.db, crawl.crawlId)
  ) {
    if (stopping.aborted) {
      await releaseCrawl(deps.db, crawl)
      return false
    }
    const note = await fetchOne(deps, crawl, websites, page, stopping)
    // What was interrupted is fetched again.
    if (stopping.aborted) continue
    if (!(await notePage(deps.db, crawl, note, leaseSeconds))) return false
    await websites.pause(page.url, stopping)
  }
  return true
}

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
    return { url, etag: null, lastModified: null, contentHash: null, error: `answered ${answer.status}` }
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
  return { url, etag, lastModified, contentHash, error: null }
}
