import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { collectionName, collectionsOf } from '../domain/knowledge-collections.ts'
import { readDraft } from '../store/agents.ts'
import { type CrawlRow, listCrawls } from '../store/knowledge-crawls.ts'
import { countDocuments } from '../store/knowledge-documents.ts'

export interface CollectionState {
  readonly collection: string
  readonly name: string | null
  readonly documents: { readonly [status in 'pending' | 'ingesting' | 'ready' | 'failed']: number }
  readonly passages: number
  readonly crawls: readonly CrawlRow[]
}

/** The collections of the draft: what is ready, what is being read, what is fetched from the web. */
export const listKnowledge = async (
  deps: Pick<Deps, 'db'>,
  agentId: string,
): Promise<{ readonly collections: readonly CollectionState[] }> => {
  const draft = await readDraft(deps.db, agentId)
  if (draft === undefined) throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  const counts = await countDocuments(deps.db, agentId)
  const crawls = await listCrawls(deps.db, agentId)
  return {
    collections: collectionsOf(draft).map((described) => {
      const collection = collectionName(described)
      const own = counts.filter((count) => count.collection === collection)
      const documents = { pending: 0, ingesting: 0, ready: 0, failed: 0 }
      for (const { status, documents: count } of own) documents[status] += count
      return {
        collection,
        name: typeof described['name'] === 'string' ? described['name'] : null,
        documents,
        passages: own.reduce((sum, { passages }) => sum + passages, 0),
        crawls: crawls.filter((crawl) => crawl.collection === collection),
      }
    }),
  }
}
