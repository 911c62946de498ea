import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { gzipSync } from 'node:zlib'
import type { Attempt } from '../../src/outside/attempt.ts'
import { ConnectRefusal, pinnedConnector } from '../../src/outside/pinned-connect.ts'
import { createPoster, type Poster, type PosterSettings } from '../../src/outside/post-webhook.ts'
import { localhostCertificate } from './localhost-certificate.ts'
import { httpAnswer, rawReceiver } from './raw-receiver.ts'

const posterFor = (t: TestContext, settings: Partial<PosterSettings> = {}): Poster => {
  const poster = createPoster({
    allowPrivate: true,
    timeoutMs: 10_000,
    answerBytesMax: 64 * 1024,
    answerKeptBytes: 1024,
    ...settings,
  })
  t.after(() => poster.close())
  return poster
}

const postTo = (poster: Poster, url: string, timeoutMs?: number): Promise<Attempt> =>
  poster.post({
    url,
    headers: { 'content-type': 'application/json', 'x-moveo-signature': 'abc' },
    body: '{"text":"grün"}',
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  })

const outcomeOf = (attempt: Attempt): string | number =>
  attempt.kind === 'answered' ? attempt.status : attempt.cause

const shortTimeoutMs = 150

test('a POST arrives with its path, query, headers and exact body', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200, '{"ok":true}')))
  const attempt = await postTo(posterFor(t), `${receiver.url}?a=1&b=%20`)
  const [request = ''] = receiver.requests
  assert.ok(request.startsWith('POST /hook?a=1&b=%20 HTTP/1.1\r\n'), request)
  for (const line of [
    `host: localhost:${receiver.port}`,
    'content-type: application/json',
    'x-moveo-signature: abc',
  ])
    assert.ok(request.includes(`\r\n${line}\r\n`), line)
  assert.ok(request.endsWith('\r\n\r\n{"text":"grün"}'))
  const { durationMs, ...rest } = attempt
  assert.deepEqual(rest, { kind: 'answered', status: 200, answer: '{"ok":true}' })
  assert.ok(Number.isInteger(durationMs) && durationMs >= 0)
})

test('posts one after the other share one kept-alive connection', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(204)))
  const poster = posterFor(t)
  for (let n = 0; n < 5; n++) assert.equal(outcomeOf(await postTo(poster, receiver.url)), 204)
  assert.equal(receiver.connections(), 1)
})

test('posts at once have a connection each, so none waits for another', async (t) => {
  const waiting: Socket[] = []
  const receiver = await rawReceiver(t, (socket) => {
    waiting.push(socket)
    if (waiting.length === 20) for (const each of waiting) each.write(httpAnswer(200))
  })
  const poster = posterFor(t)
  const attempts = await Promise.all(Array.from({ length: 20 }, () => postTo(poster, receiver.url)))
  assert.deepEqual(new Set(attempts.map(outcomeOf)), new Set([200]))
  assert.equal(receiver.requests.length, 20)
})

test('every final status is told as it is, and a redirect is never followed', async (t) => {
  const elsewhere = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  const statuses = [200, 202, 301, 302, 307, 308, 400, 404, 410, 429, 500, 503, 599]
  const receiver = await rawReceiver(t, (socket, _request, nth) =>
    socket.write(httpAnswer(statuses[nth] ?? 500, '', { location: elsewhere.url })),
  )
  const poster = posterFor(t)
  for (const status of statuses) assert.equal(outcomeOf(await postTo(poster, receiver.url)), status)
  assert.equal(elsewhere.connections(), 0)
})

test('of the answer the first KiB is kept, without half a character and without NUL', async (t) => {
  const answers = ['', 'ok', 'x'.repeat(2000), `${'x'.repeat(1023)}ü!`, 'a\0b']
  const receiver = await rawReceiver(t, (socket, _request, nth) =>
    socket.write(httpAnswer(200, answers[nth])),
  )
  const poster = posterFor(t)
  const kept: string[] = []
  for (const _ of answers) kept.push((await postTo(poster, receiver.url)).answer)
  assert.deepEqual(kept, ['', 'ok', 'x'.repeat(1024), 'x'.repeat(1023), 'a\uFFFDb'])
})

