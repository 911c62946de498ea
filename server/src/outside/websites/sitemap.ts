import type { FetchPage, PageOutcome } from '../fetch-page.ts'

export type SitemapOutcome =
  | { readonly ok: true; readonly urls: readonly string[] }
  | { readonly ok: false; readonly error: string }

/**
 * The pages that a sitemap names, also over an index of sitemaps. Pages of other sites are left out: a sitemap speaks
 * for its own. An index of many that are slow is not read to its end.
 */
export const urlsOfSitemap = async (
  fetchPage: FetchPage,
  sitemapUrl: string,
  pagesMax: number,
): Promise<SitemapOutcome> => {
  const site = siteOf(sitemapUrl)
  const waiting = [sitemapUrl]
  const seen = new Set(waiting)
  const urls = new Set<string>()
  const endsAt = Date.now() + readingMsMax
  for (let read = 0; read < sitemapsMax && urls.size < pagesMax; read += 1) {
    const url = waiting.shift()
    if (url === undefined || Date.now() > endsAt) break
    const answer = await fetchPage({ url, bytesMax: sitemapBytesMax })
    const fault = faultOf(answer)
    const text = answer.kind === 'answered' ? answer.content.toString('utf8') : ''
    if (fault !== undefined || !/<(?:\w+:)?(?:urlset|sitemapindex)\b/.test(text)) {
      // One broken part of an index costs its own pages only.
      if (read > 0) continue
      return {
        ok: false,
        error: `the sitemap ${url} ${fault ?? 'has neither urlset nor sitemapindex; is it one?'}`,
      }
    }
    const isIndex = /<(?:\w+:)?sitemapindex\b/.test(text)
    for (const location of locationsOf(text)) {
      if (siteOf(location) !== site) continue
      if (!isIndex && urls.size < pagesMax) urls.add(location)
      else if (isIndex && !seen.has(location)) waiting.push(location)
      seen.add(location)
    }
  }
  return urls.size > 0
    ? { ok: true, urls: [...urls] }
    : { ok: false, error: `the sitemap ${sitemapUrl} names no page of its own site` }
}

const sitemapsMax = 50
/** With the last one well within a crawl's lease. */
const readingMsMax = 120_000
/** What the protocol allows is 50 MB; 10 hold its 50,000 pages as they are written in practice. */
const sitemapBytesMax = 10 * 1024 * 1024

const faultOf = (answer: PageOutcome): string | undefined => {
  if (answer.kind === 'failed') return answer.error
  return answer.status === 200 ? undefined : `answered ${answer.status}`
}

const siteOf = (url: string): string | undefined => URL.parse(url)?.host.replace(/^www\./, '')

/** Sitemaps are written by machines: one element, five entities. No XML parser runs on the event loop for that. */
const locationsOf = (xml: string): readonly string[] =>
  [...xml.matchAll(/<(?:\w+:)?loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]+?)\s*(?:\]\]>)?\s*<\//g)].flatMap(
    ([, text = '']) => {
      const url = URL.parse(
        text.replace(/&(?:amp|lt|gt|quot|apos);/g, (entity) => entities[entity] ?? entity),
      )
      if (!url || !/^https?:$/.test(url.protocol)) return []
      url.hash = ''
      return [url.href]
    },
  )

const entities: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&apos;': "'",
}
