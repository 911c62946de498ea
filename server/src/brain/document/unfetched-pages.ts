import type { DocumentFault } from './document-fault.ts'

/** How far the fetching of one source has come. */
export interface FetchedSource {
  readonly collection: string
  readonly source: unknown
  readonly status: 'waiting' | 'crawling' | 'done' | 'failed'
  readonly error: string | null
  readonly pages_total: number
  readonly pages_failed: number
  readonly failures: readonly { readonly url: string; readonly error: string }[]
}

/**
 * Web pages that a version would be published without. Of a sitemap single pages may be missing: a site lists many
 * that it does not let anybody fetch.
 */
export const unfetchedPages = (sources: readonly FetchedSource[]): DocumentFault[] =>
  sources.flatMap((source) => {
    const message = whatIsMissing(source)
    return message === undefined
      ? []
      : [{ path: 'knowledge', message: `${source.collection}: ${message}`, cure }]
  })

const cure = 'look at GET /api/v1/agents/ID/knowledge, and publish again when the pages are there'

const whatIsMissing = (crawl: FetchedSource): string | undefined => {
  if (crawl.status === 'failed') return `has no pages: ${crawl.error ?? 'they could not be fetched'}`
  if (crawl.status !== 'done') return 'has web pages that are still being fetched'
  const { pages_failed: failed, pages_total: total, failures } = crawl
  const [first] = failures
  if (!first || (failed < total && isSitemap(crawl.source))) return undefined
  return `is without ${failed} of ${total} web pages: ${first.url}: ${first.error}`
}

const isSitemap = (source: unknown): boolean =>
  typeof source === 'object' && source !== null && 'type' in source && source.type === 'sitemap'
