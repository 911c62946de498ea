import { createHash } from 'node:crypto'
import { Worker } from 'node:worker_threads'
import type { KnowledgePassage } from '../brain/knowledge/passage-index.ts'
import type { Passage, SearchAsk } from '../brain/turn-types.ts'
import type { SearchKnowledge } from '../deps.ts'
import type { Perform } from '../outside/answer-asks.ts'
import type { Embedder } from '../outside/embedder.ts'
import type { KnowledgeReport, KnowledgeRequest, KnowledgeThreadData } from './search-knowledge-thread.ts'

/**
 * Searches the knowledge of agent versions in a thread, where an index is made at the first need and kept for as long
 * as it is used (docs/decisions/0008-knowledge-in-memory.md).
 *
 * 1. An index is known by what is in it: a published version by its number, because it never changes; the draft by
 *    its documents, so a new one is found at once.
 * 2. The thread may let an index go, or die: then it is made again. Nothing is lost, because PostgreSQL has it all.
 * 3. Searches that wait for the same index wait for one loading.
 */
export interface KnowledgeSearcher {
  readonly search: SearchKnowledge
  readonly close: () => Promise<void>
}

export interface KnowledgeSource {
  readonly documentsOf: (agentId: string, version: number) => Promise<readonly string[]>
  readonly passagesOf: (documentIds: readonly string[]) => Promise<readonly KnowledgePassage[]>
  readonly embedder: Pick<Embedder, 'embed'>
  /** Of all agents together, in memory. */
  readonly passagesKeptMax?: number
}

/** About 8 kB each. */
const passagesKeptMaxDefault = 100_000

export const createKnowledgeSearcher = (source: KnowledgeSource): KnowledgeSearcher => {
  const { documentsOf, passagesOf, embedder, passagesKeptMax = passagesKeptMaxDefault } = source
  // Started at the first need: many agents have no documents.
  let thread: ReturnType<typeof knowledgeThread> | undefined

  const runningThread = () => {
    if (!thread || thread.isGone()) thread = knowledgeThread({ passagesKeptMax })
    return thread
  }
  const load = async (key: string, documentIds: readonly string[]): Promise<void> => {
    const passages: KnowledgePassage[] = []
    for (let start = 0; start < documentIds.length; start += documentsAtOnce)
      passages.push(...(await passagesOf(documentIds.slice(start, start + documentsAtOnce))))
    await runningThread().keep(key, passages)
  }

  const search: SearchKnowledge = async (wish) => {
    const thread = runningThread()
    const { agentId, version, query, collections, passagesMax } = wish
    const documentIds = version === 0 ? await documentsOf(agentId, 0) : undefined
    const key = `${agentId} ${version} ${documentIds ? fingerprint(documentIds) : ''}`
    for (let attempt = 1; attempt <= attemptsMax; attempt += 1) {
      const loading = thread.loadOnce(key, async () =>
        load(key, documentIds ?? (await documentsOf(agentId, version))),
      )
      await loading
      const vector = thread.usesVectors(key) ? await vectorOf(embedder, query) : undefined
      const found = await thread.search({ key, query, vector, collections, passagesMax })
      if (found) return { passages: found, by: vector ? 'words and vectors' : 'words' }
      thread.forget(key, loading)
    }
    throw new Error('the index of the knowledge was let go before it could be searched')
  }
  return { search, close: async () => await thread?.close() }
}

/** The answer of a 'search' ask: only what the document still names is searched. */
export const performSearch =
  (search: SearchKnowledge): Perform<SearchAsk> =>
  async (ask, { agent, agentId, version }) => {
    const named = (agent.document.knowledge ?? []).map(({ collection }) => collection)
    const collections = ask.collections?.filter((one) => named.includes(one)) ?? named
    const { query, passagesMax } = ask
    const { passages } = await search({ agentId, version, query, collections, passagesMax })
    return { ok: true, value: { passages } }
  }

const fingerprint = (documentIds: readonly string[]): string =>
  createHash('sha256').update(documentIds.join()).digest('base64')

const documentsAtOnce = 100
const attemptsMax = 3

const vectorOf = async (embedder: Pick<Embedder, 'embed'>, query: string): Promise<Int8Array | undefined> => {
  const outcome = await embedder.embed([query])
  return outcome.ok ? outcome.vectors[0] : undefined
}

interface ThreadSearch {
  readonly key: string
  readonly query: string
  readonly vector: Int8Array | undefined
  readonly collections: readonly string[] | undefined
  readonly passagesMax: number
}

/** One thread, and the requests that wait for its reports. */
const knowledgeThread = (workerData: KnowledgeThreadData) => {
  const thread = new Worker(threadEntry, { workerData })
  thread.unref()
  let gone: Error | undefined
  let lastId = 0
  const waiting = new Map<
    number,
    { resolve: (report: KnowledgeReport) => void; reject: (error: Error) => void }
  >()
  const loading = new Map<string, Promise<void>>()
  const withVectors = new Set<string>()

  thread.on('message', (report: KnowledgeReport) => {
    waiting.get(report.id)?.resolve(report)
    waiting.delete(report.id)
    if (waiting.size === 0) thread.unref()
  })
  const end = (error: Error): void => {
    gone ??= error
    for (const { reject } of waiting.values()) reject(gone)
    waiting.clear()
  }
  thread.on('error', end)
  thread.on('exit', () => end(new Error('the thread that searches the knowledge ended')))

  const request = (one: KnowledgeRequest): Promise<KnowledgeReport> =>
    new Promise((resolve, reject) => {
      if (gone) return reject(gone)
      waiting.set(one.id, { resolve, reject })
      thread.ref()
      return thread.postMessage(one)
    })
  const nextId = (): number => {
    lastId += 1
    return lastId
  }

  return {
    isGone: (): boolean => gone !== undefined,
    usesVectors: (key: string): boolean => withVectors.has(key),
    loadOnce: (key: string, load: () => Promise<void>): Promise<void> => {
      const known = loading.get(key)
      if (known) return known
      const begun = load()
      loading.set(key, begun)
      begun.catch(() => loading.delete(key))
      return begun
    },
    keep: async (key: string, passages: readonly KnowledgePassage[]): Promise<void> => {
      for (let start = 0; start < passages.length; start += passagesAtOnce)
        await request({
          type: 'add',
          id: nextId(),
          key,
          passages: passages.slice(start, start + passagesAtOnce),
        })
      const report = await request({ type: 'close', id: nextId(), key })
      if (report.type === 'kept' && report.usesVectors) withVectors.add(key)
    },
    /** undefined when the thread has let the index go */
    search: async (search: ThreadSearch): Promise<readonly Passage[] | undefined> => {
      const report = await request({ type: 'search', id: nextId(), ...search })
      return report.type === 'found' ? report.passages : undefined
    },
    /** The index that was loaded so was let go. Others may have found out, too, and load it anew already. */
    forget: (key: string, loaded: Promise<void>): void => {
      if (loading.get(key) !== loaded) return
      loading.delete(key)
      withVectors.delete(key)
    },
    close: async (): Promise<void> => {
      await thread.terminate()
    },
  }
}

/** What is copied into the thread in one piece: some 5 ms. */
const passagesAtOnce = 500
const threadEntry = new URL('./search-knowledge-thread.ts', import.meta.url)
