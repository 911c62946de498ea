import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { assertRefused } from '../support/operator.ts'
import { sendWhole } from '../support/send-whole.ts'
import { until } from '../support/until.ts'

const dataDir = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
const dragoman = await testDragoman({ after }, { demo: false, dataDir })
after(() => rm(dataDir, { recursive: true, force: true }))
const { api, integrationId, key } = await addCustomer({ after }, dragoman)
const megabyte = 1024 * 1024

const uploadUrl = async (
  sessionPath: string,
  body: object = {},
): Promise<{ url: string; fileId: string }> => {
  const answer = await api.post(`${sessionPath}/files/upload-url`, {
    filename: 'notes.txt',
    content_type: 'text/plain',
    ...body,
  })
  assert.equal(answer.status, 200, answer.text)
  return { url: String(answer.body['upload_url']), fileId: String(answer.body['file_id']) }
}

/** As whoever has the URL sends it: no other credentials. */
const put = async (url: string, bytes: string | Uint8Array<ArrayBuffer>, type = 'text/plain') => {
  const response = await fetch(url, {
    method: 'PUT',
    body: Buffer.from(bytes),
    headers: { 'content-type': type },
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, body: JSON.parse(text) }
}

const get = async (url: string) => {
  const response = await fetch(url)
  const bytes = Buffer.from(await response.arrayBuffer())
  const isJson = response.headers.get('content-type')?.startsWith('application/json')
  return {
    status: response.status,
    headers: response.headers,
    bytes,
    text: bytes.toString(),
    body: isJson ? JSON.parse(bytes.toString()) : {},
  }
}

const downloadUrl = async (sessionPath: string, fileId: string): Promise<string> => {
  const answer = await api.post(`${sessionPath}/files/download-url`, { file_id: fileId })
  assert.equal(answer.status, 200, answer.text)
  assert.equal(answer.body['file_id'], fileId)
  return String(answer.body['download_url'])
}

test('what is uploaded comes back byte by byte, as a download and nothing else', async () => {
  const { path } = await api.open()
  const { url, fileId } = await uploadUrl(path, { filename: 'Ünïcode "1".png', content_type: 'image/png' })
  const bytes = new Uint8Array(3 * megabyte).map((_, index) => index % 251)
  const uploaded = await put(url, bytes, 'image/png')
  assert.deepEqual([uploaded.status, uploaded.body], [200, { file_id: fileId, byte_count: bytes.length }])
  const { status, headers, bytes: back } = await get(await downloadUrl(path, fileId))
  assert.equal(status, 200)
  assert.ok(back.equals(bytes))
  assert.equal(headers.get('content-type'), 'image/png')
  assert.equal(headers.get('content-length'), String(bytes.length))
  assert.equal(
    headers.get('content-disposition'),
    `attachment; filename="_n_code _1_.png"; filename*=UTF-8''%C3%9Cn%C3%AFcode%20%221%22.png`,
  )
  assert.equal(headers.get('x-content-type-options'), 'nosniff')
  assert.equal(headers.get('content-security-policy'), "sandbox; default-src 'none'")
  assert.match(headers.get('cache-control') ?? '', /^private\b/)
})

test('an empty file and one of exactly 25 MiB are files too; a byte more is refused and not kept', async () => {
  const { path } = await api.open()
  for (const size of [0, 25 * megabyte]) {
    const { url, fileId } = await uploadUrl(path)
    assert.equal((await put(url, new Uint8Array(size))).body.byte_count, size)
    assert.equal((await get(await downloadUrl(path, fileId))).bytes.length, size)
  }
  const { url, fileId } = await uploadUrl(path)
  assertRefused(await put(url, new Uint8Array(25 * megabyte + 1)), 413, 'payload-too-large', /26214400 bytes/)
  const download = await api.post(`${path}/files/download-url`, { file_id: fileId })
  assertRefused(download, 404, 'file-not-found')
})

test('who does not say how long the file is cannot send more than 25 MiB either', async () => {
  const { path } = await api.open()
  const { url } = await uploadUrl(path)
  const answer = await new Promise<{ status: number; text: string }>((resolve, reject) => {
    const one = httpRequest(url, { method: 'PUT', headers: { 'content-type': 'text/plain' } }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => {
        one.destroy()
        resolve({ status: response.statusCode ?? 0, text })
      })
    })
    one.on('error', reject)
    const chunk = Buffer.alloc(megabyte)
    let sent = 0
    const send = (): void => {
      while (sent < 26) {
        sent += 1
        if (!one.write(chunk)) return void one.once('drain', send)
      }
    }
    send()
  })
  assert.equal(answer.status, 413, answer.text)
})

