import assert from 'node:assert/strict'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, test } from 'node:test'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { createPageFetcher } from '../../src/outside/fetch-page.ts'

const site = async (listener: RequestListener): Promise<{ readonly url: string; readonly port: number }> => {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  after(() => new Promise((resolve) => server.close(resolve)))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, port }
}

const bytesMax = 1_000
const anywhere = createPageFetcher({ allowPrivate: true, timeoutMs: 2_000 })

test('a page is fetched with its type, its encoding and what tells its change', async () => {
  const { url } = await site((request, response) => {
    assert.equal(request.headers['if-none-match'], '"0"')
    assert.equal(request.headers['accept-encoding'], 'identity')
    response
      .writeHead(200, { 'content-type': 'Text/HTML; Charset="ISO-8859-1"', etag: '"1"' })
      .end(Buffer.from('é', 'latin1'))
  })
  assert.deepEqual(await anywhere({ url, etag: '"0"', bytesMax }), {
    kind: 'answered',
    status: 200,
    url: `${url}/`,
    mediaType: 'text/html',
    charset: 'ISO-8859-1',
    etag: '"1"',
    lastModified: null,
    content: Buffer.from([0xe9]),
  })
})

const errorOf = async (fetching: ReturnType<typeof anywhere>): Promise<string> => {
  const outcome = await fetching
  assert.equal(outcome.kind, 'failed')
  return outcome.kind === 'failed' ? outcome.error : ''
}

test('private addresses are refused, as they are and by the name that leads to them', async () => {
  let isReached = false
  const { port } = await site((_request, response) => {
    isReached = true
    response.end()
  })
  const fetchPage = createPageFetcher({
    allowPrivate: false,
    resolve: async () => [{ address: '127.0.0.1', family: 4 }],
  })
  for (const url of [
    `http://127.0.0.1:${port}/`,
    `https://127.0.0.1:${port}/`,
    `https://2130706433:${port}/`,
    'https://169.254.169.254/latest/meta-data/',
    `https://[::1]:${port}/`,
    `https://inside.example:${port}/`,
    'http://example.com/',
    'file:///etc/passwd',
  ])
    assert.match(await errorOf(fetchPage({ url, bytesMax })), /private|https|no address of the web/, url)
  assert.equal(isReached, false)
})

test('each step of a redirect is checked anew, and one to where we may not go is not followed', async () => {
  let isReached = false
  const target = await site((_request, response) => {
    isReached = true
    response.end()
  })
  const { port } = await site((_request, response) => {
    response.writeHead(302, { location: 'file:///etc/passwd' }).end()
  })
  assert.match(
    await errorOf(anywhere({ url: `http://127.0.0.1:${port}/`, bytesMax })),
    /no address of the web/,
  )
  const guarded = createPageFetcher({
    allowPrivate: true,
    resolve: async (host) => {
      if (host === 'inside.example') throw Object.assign(new Error('refused'), { code: 'ENOTFOUND' })
      return [{ address: '127.0.0.1', family: 4 }]
    },
  })
  const redirecting = await site((_request, response) => {
    response.writeHead(302, { location: `http://inside.example:${target.port}/` }).end()
  })
  const outside = `http://outside.example:${redirecting.port}/`
  assert.match(await errorOf(guarded({ url: outside, bytesMax })), /could not be resolved/)
  assert.equal(isReached, false)
})

test('what is too large, too slow or endless costs no more than its bound', async () => {
  const large = await site((_request, response) => response.end('x'.repeat(bytesMax + 1)))
  assert.match(await errorOf(anywhere({ url: large.url, bytesMax })), /larger than 1000 bytes/)
  const endless = await site((_request, response) => {
    const feed = (): void => {
      while (!response.destroyed && response.write('x'.repeat(500)));
    }
    response.on('drain', feed)
    feed()
  })
  assert.match(await errorOf(anywhere({ url: endless.url, bytesMax })), /larger than 1000 bytes/)
  const silent = await site(() => undefined)
  const impatient = createPageFetcher({ allowPrivate: true, timeoutMs: 100 })
  assert.match(await errorOf(impatient({ url: silent.url, bytesMax })), /did not answer within 0.1 s/)
})

test('a page that comes packed, unasked, is read, and one that unpacks to more than its bound is not', async () => {
  const { url } = await site((request, response) => {
    if (request.url === '/gzip')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('Hello'))
    else if (request.url === '/br')
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync('Hello'))
    else if (request.url === '/file.gz') response.end(gzipSync('Hello'))
    else if (request.url === '/same') response.writeHead(304, { 'content-encoding': 'gzip' }).end()
    else if (request.url === '/bomb')
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100_000)))
    else response.writeHead(200, { 'content-encoding': 'gzip' }).end('no gzip')
  })
  for (const path of ['/gzip', '/br', '/file.gz']) {
    const outcome = await anywhere({ url: url + path, bytesMax })
    assert.equal(outcome.kind === 'answered' && outcome.content.toString(), 'Hello', path)
  }
  const same = await anywhere({ url: `${url}/same`, bytesMax })
  assert.equal(same.kind === 'answered' && same.status, 304)
  for (const path of ['/bomb', '/lie'])
    assert.match(await errorOf(anywhere({ url: url + path, bytesMax })), /unpacks to nothing or to more than/)
})
