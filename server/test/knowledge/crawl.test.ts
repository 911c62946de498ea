import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { testDragoman } from '../support/dragoman.ts'
import { type Item, operatorOf } from '../support/operator.ts'
import { until } from '../support/until.ts'

const dragoman = await testDragoman({ after }, { demo: false, limits: { pollMs: 50 } })
const operator = operatorOf(dragoman)

type Page = string | ((request: IncomingMessage, response: ServerResponse) => void)

/** A website of this test: pages by path; what was asked for, in its order. */
const website = async (pages: Record<string, Page>) => {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    asked.push(path)
    const page = pages[path]
    if (page === undefined) response.writeHead(404).end('no such page')
    else if (typeof page === 'function') page(request, response)
    else response.writeHead(200, { 'content-type': typeOf(path) }).end(page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => new Promise((resolve) => server.close(resolve)))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pages, asked }
}

const typeOf = (path: string): string =>
  path.endsWith('.xml')
    ? 'application/xml'
    : path.endsWith('.txt')
      ? 'text/plain'
      : 'text/html; charset=utf-8'

const html = (title: string, text: string): string =>
  `<html><head><title>${title}</title></head><body><nav>Menu</nav><main><h1>${title}</h1><p>${text}</p></main></body></html>`

const newAgent = async (sources: readonly object[]): Promise<string> => {
  const made = await operator.post('/agents', { draft: draftWith(sources) })
  assert.equal(made.status, 201, made.text)
  return `/agents/${made.body['agent_id']}`
}

const draftWith = (sources: readonly object[]) => ({
  agent: { name: 'Site' },
  intents: [],
  workflows: [],
  knowledge: [{ collection: 'site', sources }],
})

/** When all crawls are over and what they brought is read: the documents, and the crawls. */
const crawled = async (
  agent: string,
): Promise<{ origins: string[]; crawls: Item[]; documents: readonly Item[] }> => {
  let crawls: Item[] = []
  let documents: readonly Item[] = []
  await until('the site is crawled', async () => {
    crawls = ((await operator.get(`${agent}/knowledge`)).body as Item).collections[0].crawls
    documents = await operator.all(`${agent}/knowledge/documents`)
    const isRead = documents.every(({ status }) => status === 'ready' || status === 'failed')
    return isRead && crawls.every(({ status }) => status === 'done' || status === 'failed')
  })
  return { crawls, documents, origins: documents.map(({ origin }) => new URL(origin).pathname).sort() }
}

test('a sitemap brings the pages of its site that robots.txt allows, and answers cite their address', async () => {
  const site = await website({
    '/robots.txt': 'User-agent: *\nDisallow: /private/\n',
    '/help': html('Help', 'The shop is open from nine to five.'),
    '/delivery?a=1&b=2': html('Delivery', 'Parcels to Crete take five days.'),
    '/private/prices': html('Prices', 'Secret.'),
  })
  site.pages['/sitemap.xml'] =
    `<?xml version="1.0"?><sitemapindex><sitemap><loc>${site.url}/pages.xml</loc></sitemap></sitemapindex>`
  const locations = ['/help', '/delivery?a=1&amp;b=2', '/private/prices'].map((path) => site.url + path)
  site.pages['/pages.xml'] = `<urlset>${[...locations, 'http://other.example/x']
    .map((url) => `<url><loc>${url}</loc></url>`)
    .join('')}</urlset>`
  const agent = await newAgent([{ type: 'sitemap', url: `${site.url}/sitemap.xml` }])
  const { crawls, origins } = await crawled(agent)
  assert.deepEqual(origins, ['/delivery', '/help'])
  const [crawl] = crawls
  assert.deepEqual([crawl.status, crawl.pages_done, crawl.pages_total, crawl.pages_failed], ['done', 3, 3, 1])
  assert.match(crawl.failures[0].error, /robots\.txt/)
  assert.equal(site.asked.includes('/private/prices'), false)
  const found = await operator.post(`${agent}/knowledge/search`, {
    query: 'How long do parcels to Crete take?',
  })
  assert.match(
    String(found.body['answer']),
    /take five days\.\n\nSource: \[Delivery\]\(http:.*delivery\?a=1&b=2\)/,
  )
})

test('a second crawl reads only what changed, drops what is gone, and asks by ETag', async () => {
  let unchangedAsked = 0
  const site = await website({
    '/same': (request, response) => {
      if (request.headers['if-none-match'] === '"1"') {
        unchangedAsked += 1
        response.writeHead(304).end()
      } else
        response
          .writeHead(200, { 'content-type': 'text/html', etag: '"1"' })
          .end(html('Same', 'Never changes.'))
    },
    '/nonce': (_request, response) => {
      const page = html('Nonce', 'Says the same.').replace(
        '<head>',
        `<head><meta name="n" content="${Math.random()}">`,
      )
      response.writeHead(200, { 'content-type': 'text/html' }).end(page)
    },
    '/changed': html('Changed', 'Old text.'),
    '/gone': html('Gone', 'Soon away.'),
  })
  const urls = ['/same', '/nonce', '/changed', '/gone'].map((path) => site.url + path)
  const agent = await newAgent([{ type: 'pages', urls }])
  const before = await crawled(agent)
  assert.deepEqual(before.origins, ['/changed', '/gone', '/nonce', '/same'])

  site.pages['/changed'] = html('Changed', 'New text.')
  delete site.pages['/gone']
  const again = await operator.post(`${agent}/knowledge/crawl`)
  assert.deepEqual([again.status, again.body], [202, { crawls: 1 }])
  const next = await crawled(agent)
  assert.deepEqual(next.origins, ['/changed', '/nonce', '/same'])
  assert.equal(unchangedAsked, 1)
  const idOf = (documents: readonly Item[], path: string): string =>
    documents.find(({ origin }) => origin === site.url + path).document_id
  for (const path of ['/same', '/nonce'])
    assert.equal(idOf(next.documents, path), idOf(before.documents, path), path)
  assert.notEqual(idOf(next.documents, '/changed'), idOf(before.documents, '/changed'))
})