test('who sends all of a file that is too large before they listen hears why it was refused', async () => {
  const { path } = await api.open()
  const bytes = 25 * megabyte + 1
  const rows: [framing: string, body: Buffer][] = [
    [`Content-Length: ${bytes}`, Buffer.alloc(bytes)],
    [
      'Transfer-Encoding: chunked',
      Buffer.concat([
        Buffer.from(`${bytes.toString(16)}\r\n`),
        Buffer.alloc(bytes),
        Buffer.from('\r\n0\r\n\r\n'),
      ]),
    ],
  ]
  for (const [framing, body] of rows) {
    const { pathname, search } = new URL((await uploadUrl(path)).url)
    const head = `PUT ${pathname}${search} HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n${framing}\r\n\r\n`
    const answer = await sendWhole(dragoman.url, head, body)
    assert.match(answer, /^HTTP\/1\.1 413 /)
    assert.match(answer, /"error_code":"payload-too-large"/)
  }
})

test('a file is uploaded once', async () => {
  const { path } = await api.open()
  const { url, fileId } = await uploadUrl(path)
  assert.equal((await put(url, 'first')).status, 200)
  assertRefused(await put(url, 'second'), 409, 'conflict', /uploaded before/)
  assert.equal((await get(await downloadUrl(path, fileId))).text, 'first')
})

test('an upload that is slower than another one of the same file does not replace it', async () => {
  const { path } = await api.open()
  const { url, fileId } = await uploadUrl(path)
  const slow = httpRequest(url, { method: 'PUT', headers: { 'content-type': 'text/plain' } })
  const answered = once(slow, 'response')
  slow.write('sec')
  await until('it arrives', async () => (await partialFiles(fileId)) === 1)
  assert.equal((await put(url, 'first')).status, 200)
  slow.end('ond')
  const [response] = await answered
  assert.equal(response.statusCode, 409)
  response.resume()
  assert.equal((await get(await downloadUrl(path, fileId))).text, 'first')
  assert.equal(await partialFiles(fileId), 0)
})

/** Beginnings of the file that lie in the folder of files. */
const partialFiles = async (fileId: string): Promise<number> => {
  const names = await readdir(join(dataDir, 'files', fileId.slice(-2))).catch(() => [])
  return names.filter((name) => name !== fileId && name.startsWith(fileId)).length
}

test('an upload that breaks off leaves nothing, and its URL can be used again', async () => {
  const { path } = await api.open()
  const { url, fileId } = await uploadUrl(path)
  await new Promise<void>((resolve) => {
    const headers = { 'content-type': 'text/plain', 'content-length': 1000 }
    const one = httpRequest(url, { method: 'PUT', headers })
    one.on('error', () => resolve())
    one.write('half', () => one.destroy(new Error('gone')))
  })
  assertRefused(await api.post(`${path}/files/download-url`, { file_id: fileId }), 404, 'file-not-found')
  assert.equal((await put(url, 'whole')).status, 200)
  assert.equal((await get(await downloadUrl(path, fileId))).text, 'whole')
})

