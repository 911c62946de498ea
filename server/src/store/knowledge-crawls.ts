import type { Json, JsonObject } from '../domain/json.ts'
import type { Db, Queries } from './db.ts'
import { unlistOrphans } from './knowledge-orphans.ts'

/** Web pages and sitemaps that a draft names: what is to be fetched, when, and what came of it. */
export interface CrawlSource {
  readonly collection: string
  readonly source: JsonObject
}

const keepStatement = {
  name: 'keep-knowledge-crawls',
  text: `with wanted as (
      select collection, source, sha256(convert_to(collection || source, 'UTF8')) as source_hash
      from unnest($2::text[], $3::text[]) as w (collection, source)),
    dropped as (
      delete from knowledge_crawls where agent_id = $1 and source_hash <> all(array(select source_hash from wanted)))
    insert into knowledge_crawls (crawl_id, agent_id, collection, source, source_hash)
    select gen_random_uuid(), $1, collection, source::json, source_hash from wanted
    on conflict (agent_id, collection, source_hash) do nothing`,
}

/** The crawls of an agent are those of its draft: new ones begin at once, others end, equal ones stay as they are. */
export const keepCrawls = async (
  tx: Queries,
  agentId: string,
  sources: readonly CrawlSource[],
): Promise<void> => {
  const collections = sources.map(({ collection }) => collection)
  await tx.rows(keepStatement, [agentId, collections, sources.map(({ source }) => JSON.stringify(source))])
  await unlistOrphans(tx, agentId)
}

export interface ClaimedCrawl {
  readonly crawlId: string
  readonly claimId: string
  readonly agentId: string
  readonly collection: string
  readonly source: Json
  readonly isListed: boolean
}

const claimStatement = {
  name: 'claim-knowledge-crawl',
  text: `update knowledge_crawls
    set claim_id = $1, status = 'crawling', error = null, ready_at = now() + $2 * interval '1 second'
    where crawl_id = (
      select crawl_id from knowledge_crawls where ready_at <= now()
      order by ready_at limit 1 for update skip locked)
    returning crawl_id as "crawlId", claim_id as "claimId", agent_id as "agentId", collection, source,
      is_listed as "isListed"`,
}

export const claimCrawl = async (
  db: Db,
  claim: { readonly claimId: string; readonly leaseSeconds: number },
): Promise<ClaimedCrawl | undefined> =>
  (await db.rows<ClaimedCrawl>(claimStatement, [claim.claimId, claim.leaseSeconds]))[0]

type Claim = Pick<ClaimedCrawl, 'crawlId' | 'claimId'>

const listedStatement = {
  name: 'note-knowledge-pages-listed',
  text: `update knowledge_crawls set is_listed = true where crawl_id = $1 and claim_id = $2 returning crawl_id`,
}
const dropPagesStatement = {
  name: 'drop-knowledge-pages',
  text: `delete from knowledge_pages where crawl_id = $1 and url <> all($2::text[])`,
}
const addPagesStatement = {
  name: 'add-knowledge-pages',
  text: `insert into knowledge_pages (crawl_id, url) select $1, unnest($2::text[])
    on conflict (crawl_id, url) do update set is_due = true`,
}

/** All pages of this round; each is due once. @returns false when the claim is lost */
export const setPages = (db: Db, claim: Claim, urls: readonly string[]): Promise<boolean> =>
  db.transaction(async (tx) => {
    if ((await tx.rows(listedStatement, [claim.crawlId, claim.claimId])).length === 0) return false
    await tx.rows(dropPagesStatement, [claim.crawlId, urls])
    await tx.rows(addPagesStatement, [claim.crawlId, urls])
    return true
  })

export interface DuePage {
  readonly url: string
  readonly etag: string | null
  readonly lastModified: string | null
  readonly contentHash: Buffer | null
  /** As they were sent. */
  readonly contentBytes: number | null
}

const nextPageStatement = {
  name: 'next-due-knowledge-page',
  text: `select url, etag, last_modified as "lastModified", content_hash as "contentHash", content_bytes as "contentBytes"
    from knowledge_pages where crawl_id = $1 and is_due order by url limit 1`,
}

export const nextDuePage = async (db: Db, crawlId: string): Promise<DuePage | undefined> =>
  (await db.rows<DuePage>(nextPageStatement, [crawlId]))[0]

const bytesStatement = {
  name: 'sum-bytes-of-knowledge-pages',
  text: `select coalesce(sum(p.content_bytes), 0) as bytes
    from knowledge_crawls c join knowledge_pages p on p.crawl_id = c.crawl_id where c.agent_id = $1`,
}