test('Retry-After is told in ms, as seconds or a date, at most a day', async (t) => {
  const headers = ['120', '999999999999', 'Fri, 31 Dec 1999 23:59:59 GMT', 'soon', '-5', '']
  const receiver = await rawReceiver(t, (socket, _request, nth) =>
    socket.write(httpAnswer(503, '', { 'Retry-After': headers[nth] ?? '' })),
  )
  const poster = posterFor(t)
  const told: (number | undefined)[] = []
  for (const _ of headers) {
    const attempt = await postTo(poster, receiver.url)
    told.push(attempt.kind === 'answered' ? attempt.retryAfterMs : -1)
  }
  assert.deepEqual(told, [120_000, 86_400_000, 0, undefined, undefined, undefined])
})

test('a receiver that hangs is a timeout, and its connection is cut', async (t) => {
  const receiver = await rawReceiver(t, () => {})
  assert.equal(outcomeOf(await postTo(posterFor(t), receiver.url, shortTimeoutMs)), 'timeout')
  await receiver.allGone()
})

test('a status whose body drips forever counts when the time is up, and its connection is cut', async (t) => {
  const drip = (socket: Socket): void => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n')
    const timer = setInterval(() => socket.write('.'), 10)
    socket.on('close', () => clearInterval(timer))
  }
  const receiver = await rawReceiver(t, drip)
  const attempt = await postTo(posterFor(t), receiver.url, 1000)
  assert.equal(outcomeOf(attempt), 200)
  assert.match(attempt.answer, /^\.+$/)
  await receiver.allGone()
})

test('a receiver that hangs holds up no other origin', async (t) => {
  const hungMax = 50
  const allHang = Promise.withResolvers<void>()
  const hanging = await rawReceiver(t, (_socket, _request, nth) => {
    if (nth === hungMax - 1) allHang.resolve()
  })
  const healthy = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  const poster = posterFor(t, { timeoutMs: 600_000 })
  let ended = 0
  const hung = Array.from({ length: hungMax }, async () => {
    const attempt = await postTo(poster, hanging.url)
    ended += 1
    return outcomeOf(attempt)
  })
  await allHang.promise
  for (let n = 0; n < 20; n++) assert.equal(outcomeOf(await postTo(poster, healthy.url)), 200)
  assert.equal(ended, 0)
  hanging.cutAll()
  assert.deepEqual(new Set(await Promise.all(hung)), new Set(['connection']))
})

test('endless bytes of any kind end soon: the status counts if there was one, and the connection is cut', async (t) => {
  const ok = 'HTTP/1.1 200 OK\r\n'
  const chunked = `${ok}transfer-encoding: chunked\r\n\r\n`
  const floods: [name: string, head: string, then: string, outcome: string | number][] = [
    ['body', `${ok}content-length: 1000000000\r\n\r\n`, 'a'.repeat(65_536), 200],
    ['body until close', `${ok}\r\n`, 'a'.repeat(65_536), 200],
    ['chunks of one byte', chunked, '1\r\na\r\n'.repeat(10_000), 200],
    ['chunk extension', `${chunked}1;`, 'a'.repeat(65_536), 200],
    ['chunk size', `${chunked}0`, '0'.repeat(65_536), 200],
    ['trailers', `${chunked}0\r\n`, 'a: b\r\n'.repeat(10_000), 200],
    ['headers', ok, 'a: b\r\n'.repeat(10_000), 'connection'],
    ['one header', `${ok}a: `, 'b'.repeat(65_536), 'connection'],
    ['reason phrase', 'HTTP/1.1 200 ', 'a'.repeat(65_536), 'connection'],
    ['blank lines', '', '\r\n'.repeat(32_768), 'connection'],
    ['informational answers', '', 'HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n'.repeat(2000), 'connection'],
  ]
  const timeoutMs = 30_000
  const poster = posterFor(t, { timeoutMs })
  for (const [name, head, then, outcome] of floods) {
    const receiver = await rawReceiver(t, (socket) => {
      socket.write(head)
      const pour = (): void => {
        while (!socket.destroyed && socket.write(then));
      }
      socket.on('drain', pour)
      pour()
    })
    const attempt = await postTo(poster, receiver.url)
    assert.equal(outcomeOf(attempt), outcome, name)
    assert.ok(attempt.durationMs < timeoutMs && attempt.answer.length <= 1024, name)
    await receiver.allGone()
  }
})

