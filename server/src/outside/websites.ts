import { setTimeout as delay } from 'node:timers/promises'
import type { FetchPage } from './fetch-page.ts'
import { createRobots } from './websites/robots.ts'
import { type SitemapOutcome, urlsOfSitemap } from './websites/sitemap.ts'

/** The web as one crawl sees it: polite, so what a site's robots.txt keeps from us is not fetched. */
export interface Websites {
  readonly fetchPage: FetchPage
  readonly urlsOfSitemap: (sitemapUrl: string, pagesMax: number) => Promise<SitemapOutcome>
  /** Waits for as long as the site wants between two pages. */
  readonly pause: (url: string) => Promise<void>
}

/** @param stopping ends at once whatever is under way; what that then says means nothing */
export const openWebsites = (fetchAny: FetchPage, stopping: AbortSignal): Websites => {
  const fetchPage: FetchPage = (request) => fetchAny({ ...request, stopping })
  const robots = createRobots(fetchPage)
  const fetchAllowed: FetchPage = async (request) => {
    const refusal = await robots.refusal(request.url)
    return refusal === undefined ? await fetchPage(request) : { kind: 'failed', error: refusal }
  }
  return {
    fetchPage: fetchAllowed,
    urlsOfSitemap: (sitemapUrl, pagesMax) => urlsOfSitemap(fetchAllowed, sitemapUrl, pagesMax),
    pause: async (url) => {
      const pauseMs = await robots.pauseMs(url)
      // Aborting ends the waiting; whoever waits looks at the signal.
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal: stopping }).catch(() => undefined)
    },
  }
}