/** Of all pages of the agent. */
export const sumPageBytes = async (db: Db, agentId: string): Promise<number> =>
  (await db.rows<{ bytes: number }>(bytesStatement, [agentId]))[0]?.bytes ?? 0

export interface PageNote extends DuePage {
  readonly error: string | null
}

const extendStatement = {
  name: 'extend-knowledge-crawl',
  text: `update knowledge_crawls set ready_at = now() + $3 * interval '1 second'
    where crawl_id = $1 and claim_id = $2 returning crawl_id`,
}
const noteStatement = {
  name: 'note-knowledge-page',
  text: `update knowledge_pages
    set is_due = false, checked_at = now(), etag = $3, last_modified = $4, content_hash = $5, content_bytes = $6, error = $7
    where crawl_id = $1 and url = $2`,
}

/** This page is done in this round. @returns false when the claim is lost */
export const notePage = (db: Db, claim: Claim, page: PageNote, leaseSeconds: number): Promise<boolean> =>
  db.transaction(async (tx) => {
    if ((await tx.rows(extendStatement, [claim.crawlId, claim.claimId, leaseSeconds])).length === 0)
      return false
    const { url, etag, lastModified, contentHash, contentBytes, error } = page
    await tx.rows(noteStatement, [claim.crawlId, url, etag, lastModified, contentHash, contentBytes, error])
    return true
  })

const finishStatement = {
  name: 'finish-knowledge-crawl',
  text: `update knowledge_crawls
    set status = case when $3::text is null then 'done' else 'failed' end, error = $3, claim_id = null,
      is_listed = false, finished_at = now(), ready_at = now() + $4::float8 * interval '1 hour'
    where crawl_id = $1 and claim_id = $2 returning agent_id as "agentId"`,
}

/** @param again after how many hours; null = never by itself */
export const finishCrawl = (
  db: Db,
  claim: Claim,
  end: { readonly error: string | null; readonly againHours: number | null },
): Promise<void> =>
  db.transaction(async (tx) => {
    const [crawl] = await tx.rows<{ agentId: string }>(finishStatement, [
      claim.crawlId,
      claim.claimId,
      end.error,
      end.againHours,
    ])
    if (crawl) await unlistOrphans(tx, crawl.agentId)
  })

const releaseStatement = {
  name: 'release-knowledge-crawl',
  text: `update knowledge_crawls set claim_id = null, ready_at = now() where crawl_id = $1 and claim_id = $2`,
}

/** Goes on at once, here or elsewhere. */
export const releaseCrawl = async (db: Db, claim: Claim): Promise<void> => {
  await db.rows(releaseStatement, [claim.crawlId, claim.claimId])
}

const againStatement = {
  name: 'crawl-knowledge-again',
  text: `update knowledge_crawls set ready_at = now(), status = 'waiting'
    where agent_id = $1 and ($2::text is null or collection = $2) and claim_id is null returning crawl_id`,
}

/** Those under way go on as they are. @returns how many begin */
export const crawlAgain = async (db: Db, agentId: string, collection: string | null): Promise<number> =>
  (await db.rows(againStatement, [agentId, collection])).length

export interface CrawlRow {
  readonly crawl_id: string
  readonly collection: string
  readonly source: Json
  readonly status: 'waiting' | 'crawling' | 'done' | 'failed'
  readonly error: string | null
  readonly pages_done: number
  readonly pages_total: number
  readonly pages_failed: number
  /** Up to five. */
  readonly failures: readonly { readonly url: string; readonly error: string }[]
  /** ms */
  readonly finished_at: number | null
  readonly next_at: number | null
}

const listStatement = {
  name: 'list-knowledge-crawls',
  text: `select c.crawl_id, c.collection, c.source, c.status, c.error, p.pages_done, p.pages_total, p.pages_failed,
      coalesce(f.failures, '[]'::json) as failures,
      floor(extract(epoch from c.finished_at) * 1000)::float8 as finished_at,
      case when c.claim_id is null then floor(extract(epoch from c.ready_at) * 1000)::float8 end as next_at
    from knowledge_crawls c
    cross join lateral (select count(*) filter (where not is_due)::int as pages_done, count(*)::int as pages_total,
        count(*) filter (where error is not null)::int as pages_failed
      from knowledge_pages where crawl_id = c.crawl_id) p
    cross join lateral (select json_agg(json_build_object('url', url, 'error', error) order by url) as failures
      from (select url, error from knowledge_pages where crawl_id = c.crawl_id and error is not null
        order by url limit 5) e) f
    where c.agent_id = $1 order by c.collection, c.crawl_id`,
}

export const listCrawls = (db: Db, agentId: string): Promise<CrawlRow[]> =>
  db.rows<CrawlRow>(listStatement, [agentId])