test('an answer over the bound counts at once, without waiting for the rest', async (t) => {
  const receiver = await rawReceiver(t, (socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n')
    socket.write('a'.repeat(64 * 1024 + 1))
  })
  const attempt = await postTo(posterFor(t, { timeoutMs: 30_000 }), receiver.url)
  assert.equal(outcomeOf(attempt), 200)
  assert.ok(attempt.durationMs < 30_000)
  await receiver.allGone()
})

test('a kept-alive connection may carry any number of full answers', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200, 'a'.repeat(64 * 1024))))
  const poster = posterFor(t)
  for (let n = 0; n < 50; n++) assert.equal(outcomeOf(await postTo(poster, receiver.url)), 200)
  assert.equal(receiver.connections(), 1)
})

test('a compressed answer is never unpacked', async (t) => {
  const bomb = gzipSync(Buffer.alloc(10_000_000))
  const receiver = await rawReceiver(t, (socket) => {
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`)
    socket.write(bomb)
  })
  const attempt = await postTo(posterFor(t), receiver.url)
  assert.equal(outcomeOf(attempt), 200)
  assert.ok(attempt.answer.length <= 1024 && !attempt.answer.includes('\0'))
})

test('what is no HTTP answer is a connection error; a status before the break counts', async (t) => {
  const answers: [name: string, answer: (socket: Socket) => void, outcome: string | number][] = [
    ['closed at once', (socket) => socket.end(), 'connection'],
    ['reset at once', (socket) => socket.resetAndDestroy(), 'connection'],
    ['half a status line', (socket) => socket.end('HTTP/1.1 2'), 'connection'],
    ['another protocol', (socket) => socket.end('220 mail.example.com ESMTP\r\n'), 'connection'],
    ['HTTP/2', (socket) => socket.end(Buffer.from('000012040000000000', 'hex')), 'connection'],
    ['no version', (socket) => socket.end('HTTP/9.9 200 OK\r\n\r\n'), 'connection'],
    [
      'two lengths',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
      'connection',
    ],
    [
      'negative length',
      (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: -1\r\n\r\n'),
      'connection',
    ],
    [
      'upgrade',
      (socket) => socket.end('HTTP/1.1 101 Go\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n'),
      'connection',
    ],
    [
      'hint first',
      (socket) => socket.end(`HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\n${httpAnswer(201)}`),
      201,
    ],
    ['body cut short', (socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'), 200],
    ['bad chunk', (socket) => socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n'), 200],
    [
      'reset in the body',
      (socket) =>
        socket.write('HTTP/1.1 500 No\r\ncontent-length: 10\r\n\r\nabc', () =>
          setImmediate(() => socket.resetAndDestroy()),
        ),
      500,
    ],
  ]
  const poster = posterFor(t)
  for (const [name, answer, outcome] of answers) {
    const receiver = await rawReceiver(t, answer)
    assert.equal(outcomeOf(await postTo(poster, receiver.url)), outcome, name)
  }
})

test('a second answer smuggled behind the first is nobody’s', async (t) => {
  const receiver = await rawReceiver(t, (socket, _request, nth) =>
    socket.write(nth === 0 ? httpAnswer(200) + httpAnswer(410, 'smuggled') : httpAnswer(202)),
  )
  const poster = posterFor(t)
  assert.equal(outcomeOf(await postTo(poster, receiver.url)), 200)
  assert.equal(outcomeOf(await postTo(poster, receiver.url)), 202)
})

test('after any failure the next post gets a fresh connection and its own answer', async (t) => {
  const receiver = await rawReceiver(t, (socket, _request, nth) => {
    if (nth % 2 === 0) socket.resetAndDestroy()
    else socket.write(httpAnswer(200, String(nth)))
  })
  const poster = posterFor(t)
  const outcomes: (string | number)[] = []
  for (let n = 0; n < 6; n++) outcomes.push(outcomeOf(await postTo(poster, receiver.url)))
  assert.deepEqual(outcomes, ['connection', 200, 'connection', 200, 'connection', 200])
})

test('nobody listening, no such host, no URL, no legal header: each is an outcome, none throws', async (t) => {
  const gone = await rawReceiver(t, () => {})
  const resolve = async (hostname: string) => {
    if (hostname === 'nowhere.test') throw Object.assign(new Error('queryA ENOTFOUND'), { code: 'ENOTFOUND' })
    return hostname === 'empty.test' ? [] : [{ address: '127.0.0.1', family: 4 }]
  }
  const poster = posterFor(t, { resolve })
  const refused = await postTo(poster, 'http://localhost:1/')
  assert.equal(outcomeOf(refused), 'connection')
  assert.ok(refused.kind === 'failed' && refused.error.includes('ECONNREFUSED'), JSON.stringify(refused))
  const unknown = await postTo(poster, 'http://nowhere.test/')
  assert.ok(unknown.kind === 'failed' && unknown.cause === 'dns' && unknown.error.includes('ENOTFOUND'))
  assert.equal(outcomeOf(await postTo(poster, 'http://empty.test/')), 'dns')
  for (const url of ['', 'example.com', 'ftp://example.com/', 'http://'])
    assert.equal(outcomeOf(await postTo(poster, url)), 'refused-target', url)
  const attempt = await poster.post({ url: gone.url, headers: { 'x-a': 'b\r\nc: d' }, body: '{}' })
  assert.equal(attempt.kind, 'failed')
  assert.equal(gone.requests.length, 0)
})

test('a private target is refused before any connection, whichever way it is written or resolved', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)), { tls: true })
  const answers: Record<string, string[]> = {
    'private.test': ['127.0.0.1'],
    'mapped.test': ['::ffff:127.0.0.1'],
    'mixed.test': ['8.8.8.8', '127.0.0.1'],
    'metadata.test': ['169.254.169.254'],
  }
  const poster = posterFor(t, {
    allowPrivate: false,
    resolve: async (hostname) =>
      (answers[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  })
  const hosts = [
    '127.0.0.1',
    '2130706433',
    '0x7f.1',
    '[::1]',
    '[::ffff:7f00:1]',
    'localhost',
    ...Object.keys(answers),
  ]
  for (const host of hosts) {
    const attempt = await postTo(poster, `https://${host}:${receiver.port}/`)
    assert.equal(outcomeOf(attempt), 'refused-target', host)
    assert.ok(attempt.kind === 'failed' && !attempt.error.includes('127.0.0.1'), 'tells no address')
  }
  assert.equal(outcomeOf(await postTo(poster, `http://127.0.0.1:${receiver.port}/`)), 'refused-target')
  assert.equal(receiver.connections(), 0)
})

test('a literal private address is refused by the connection itself, too', async () => {
  const settings = { connectTimeoutMs: 1000, resolve: async () => [] }
  for (const hostname of ['127.0.0.1', '::1', '169.254.169.254']) {
    const connect = pinnedConnector({ ...settings, allowPrivate: false })
    const refusal = await new Promise((tell) =>
      connect({ hostname, protocol: 'http:', port: '1' }, (...[error]) => tell(error)),
    )
    assert.ok(refusal instanceof ConnectRefusal && refusal.failure === 'refused-target', hostname)
  }
})

test('a host is resolved once per connection and the checked address is the one that is called', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  const asked: string[] = []
  const poster = posterFor(t, {
    resolve: async (hostname) => {
      asked.push(hostname)
      return [{ address: asked.length === 1 ? '127.0.0.1' : '192.0.2.1', family: 4 }]
    },
  })
  for (let n = 0; n < 3; n++)
    assert.equal(outcomeOf(await postTo(poster, `http://rebinding.test:${receiver.port}/`)), 200)
  assert.deepEqual(asked, ['rebinding.test'])
  assert.ok(receiver.requests[0]?.includes(`\r\nhost: rebinding.test:${receiver.port}\r\n`))
})