test('only the content type that was announced is taken', async () => {
  const { path } = await api.open()
  const { url } = await uploadUrl(path, { content_type: 'text/plain; charset=utf-8' })
  assertRefused(
    await put(url, '<script>', 'text/html'),
    400,
    'invalid-payload',
    /^Content-Type: must be text\/plain/,
  )
  assert.equal((await put(url, 'text', 'Text/Plain;charset=utf-8')).status, 200)
})

test('URLs lead to the host by which the caller reached us', async () => {
  const { path } = await api.open()
  const answer = await new Promise<string>((resolve, reject) => {
    const url = `${dragoman.url}/v1/custom/${integrationId}${path}/files/upload-url`
    const headers = {
      host: 'chat.example.com:8080',
      authorization: `apikey ${key}`,
      'content-type': 'application/json',
    }
    const one = httpRequest(url, { method: 'POST', headers }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve(text))
    })
    one.on('error', reject)
    one.end('{"filename":"a.txt","content_type":"text/plain"}')
  })
  assert.match(String(JSON.parse(answer).upload_url), /^http:\/\/chat\.example\.com:8080\/files\//)
})

test('a URL does the one thing it was made for: not another method, file, type or size, and not unsigned', async () => {
  const { path } = await api.open()
  const { url, fileId } = await uploadUrl(path)
  const changed = (name: string, value: string): string => {
    const other = new URL(url)
    other.searchParams.set(name, value)
    return other.href
  }
  assertRefused(await get(url), 403, 'forbidden', /^signature: /)
  for (const other of [
    url.replace(fileId, randomUUID()),
    changed('expires', '99999999999'),
    changed('type', 'text/html'),
    changed('bytes_max', '99999999999'),
    changed('signature', 'x'),
    url.replace(/\?.*/, ''),
    `${url}&expires=99999999999`,
  ])
    assertRefused(await put(other, 'x'), 403, 'forbidden', /^signature: /)
  await put(url, 'kept')
  const download = await downloadUrl(path, fileId)
  assertRefused(await put(download, 'over'), 403, 'forbidden')
  assert.equal((await get(download)).text, 'kept')
})

test('a URL that is 15 minutes old is refused', async () => {
  const { path } = await api.open()
  const { fileId } = await uploadUrl(path)
  const sign = (method: 'PUT' | 'GET') =>
    dragoman.deps.urlSigner.sign({
      baseUrl: dragoman.url,
      method,
      path: `/files/${fileId}`,
      expiresAtMs: Date.now() - 1000,
      contentType: method === 'PUT' ? 'text/plain' : undefined,
    })
  assertRefused(await put(sign('PUT'), 'x'), 403, 'forbidden', /^expires: this URL is too old/)
  assertRefused(await get(sign('GET')), 403, 'forbidden', /^expires: this URL is too old/)
  const { url } = await uploadUrl(path)
  const minutes = (Number(new URL(url).searchParams.get('expires')) * 1000 - Date.now()) / 60_000
  assert.ok(minutes > 14 && minutes <= 15.1)
})

test('a file exists for its own session only, and only once it is there', async () => {
  const { path } = await api.open()
  const other = await api.open()
  const stranger = await addCustomer({ after }, dragoman)
  const theirs = await stranger.api.open()
  const { url, fileId } = await uploadUrl(path)
  const ask = (of: typeof api, sessionPath: string, id: string) =>
    of.post(`${sessionPath}/files/download-url`, { file_id: id })
  assertRefused(await ask(api, path, fileId), 404, 'file-not-found', /^file_id: /)
  await put(url, 'here')
  assert.equal((await ask(api, path, fileId)).status, 200)
  assertRefused(await ask(api, other.path, fileId), 404, 'file-not-found')
  assertRefused(await ask(stranger.api, theirs.path, fileId), 404, 'file-not-found')
  assertRefused(await ask(stranger.api, path, fileId), 404, 'session-not-found')
  assertRefused(await ask(api, path, randomUUID()), 404, 'file-not-found')
  await api.post(`${path}/close`)
  assertRefused(await ask(api, path, fileId), 404, 'session-not-found')
  assertRefused(
    await api.post(`${path}/files/upload-url`, { filename: 'a.txt', content_type: 'text/plain' }),
    404,
    'session-not-found',
  )
})

