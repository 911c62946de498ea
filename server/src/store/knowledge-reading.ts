import type { Db } from './db.ts'
import { unlistOrphans } from './knowledge-orphans.ts'

/** The reading of documents: claimed by one process at a time, in steps that a killed process need not repeat. */
export interface ClaimedDocument {
  readonly documentId: string
  readonly claimId: string
  readonly agentId: string
  readonly source: 'file' | 'page'
  readonly origin: string
  readonly mediaType: string
  readonly passagesDone: number
  readonly attempts: number
  readonly content: Buffer
}

const claimStatement = {
  name: 'claim-knowledge-document',
  text: `update knowledge_documents d
    set claim_id = $1, status = 'ingesting', attempts = attempts + 1, ready_at = now() + $2 * interval '1 second'
    from knowledge_contents c
    where c.document_id = d.document_id and d.document_id = (
      select document_id from knowledge_documents where ready_at <= now()
      order by ready_at limit 1 for update skip locked)
    returning d.document_id as "documentId", d.claim_id as "claimId", d.agent_id as "agentId", d.source, d.origin,
      d.media_type as "mediaType", d.passages_done as "passagesDone", d.attempts, c.content`,
}

export const claimDocument = async (
  db: Db,
  claim: { readonly claimId: string; readonly leaseSeconds: number },
): Promise<ClaimedDocument | undefined> =>
  (await db.rows<ClaimedDocument>(claimStatement, [claim.claimId, claim.leaseSeconds]))[0]

export interface NewPassage {
  readonly heading: string | null
  readonly text: string
  readonly embedding: Buffer | null
}

type Claim = Pick<ClaimedDocument, 'documentId' | 'claimId'>

const progressStatement = {
  name: 'note-knowledge-passages',
  text: `update knowledge_documents
    set passages_done = $3, passages_total = $4, ready_at = now() + $5 * interval '1 second'
    where document_id = $1 and claim_id = $2 returning document_id`,
}
const passagesStatement = {
  name: 'add-knowledge-passages',
  text: `insert into knowledge_passages (document_id, position, heading, text, embedding)
    select $1, $2 + row_number() over (order by place) - 1, heading, text, embedding
    from unnest($3::text[], $4::text[], $5::bytea[]) with ordinality as p (heading, text, embedding, place)`,
}

/** @returns false when the document was claimed by another one, replaced or removed meanwhile */
export const addPassages = (
  db: Db,
  claim: Claim,
  step: {
    readonly from: number
    readonly passages: readonly NewPassage[]
    readonly passagesTotal: number
    readonly leaseSeconds: number
  },
): Promise<boolean> =>
  db.transaction(async (tx) => {
    const done = step.from + step.passages.length
    const progress = [claim.documentId, claim.claimId, done, step.passagesTotal, step.leaseSeconds]
    if ((await tx.rows(progressStatement, progress)).length === 0) return false
    if (step.passages.length > 0)
      await tx.rows(passagesStatement, [
        claim.documentId,
        step.from,
        step.passages.map(({ heading }) => heading),
        step.passages.map(({ text }) => text),
        step.passages.map(({ embedding }) => embedding),
      ])
    return true
  })

const readyStatement = {
  name: 'ready-knowledge-document',
  text: `update knowledge_documents set status = 'ready', title = $3, error = null, ready_at = null, claim_id = null
    where document_id = $1 and claim_id = $2 returning agent_id as "agentId", collection, origin`,
}
const replaceStatement = {
  name: 'replace-knowledge-document-in-draft',
  text: `delete from knowledge_lists l using knowledge_documents d
    where d.document_id = l.document_id and l.agent_id = $1 and l.version = 0
      and d.agent_id = $1 and d.collection = $2 and d.origin = $3`,
}
const enlistStatement = {
  name: 'add-knowledge-document-to-draft',
  text: `insert into knowledge_lists (agent_id, version, document_id) values ($1, 0, $2)`,
}
/** Against a draft that is being replaced: it takes along the pages that it does not name. */
const holdDraftStatement = {
  name: 'hold-draft-while-knowledge-comes',
  text: `select from agents where agent_id = $1 for share`,
}
const forgetContentStatement = {
  name: 'forget-knowledge-content',
  text: `delete from knowledge_contents where document_id = $1`,
}

/**
 * From now on the draft has it, in place of an older one of the same origin; but for a page whose source has left the
 * draft meanwhile.
 */
export const finishDocument = (
  db: Db,
  claim: Claim & Pick<ClaimedDocument, 'agentId'>,
  title: string,
): Promise<boolean> =>
  db.transaction(async (tx) => {
    await tx.rows(holdDraftStatement, [claim.agentId])
    const [document] = await tx.rows<{ agentId: string; collection: string; origin: string }>(
      readyStatement,
      [claim.documentId, claim.claimId, title],
    )
    if (!document) return false
    await tx.rows(replaceStatement, [document.agentId, document.collection, document.origin])
    await tx.rows(enlistStatement, [document.agentId, claim.documentId])
    await unlistOrphans(tx, document.agentId, claim.documentId)
    await tx.rows(forgetContentStatement, [claim.documentId])
    return true
  })

const failStatement = {
  name: 'fail-knowledge-document',
  text: `with failed as (
      update knowledge_documents
      set status = 'failed', error = $3, ready_at = null, claim_id = null, passages_done = 0, passages_total = null
      where document_id = $1 and claim_id = $2 returning document_id),
    read as (delete from knowledge_passages where document_id in (select document_id from failed))
    delete from knowledge_contents where document_id in (select document_id from failed)`,
}

/** It stays in the list with its error until it is removed or uploaded again. */
export const failDocument = async (db: Db, claim: Claim, error: string): Promise<void> => {
  await db.rows(failStatement, [claim.documentId, claim.claimId, error])
}

const releaseStatement = {
  name: 'release-knowledge-document',
  text: `update knowledge_documents set claim_id = null, ready_at = now(), attempts = attempts - 1
    where document_id = $1 and claim_id = $2`,
}

/** Goes on at once, here or elsewhere. */
export const releaseDocument = async (db: Db, claim: Claim): Promise<void> => {
  await db.rows(releaseStatement, [claim.documentId, claim.claimId])
}