test('when an address of a host does not answer, its next one is called', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  const resolve = async () => [
    { address: '::1', family: 6 },
    { address: '127.0.0.1', family: 4 },
  ]
  const attempt = await postTo(posterFor(t, { resolve }), `http://two-addresses.test:${receiver.port}/`)
  assert.equal(outcomeOf(attempt), 200)
})

test('TLS is verified: an unknown issuer and another host’s certificate are TLS errors, nothing is sent', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)), { tls: true })
  const plain = await rawReceiver(t, () => {}, { greeting: 'no TLS here' })
  const resolve = async () => [{ address: '127.0.0.1', family: 4 }]
  const poster = posterFor(t, { resolve })
  assert.equal(outcomeOf(await postTo(poster, `https://localhost:${receiver.port}/`)), 'tls')
  assert.equal(outcomeOf(await postTo(poster, `https://localhost:${plain.port}/`)), 'tls')

  const trusted = getCACertificates()
  setDefaultCACertificates([...trusted, localhostCertificate])
  t.after(() => setDefaultCACertificates(trusted))
  assert.equal(outcomeOf(await postTo(poster, `https://other.test:${receiver.port}/`)), 'tls')
  assert.equal(receiver.requests.length, 0)
  assert.equal(outcomeOf(await postTo(poster, `https://receiver.test:${receiver.port}/`)), 200)
  assert.equal(receiver.requests.length, 1)
})