test('a download URL of a file that is not there says so', async () => {
  const { path } = await api.open()
  const { fileId } = await uploadUrl(path)
  const url = dragoman.deps.urlSigner.sign({
    baseUrl: dragoman.url,
    method: 'GET',
    path: `/files/${fileId}`,
    expiresAtMs: Date.now() + 60_000,
  })
  assertRefused(await get(url), 404, 'file-not-found', /not uploaded yet/)
})

test('the same Idempotency-Key gives the same upload URL again', async () => {
  const { path } = await api.open()
  const key = { 'idempotency-key': randomUUID() }
  const body = { filename: 'a.txt', content_type: 'text/plain' }
  const first = await api.post(`${path}/files/upload-url`, body, key)
  const again = await api.post(`${path}/files/upload-url`, body, key)
  assert.deepEqual(again.body, first.body)
  const other = await api.post(`${path}/files/upload-url`, { ...body, filename: 'b.txt' }, key)
  assertRefused(other, 409, 'idempotency-conflict')
})

for (const [what, body, sentence] of [
  ['no filename', { content_type: 'text/plain' }, /^filename: is required/],
  ['a path for a filename', { filename: '../a', content_type: 'text/plain' }, /^filename: /],
  [
    'a filename over 255 characters',
    { filename: 'x'.repeat(256), content_type: 'text/plain' },
    /^filename: /,
  ],
  ['no content type', { filename: 'a' }, /^content_type: is required/],
  [
    'a content type that is none',
    { filename: 'a', content_type: 'text' },
    /^content_type: must be a media type/,
  ],
  ['a line break in it', { filename: 'a', content_type: 'text/plain; a\r\nx: y' }, /^content_type: /],
] as const)
  test(`an upload with ${what} is refused by name`, async () => {
    const { path } = await api.open()
    assertRefused(await api.post(`${path}/files/upload-url`, body), 400, 'invalid-payload', sentence)
  })

test('a browser of any origin may use the URLs, as the pages of customers do', async () => {
  const { path } = await api.open()
  const { url } = await uploadUrl(path)
  const asked = await fetch(url, {
    method: 'OPTIONS',
    headers: { origin: 'https://shop.example', 'access-control-request-method': 'PUT' },
  })
  assert.equal(asked.status, 204)
  assert.equal(asked.headers.get('access-control-allow-origin'), '*')
  assert.match(asked.headers.get('access-control-allow-methods') ?? '', /PUT/)
  assert.equal((await put(url, 'x')).headers.get('access-control-allow-origin'), '*')
})

test('a message may bear an uploaded file of its own session, and no other', async () => {
  const { path } = await api.open()
  const { url, fileId } = await uploadUrl(path)
  const message = (id: string) => ({
    input: { attachments: [{ type: 'file', mime_type: 'text/plain', id }] },
  })
  const refusal = /^input\.attachments\[0\]\.id: .* is no uploaded file of this session/
  assertRefused(await api.post(`${path}/messages`, message(fileId)), 400, 'invalid-payload', refusal)
  await put(url, 'x')
  assert.equal((await api.post(`${path}/messages`, message(fileId))).status, 202)
  assert.equal((await api.post(`${path}/messages`, message(fileId.toUpperCase()))).status, 202)
  const recorded = { ...message(fileId), agent: { agent_id: 'ann' } }
  assert.equal((await api.post(`${path}/messages/agent`, recorded)).status, 202)
  const other = await api.open()
  for (const id of [fileId, randomUUID()]) {
    assertRefused(await api.post(`${other.path}/messages`, message(id)), 400, 'invalid-payload', refusal)
    assertRefused(
      await api.post(`${other.path}/messages/agent`, { ...message(id), agent: { agent_id: 'ann' } }),
      400,
      'invalid-payload',
      refusal,
    )
  }
})
