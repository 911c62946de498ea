import type { Db } from './db.ts'
import { forgetFetched } from './knowledge-orphans.ts'

/** Documents on their way from bytes to passages, and what is known of them. */
export interface KnowledgeDocument {
  readonly document_id: string
  readonly collection: string
  readonly source: 'file' | 'page'
  /** A file's name or a page's address. */
  readonly origin: string
  readonly media_type: string
  readonly title: string | null
  readonly content_bytes: number
  readonly status: 'pending' | 'ingesting' | 'ready' | 'failed'
  readonly passages_done: number
  readonly passages_total: number | null
  readonly error: string | null
  /** ms */
  readonly created_at: number
}

const columns = `d.document_id, d.collection, d.source, d.origin, d.media_type, d.title, d.content_bytes, d.status,
      d.passages_done, d.passages_total, d.error, floor(extract(epoch from d.created_at) * 1000)::float8 as created_at`

export interface NewDocument {
  readonly documentId: string
  readonly agentId: string
  readonly collection: string
  readonly source: 'file' | 'page'
  readonly origin: string
  readonly mediaType: string
  readonly content: Buffer
  readonly contentHash: Buffer
}

const knownStatement = {
  name: 'find-same-knowledge-document',
  text: `select ${columns} from knowledge_documents d join knowledge_lists l using (document_id)
    where d.agent_id = $1 and d.collection = $2 and d.origin = $3 and d.content_hash = $4 and l.version = 0`,
}
const supersedeStatement = {
  name: 'drop-unread-knowledge-documents',
  text: `delete from knowledge_documents
    where agent_id = $1 and collection = $2 and origin = $3 and status <> 'ready'`,
}
const addStatement = {
  name: 'add-knowledge-document',
  text: `with added as (
      insert into knowledge_documents
        (document_id, agent_id, collection, source, origin, media_type, content_hash, content_bytes)
      values ($1, $2, $3, $4, $5, $6, $7, length($8::bytea)) returning *),
    kept as (insert into knowledge_contents (document_id, content) select document_id, $8 from added)
    select ${columns} from added d`,
}

const holdAgentStatement = {
  name: 'hold-agent-while-a-document-comes',
  text: `select agent_id from agents where agent_id = $1 for key share`,
}

/**
 * Keeps the bytes of a new document until they are read. What the draft has already, to the byte, is not read again;
 * what waits under the same origin is dropped for it.
 *
 * @returns undefined when there is no such agent (any more)
 */
export const addDocument = (db: Db, document: NewDocument): Promise<KnowledgeDocument | undefined> =>
  db.transaction(async (tx) => {
    const { agentId, collection, origin } = document
    if ((await tx.rows(holdAgentStatement, [agentId])).length === 0) return undefined
    await tx.rows(supersedeStatement, [agentId, collection, origin])
    const same = [agentId, collection, origin, document.contentHash]
    const [known] = await tx.rows<KnowledgeDocument>(knownStatement, same)
    if (known) return known
    const [added] = await tx.rows<KnowledgeDocument>(addStatement, [
      document.documentId,
      agentId,
      collection,
      document.source,
      origin,
      document.mediaType,
      document.contentHash,
      document.content,
    ])
    return added
  })

const listStatement = {
  name: 'list-knowledge-documents',
  text: `select ${columns} from knowledge_documents d
    where d.agent_id = $1 and ($4::text is null or d.collection = $4) and ($5::text is null or d.status = $5)
      and ($2::uuid is null or d.document_id > $2)
      and (exists (select from knowledge_lists l
            where l.agent_id = $1 and l.version = $6 and l.document_id = d.document_id)
        or ($6 = 0 and d.status <> 'ready'))
    order by d.document_id limit $3`,
}

/** Of a version; of the draft (0) also those that are not read yet or could not be. */
export const listDocuments = (
  db: Db,
  wanted: {
    readonly agentId: string
    readonly version: number
    readonly collection: string | null
    readonly status: string | null
    readonly after: string | null
    readonly limit: number
  },
): Promise<KnowledgeDocument[]> =>
  db.rows<KnowledgeDocument>(listStatement, [
    wanted.agentId,
    wanted.after,
    wanted.limit,
    wanted.collection,
    wanted.status,
    wanted.version,
  ])

const readStatement = {
  name: 'read-knowledge-document',
  text: `select ${columns} from knowledge_documents d where d.agent_id = $1 and d.document_id = $2`,
}

export const readDocument = async (
  db: Db,
  agentId: string,
  documentId: string,
): Promise<KnowledgeDocument | undefined> =>
  (await db.rows<KnowledgeDocument>(readStatement, [agentId, documentId]))[0]

const countStatement = {
  name: 'count-knowledge-documents',
  text: `select d.collection, d.status, count(*)::int as documents, coalesce(sum(d.passages_done), 0)::int as passages
    from knowledge_documents d
    where d.agent_id = $1 and (d.status <> 'ready' or exists (select from knowledge_lists l
      where l.agent_id = $1 and l.version = 0 and l.document_id = d.document_id))
    group by d.collection, d.status`,
}

export interface DocumentCount {
  readonly collection: string
  readonly status: KnowledgeDocument['status']
  readonly documents: number
  readonly passages: number
}

/** Of the draft, by collection and status. */
export const countDocuments = (db: Db, agentId: string): Promise<DocumentCount[]> =>
  db.rows<DocumentCount>(countStatement, [agentId])

const unlistStatement = {
  name: 'take-knowledge-document-from-draft',
  text: `delete from knowledge_lists where agent_id = $1 and version = 0 and document_id = $2`,
}
const dropStatement = {
  name: 'drop-unlisted-knowledge-document',
  text: `delete from knowledge_documents d where agent_id = $1 and document_id = $2
      and not exists (select from knowledge_lists l where l.document_id = d.document_id)`,
}

/** Published versions keep it; when none has it, it is gone. A page comes back with the next crawl. */
export const removeDocument = (
  db: Db,
  agentId: string,
  { document_id: documentId, origin }: Pick<KnowledgeDocument, 'document_id' | 'origin'>,
): Promise<void> =>
  db.transaction(async (tx) => {
    await tx.rows(unlistStatement, [agentId, documentId])
    await forgetFetched(tx, agentId, origin)
    await tx.rows(dropStatement, [agentId, documentId])
  })

const forgetStatement = {
  name: 'forget-unlisted-knowledge-documents',
  text: `delete from knowledge_documents where document_id = any(array(
    select document_id from knowledge_documents d
    where status = 'ready' and not exists (select from knowledge_lists l where l.document_id = d.document_id)
    order by document_id limit 1000))`,
}

/** Documents that were replaced and never published. */
export const forgetUnlistedDocuments = async (db: Db): Promise<void> => {
  await db.rows(forgetStatement, [])
}
