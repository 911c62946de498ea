import type { Db } from './db.ts'

const versionStatement = {
  name: 'list-knowledge-of-version',
  text: `select document_id as "documentId" from knowledge_lists
    where agent_id = $1 and version = $2 order by document_id`,
}

/** The documents of a version, 0 for the draft, in a lasting order. */
export const readVersionDocuments = async (
  db: Db,
  agentId: string,
  version: number,
): Promise<readonly string[]> =>
  (await db.rows<{ documentId: string }>(versionStatement, [agentId, version])).map((row) => row.documentId)

export interface StoredPassage {
  readonly document_id: string
  readonly position: number
  readonly collection: string
  readonly source: 'file' | 'page'
  readonly origin: string
  readonly title: string
  readonly heading: string | null
  readonly text: string
  readonly embedding: Buffer | null
}

const passagesStatement = {
  name: 'read-knowledge-passages',
  text: `select p.document_id, p.position, d.collection, d.source, d.origin, d.title, p.heading, p.text, p.embedding
    from knowledge_passages p join knowledge_documents d on d.document_id = p.document_id
    where p.document_id = any($1::uuid[]) order by p.document_id, p.position`,
}

export const readPassages = (db: Db, documentIds: readonly string[]): Promise<StoredPassage[]> =>
  db.rows<StoredPassage>(passagesStatement, [documentIds])

const pageStatement = {
  name: 'list-knowledge-passages',
  text: `select position, heading, text from knowledge_passages
    where document_id = $1 and position > $2 order by position limit $3`,
}

export interface PassageRow {
  readonly position: number
  readonly heading: string | null
  readonly text: string
}

export const listPassages = (
  db: Db,
  wanted: { readonly documentId: string; readonly after: number; readonly limit: number },
): Promise<PassageRow[]> =>
  db.rows<PassageRow>(pageStatement, [wanted.documentId, wanted.after, wanted.limit])
