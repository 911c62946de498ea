import type { Queries } from './db.ts'

const orphansStatement = {
  name: 'unlist-orphaned-knowledge-pages',
  text: `delete from knowledge_lists l using knowledge_documents d
    where d.document_id = l.document_id and l.agent_id = $1 and l.version = 0 and d.source = 'page'
      and ($2::uuid is null or l.document_id = $2)
      and not exists (select from knowledge_pages p join knowledge_crawls c on c.crawl_id = p.crawl_id
        where c.agent_id = $1 and c.collection = d.collection and p.url = d.origin)
      and not exists (select from knowledge_crawls c where c.agent_id = $1 and c.collection = d.collection
        and (c.finished_at is null or c.status = 'failed'))`,
}

/**
 * Pages that no source names any longer leave the draft. Not while a source of their collection has yet to be
 * fetched: a source that was only reworded must not empty the collection until then.
 *
 * @param documentId only this one
 */
export const unlistOrphans = async (tx: Queries, agentId: string, documentId?: string): Promise<void> => {
  await tx.rows(orphansStatement, [agentId, documentId ?? null])
}

const goneStatement = {
  name: 'unlist-gone-knowledge-page',
  text: `delete from knowledge_lists l using knowledge_documents d
    where d.document_id = l.document_id and l.agent_id = $1 and l.version = 0 and d.source = 'page'
      and d.collection = $2 and d.origin = $3`,
}

/** The web says that it is gone for good. */
export const unlistPage = async (
  tx: Queries,
  page: { readonly agentId: string; readonly collection: string; readonly url: string },
): Promise<void> => {
  await tx.rows(goneStatement, [page.agentId, page.collection, page.url])
}

const forgetStatement = {
  name: 'forget-fetched-knowledge-pages',
  text: `update knowledge_pages set etag = null, last_modified = null, content_hash = null
    where crawl_id = any(array(select crawl_id from knowledge_crawls where agent_id = $1))
      and ($2::text is null or url = $2)`,
}

/** What the draft no longer has as it was fetched is fetched whole the next time. @param url null = all */
export const forgetFetched = async (tx: Queries, agentId: string, url: string | null): Promise<void> => {
  await tx.rows(forgetStatement, [agentId, url])
}