test('a source that leaves the draft takes its pages along, and one that joins brings its own', async () => {
  const site = await website({ '/a': html('A', 'First page.'), '/b': html('B', 'Second page.') })
  const agent = await newAgent([{ type: 'pages', urls: [`${site.url}/a`] }])
  assert.deepEqual((await crawled(agent)).origins, ['/a'])
  const kept = await operator.put(`${agent}/draft`, draftWith([{ type: 'pages', urls: [`${site.url}/b`] }]))
  assert.equal(kept.status, 200, kept.text)
  assert.deepEqual((await crawled(agent)).origins, ['/b'])
  await operator.put(`${agent}/draft`, draftWith([]))
  assert.deepEqual((await crawled(agent)).origins, [])
})

test('a page that cannot be had is told with its reason, and keeps what was read before', async () => {
  const site = await website({
    '/ok': html('Ok', 'Text.'),
    '/picture': (_request, response) => response.writeHead(200, { 'content-type': 'image/png' }).end('png'),
    '/loop': (_request, response) => response.writeHead(302, { location: '/loop' }).end(),
    '/moved': (_request, response) => response.writeHead(301, { location: '/ok' }).end(),
  })
  const urls = ['/ok', '/picture', '/loop', '/moved', '/none'].map((path) => site.url + path)
  const agent = await newAgent([{ type: 'pages', urls }])
  const { crawls, origins } = await crawled(agent)
  assert.deepEqual(origins, ['/moved', '/ok'])
  const errors = new Map(crawls[0].failures.map(({ url, error }: Item) => [new URL(url).pathname, error]))
  assert.match(String(errors.get('/picture')), /image\/png/)
  assert.match(String(errors.get('/loop')), /redirects more than 5 times/)
  assert.match(String(errors.get('/none')), /answered 404/)

  site.pages['/ok'] = (_request, response) => response.writeHead(500).end()
  await operator.post(`${agent}/knowledge/crawl`)
  assert.ok((await crawled(agent)).origins.includes('/ok'))
})

test('who publishes is warned of pages that are not there, or not yet', async () => {
  const warningsOf = async (agent: string): Promise<string> => {
    const { warnings } = (await operator.post(`${agent}/publish`)).body as Item
    return warnings.map(({ path, message }: Item) => `${path}: ${message}`).join()
  }
  let answer = (): void => {}
  const site = await website({
    '/ok': html('Ok', 'Text.'),
    '/slow': (_request, response) => {
      answer = () => void response.writeHead(200, { 'content-type': 'text/html' }).end(html('Slow', 'Text.'))
    },
  })
  site.pages['/sitemap.xml'] =
    `<urlset><url><loc>${site.url}/ok</loc></url><url><loc>${site.url}/none</loc></url></urlset>`
  const slow = await newAgent([{ type: 'pages', urls: [`${site.url}/slow`] }])
  await until('the page is asked for', async () => site.asked.includes('/slow'))
  assert.match(await warningsOf(slow), /^knowledge: site: has web pages that are still being fetched$/)
  answer()
  await crawled(slow)
  assert.equal(await warningsOf(slow), '')

  const missing = await newAgent([{ type: 'pages', urls: ['/ok', '/none'].map((path) => site.url + path) }])
  await crawled(missing)
  assert.match(await warningsOf(missing), /^knowledge: site: is without 1 of 2 web pages: \S+\/none: .*404$/)

  const listed = await newAgent([{ type: 'sitemap', url: `${site.url}/sitemap.xml` }])
  await crawled(listed)
  assert.equal(await warningsOf(listed), '')
  const unlisted = await newAgent([{ type: 'sitemap', url: `${site.url}/nothing.xml` }])
  await crawled(unlisted)
  assert.match(await warningsOf(unlisted), /^knowledge: site: has no pages: \S/)
})

test('a sitemap that is kept as a packed file is read', async () => {
  const site = await website({ '/a': html('A', 'Text.') })
  site.pages['/sitemap.xml.gz'] = (_request, response) =>
    response
      .writeHead(200, { 'content-type': 'application/gzip' })
      .end(gzipSync(`<urlset><url><loc>${site.url}/a</loc></url></urlset>`))
  const agent = await newAgent([{ type: 'sitemap', url: `${site.url}/sitemap.xml.gz` }])
  assert.deepEqual((await crawled(agent)).origins, ['/a'])
})

test('a sitemap that is none is told so', async () => {
  const site = await website({ '/sitemap.xml': '<html>Sorry</html>' })
  const agent = await newAgent([{ type: 'sitemap', url: `${site.url}/sitemap.xml` }])
  const { crawls } = await crawled(agent)
  assert.equal(crawls[0].status, 'failed')
  assert.match(crawls[0].error, /neither urlset nor sitemapindex/)
})

test('a site whose robots.txt fails is left alone', async () => {
  const site = await website({
    '/robots.txt': (_request, response) => response.writeHead(503).end(),
    '/a': html('A', 'Text.'),
  })
  const agent = await newAgent([{ type: 'pages', urls: [`${site.url}/a`] }])
  const { crawls, origins } = await crawled(agent)
  assert.deepEqual(origins, [])
  assert.match(crawls[0].failures[0].error, /robots\.txt of its site answered 503/)
  assert.deepEqual(site.asked, ['/robots.txt'])
})
