import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import type { Deps } from '../../src/deps.ts'
import type { PageOutcome } from '../../src/outside/fetch-page.ts'
import { urlsOfSitemap } from '../../src/outside/websites/sitemap.ts'
import { addAgent, replaceDraft } from '../../src/store/agents.ts'
import { listCrawls } from '../../src/store/knowledge-crawls.ts'
import { readVersionDocuments } from '../../src/store/knowledge-passages.ts'
import { crawlDueSource } from '../../src/usecases/crawl-due-source.ts'
import { readDueDocument } from '../../src/usecases/read-due-document.ts'
import { testDragoman } from '../support/dragoman.ts'
import { run } from '../support/sql.ts'

/** What one crawl may take of time, bytes, its neighbours and the draft. The loop does not run: each test calls it. */
const { deps } = await testDragoman({ after }, { demo: false, roles: new Set(['http']) })
const { db } = deps

const pageOf = (url: string, content = `About ${url}`): PageOutcome => ({
  kind: 'answered',
  status: 200,
  url,
  mediaType: 'text/plain',
  charset: undefined,
  etag: null,
  lastModified: null,
  content: Buffer.from(content),
})

/** Every page takes its time; what was asked for, in its order. */
const slowWeb = (pageMs: number) => {
  const asked: string[] = []
  let now = 0
  const own: Pick<Deps, 'clock' | 'openWebsites'> = {
    clock: { ...deps.clock, now: () => now },
    openWebsites: () => ({
      fetchPage: async ({ url }) => {
        asked.push(new URL(url).pathname.slice(1))
        now += pageMs
        return pageOf(url)
      },
      urlsOfSitemap: async () => ({ ok: false, error: 'not asked for' }),
      pause: async () => undefined,
    }),
  }
  const crawlOnce = () => crawlDueSource({ ...deps, ...own }, new AbortController().signal)
  return { asked, crawlOnce }
}

const agentWith = async (...paths: string[]): Promise<string> => {
  const agentId = randomUUID()
  const urls = paths.map((path) => `https://site.example/${path}`)
  const draft = { knowledge: [{ collection: 'site', sources: [{ type: 'pages', urls }] }] }
  await addAgent(db, { agentId, name: 'Site', draft })
  return agentId
}

test('a slow site has its turn of a minute, then the next source has its own, and none is fetched twice', async () => {
  const { asked, crawlOnce } = slowWeb(45_000)
  const slow = await agentWith('slow-1', 'slow-2', 'slow-3')
  const other = await agentWith('other')
  for (const _ of ['slow', 'other', 'slow again']) assert.deepEqual(await crawlOnce(), { more: true })
  assert.deepEqual(asked, ['slow-1', 'slow-2', 'other', 'slow-3'])
  for (const agentId of [slow, other])
    assert.deepEqual(
      (await listCrawls(db, agentId)).map(({ status }) => status),
      ['done'],
    )
  assert.deepEqual(await crawlOnce(), { more: false })
})

test('when the pages of an agent have a gigabyte, no further one is fetched, and the crawl says so', async () => {
  const { asked, crawlOnce } = slowWeb(0)
  const agentId = await agentWith('first', 'second')
  await run(
    db,
    `with other as (
        insert into knowledge_crawls (crawl_id, agent_id, collection, source, source_hash, ready_at)
        values (gen_random_uuid(), $1, 'other', '{}', '', null) returning crawl_id)
      insert into knowledge_pages (crawl_id, url, is_due, content_bytes)
      select crawl_id, 'https://other.example/', false, 1024 * 1024 * 1024 from other`,
    [agentId],
  )
  await crawlOnce()
  assert.deepEqual(asked, ['first'])
  const crawl = (await listCrawls(db, agentId)).find(({ collection }) => collection === 'site')
  assert.equal(crawl?.status, 'failed')
  assert.match(String(crawl?.error), /more than 1024 MB/)
})

test('a stop does not wait for a site that hangs: the source is free again at once, with nothing lost', async (t) => {
  const asked = Promise.withResolvers<void>()
  const server = createServer(() => asked.resolve())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.closeAllConnections())
  t.after(() => void server.close())
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/sitemap.xml`
  const agentId = randomUUID()
  const draft = { knowledge: [{ collection: 'site', sources: [{ type: 'sitemap', url }] }] }
  await addAgent(db, { agentId, name: 'Site', draft })
  const stopping = new AbortController()
  const crawling = crawlDueSource(deps, stopping.signal)
  await asked.promise
  stopping.abort()
  assert.deepEqual(await crawling, { more: false })
  const crawls = await run<{ error: string | null; is_free: boolean }>(
    db,
    'select error, claim_id is null and ready_at <= now() as is_free from knowledge_crawls where agent_id = $1',
    [agentId],
  )
  assert.deepEqual(crawls, [{ error: null, is_free: true }])
})

test('a page whose source left the draft while it waited to be read does not come into the draft any more', async () => {
  const { crawlOnce } = slowWeb(0)
  const agentId = await agentWith('left')
  await crawlOnce()
  await replaceDraft(db, { agentId, name: 'Site', draft: { knowledge: [{ collection: 'site' }] } })
  for (let more = true; more; ) more = (await readDueDocument(deps, new AbortController().signal)).more
  assert.deepEqual(await readVersionDocuments(db, agentId, 0), [])
})

test('an index of sitemaps that are slow is read for two minutes, and what it named until then counts', async (t) => {
  t.mock.timers.enable({ apis: ['Date'] })
  const site = 'https://site.example'
  const asked: string[] = []
  const listed = await urlsOfSitemap(
    async ({ url }) => {
      asked.push(url)
      t.mock.timers.tick(20_000)
      const parts = Array.from(
        { length: 40 },
        (_, part) => `<sitemap><loc>${site}/${part}.xml</loc></sitemap>`,
      )
      return asked.length === 1
        ? pageOf(url, `<sitemapindex>${parts.join('')}</sitemapindex>`)
        : pageOf(url, `<urlset><url><loc>${url}/page</loc></url></urlset>`)
    },
    `${site}/sitemap.xml`,
    1_000,
  )
  assert.ok(listed.ok)
  assert.equal(asked.length, 7)
  assert.equal(listed.urls.length, 6)
})
