import { createRequire } from 'node:module'
import type { Robot } from 'robots-parser'
import { type FetchPage, userAgent } from '../fetch-page.ts'

/** What a site allows us (RFC 9309), asked once a crawl and site. */
export interface Robots {
  /** Why a page is not to be fetched. */
  readonly refusal: (url: string) => Promise<string | undefined>
  /** How long the site wants us to wait between two pages. */
  readonly pauseMs: (url: string) => Promise<number>
}

export const createRobots = (fetchPage: FetchPage): Robots => {
  const known = new Map<string, Promise<Robot | string>>()

  const rulesOf = (url: string): Promise<Robot | string> => {
    const origin = URL.parse(url)?.origin ?? ''
    const rules = known.get(origin) ?? readRules(fetchPage, origin)
    known.set(origin, rules)
    return rules
  }
  return {
    refusal: async (url) => {
      const rules = await rulesOf(url)
      if (typeof rules === 'string') return rules
      return rules.isAllowed(url, userAgent) === false
        ? 'is not for robots, says robots.txt of its site'
        : undefined
    },
    pauseMs: async (url) => {
      const rules = await rulesOf(url)
      const seconds = typeof rules === 'string' ? 0 : (rules.getCrawlDelay(userAgent) ?? 0)
      return Math.min(seconds * 1_000, pauseMsMax)
    },
  }
}

const pauseMsMax = 10_000
const robotsBytesMax = 512 * 1024

/** Its types promise a default export that it does not have. */
const robotsParser: (url: string, text: string) => Robot = createRequire(import.meta.url)('robots-parser')

/** No robots.txt: all is allowed. One that cannot be had just now: nothing is. */
const readRules = async (fetchPage: FetchPage, origin: string): Promise<Robot | string> => {
  const url = `${origin}/robots.txt`
  const answer = await fetchPage({ url, bytesMax: robotsBytesMax })
  if (answer.kind === 'failed') return `robots.txt of its site ${answer.error}`
  if (answer.status >= 500) return `robots.txt of its site answered ${answer.status}`
  return robotsParser(url, answer.status === 200 ? answer.content.toString('utf8') : '')
}