test('an endless answer over TLS is bounded too', async (t) => {
  const trusted = getCACertificates()
  setDefaultCACertificates([...trusted, localhostCertificate])
  t.after(() => setDefaultCACertificates(trusted))
  const receiver = await rawReceiver(
    t,
    (socket) => {
      const pour = (): void => {
        while (!socket.destroyed && socket.write('\r\n'.repeat(8192)));
      }
      socket.on('drain', pour)
      pour()
    },
    { tls: true },
  )
  assert.equal(outcomeOf(await postTo(posterFor(t, { timeoutMs: 30_000 }), receiver.url)), 'connection')
  await receiver.allGone()
})

test('connections are kept for a thousand origins at most, the last used ones', async (t) => {
  const receiver = await rawReceiver(t, (socket) => socket.write(httpAnswer(200)))
  const poster = posterFor(t, { resolve: async () => [{ address: '127.0.0.1', family: 4 }] })
  const originUrl = (n: number): string => `http://h${n}.test:${receiver.port}/`
  for (let n = 0; n < 1000; n++) await postTo(poster, originUrl(n))
  await postTo(poster, originUrl(0))
  await postTo(poster, originUrl(1000))
  const before = receiver.connections()
  await postTo(poster, originUrl(0))
  assert.equal(receiver.connections(), before, 'the first origin was used again and is still held')
  await postTo(poster, originUrl(1))
  assert.equal(receiver.connections(), before + 1, 'the second was the longest unused and is not')
})

test('closing waits for what is in flight', async (t) => {
  let answerNow = (): void => {}
  const arrived = Promise.withResolvers<void>()
  const receiver = await rawReceiver(t, (socket) => {
    answerNow = () => socket.write(httpAnswer(200))
    arrived.resolve()
  })
  const poster = posterFor(t)
  const attempt = postTo(poster, receiver.url)
  await arrived.promise
  let isClosed = false
  const closed = poster.close().then(() => {
    isClosed = true
  })
  await new Promise(setImmediate)
  assert.equal(isClosed, false)
  answerNow()
  assert.equal(outcomeOf(await attempt), 200)
  await closed
  await receiver.allGone()
})
