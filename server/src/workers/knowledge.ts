import type { Deps } from '../deps.ts'
import { crawlDueSource } from '../usecases/crawl-due-source.ts'
import { readDueDocument } from '../usecases/read-due-document.ts'
import { repeat } from './repeat.ts'

/** Reads uploaded documents and fetches web pages, one of each at a time. `stop` gives back what is under way. */
export const startKnowledge = (deps: Deps) => {
  const stopping = new AbortController()
  const { log } = deps
  const { pollMs: everyMs } = deps.limits
  const loops = [
    repeat({ what: 'reading documents', everyMs, log }, () => readDueDocument(deps, stopping.signal)),
    repeat({ what: 'crawling', everyMs, log }, () => crawlDueSource(deps, stopping.signal)),
  ]
  return {
    stop: async (): Promise<void> => {
      stopping.abort()
      await Promise.all(loops.map((loop) => loop.stop()))
    },
  }
}
