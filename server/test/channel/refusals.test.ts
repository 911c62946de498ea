import assert from 'node:assert/strict'
import { connect } from 'node:net'
import { after, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import type { ApiAnswer, ApiRequest } from '../support/api.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { sendWhole } from '../support/send-whole.ts'

/** The error table of the wire (spec 1.3): each row with its status, its code, and a sentence that names the field. */
const dragoman = await testDragoman({ after }, { demo: false })
const { api, receiver } = await addCustomer({ after }, dragoman)
const { path, sessionId } = await api.open()

const assertRefused = (answer: ApiAnswer, status: number, code: string, sentence: RegExp): void => {
  const shown = `${answer.status} ${answer.text}`
  assert.deepEqual(Object.keys(answer.body), ['error_code', 'error_message'], shown)
  assert.deepEqual([answer.status, answer.body['error_code']], [status, code], shown)
  assert.match(String(answer.body['error_message']), sentence)
  assert.match(answer.headers.get('x-request-id') ?? '', /^[\da-f-]{36}$/)
  assert.match(answer.headers.get('content-type') ?? '', /^application\/json\b/)
}

const assertInvalid = (answer: ApiAnswer, sentence: RegExp): void =>
  assertRefused(answer, 400, 'invalid-payload', sentence)

type Row = readonly [body: unknown, sentence: RegExp]

const assertEachInvalid = async (where: string, rows: readonly Row[], method = 'POST'): Promise<void> => {
  for (const [body, sentence] of rows) assertInvalid(await api.send({ method, path: where, body }), sentence)
}

const long = (length: number): string => 'x'.repeat(length)
const text = (value: unknown) => ({ input: { text: value } })
const image = { type: 'image', mime_type: 'image/png', url: 'https://example.com/a.png' }
const attached = (...attachments: unknown[]) => ({ input: { attachments } })

test('a body that is not JSON is told so', async () => {
  for (const rawBody of [
    '{',
    '{"input":}',
    'hello',
    '{"a":1,}',
    "{'a':1}",
    '\ufeff{}',
    '{"a":1}{"b":2}',
    'undefined',
  ])
    assertInvalid(await api.send({ path: '/sessions', rawBody }), /^body: is not valid JSON/)
})

test('what tells nothing of a body that is not JSON is left out', async () => {
  assertInvalid(await api.send({ path: '/sessions', rawBody: 'NaN' }), /^body: is not valid JSON$/)
})

test('a body that is cut off inside a character is told so', async () => {
  const rawBody = Buffer.from('{"external_session_id":"é"}', 'latin1')
  assertInvalid(await api.send({ path: '/sessions', rawBody: new Uint8Array(rawBody) }), /^body: /)
})

test('a body that is compressed, or begins with a byte order mark, is told what to leave out', async () => {
  const gzipped = new Uint8Array(gzipSync('{}'))
  assertInvalid(
    await api.send({ path: '/sessions', rawBody: gzipped, headers: { 'content-encoding': 'gzip' } }),
    /^Content-Encoding: .*not gzip; send it uncompressed/,
  )
  assertInvalid(await api.send({ path: '/sessions', rawBody: '\ufeff{}' }), /leave out the byte order mark/)
})

test('a body that is nested without end is refused, not parsed', async () => {
  assertInvalid(await api.send({ path: '/sessions', rawBody: '['.repeat(10_000) }), /^body: is nested deeper/)
  const deep = `{"context":${'{"a":'.repeat(100)}1${'}'.repeat(100)}}`
  assertInvalid(await api.send({ path: '/sessions', rawBody: deep }), /^body: is nested deeper/)
})

test('a body of another content type, or of none, is told what it must be', async () => {
  const types = [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/json',
    'x',
  ]
  for (const type of types)
    assertInvalid(
      await api.send({ path: '/sessions', rawBody: '{}', headers: { 'content-type': type } }),
      /Content-Type: must be application\/json/,
    )
  assertInvalid(
    await api.send({ path: '/sessions', rawBody: '{}', headers: { 'content-type': undefined } }),
    /Content-Type: must be application\/json/,
  )
})

test('application/json is understood with a charset and in capitals', async () => {
  for (const type of [
    'application/json; charset=utf-8',
    'Application/JSON',
    'application/json;charset="UTF-8"',
  ]) {
    const answer = await api.send({ path: '/sessions', rawBody: '{}', headers: { 'content-type': type } })
    assert.equal(answer.status, 201, answer.text)
  }
})

test('a body that is no object is told so', async () => {
  for (const body of [[], 5, 'text', true])
    assertInvalid(await api.post('/sessions', body), /^body: must be an object/)
  for (const body of [undefined, null, [], 5])
    assertInvalid(await api.send({ path: `${path}/messages`, body }), /^body: must be an object/)
})

test('opening a session: each wrong field is named', async () => {
  await assertEachInvalid('/sessions', [
    [{ external_session_id: 5 }, /^external_session_id: must be a string/],
    [{ external_session_id: null }, /^external_session_id: must be a string/],
    [{ external_session_id: long(256) }, /^external_session_id: must have at most 255 characters/],
    [{ external_session_id: 'a\u0000b' }, /^external_session_id: .*NUL/],
    [{ external_session_id: 'a\ud83d' }, /^external_session_id: .*half a surrogate pair/],
    [{ channel_user_id: {} }, /^channel_user_id: must be a string/],
    [{ channel_user_id: long(256) }, /^channel_user_id: must have at most 255 characters/],
    [{ context: 'text' }, /^context: must be an object/],
    [{ context: [] }, /^context: must be an object/],
    [{ context: null }, /^context: must be an object/],
  ])
})

const contextRows: Row[] = [
  [
    { context: Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`key_${index}`, 1])) },
    /^context: 101 top-level keys; at most 100/,
  ],
  [
    { context: { a: long(32_769 - '{"a":""}'.length) } },
    /^context: 32769 bytes when serialized; at most 32768/,
  ],
  [{ context: { '': 1 } }, /^context\.: a key has 1 to 128 characters/],
  [{ context: { 'a b': 1 } }, /^context\.a b: a key has 1 to 128 characters/],
  [{ context: { '-a': 1 } }, /^context\.-a: a key has 1 to 128 characters/],
  [{ context: { 'a.b': 1 } }, /^context\.a\.b: a key has 1 to 128 characters/],
  [{ context: { [long(129)]: 1 } }, /^context\.x{128}: a key has 1 to 128 characters/],
  [{ context: { 'sys-channel': 'web' } }, /^context\.sys-channel: .*read-only/],
  [{ context: { channels: {} } }, /^context\.channels: /],
  [{ context: { user: { user_id: 'me' } } }, /^context\.user\.user_id: is read-only/],
  [{ context: { user: { custom_psid: 'me' } } }, /^context\.user\.custom_psid: is read-only/],
  [{ context: { user: null } }, /^context\.user: /],
  [{ context: { user: 'Alice' } }, /^context\.user: must be an object/],
  [{ context: { tags: 'vip' } }, /^context\.tags: must be an array of strings/],
  [{ context: { global: 1 } }, /^context\.global: must be an object/],
]

test('the context: each limit and each read-only key is named, wherever a context may be sent', async () => {
  await assertEachInvalid('/sessions', contextRows)
  await assertEachInvalid(`${path}/context`, contextRows, 'PATCH')
  const rows = contextRows.map(
    ([body, sentence]): Row => [{ ...text('question 1'), ...(body as object) }, sentence],
  )
  await assertEachInvalid(`${path}/messages`, rows)
  await assertEachInvalid(
    `${path}/context`,
    [
      [{}, /^context: is required/],
      [{ context: null }, /^context: must be an object/],
      [{ context: [] }, /^context: must be an object/],
      [undefined, /^body: must be an object/],
    ],
    'PATCH',
  )
})

test('a key named __proto__ is refused in any context', async () => {
  for (const rawBody of [
    '{"context":{"__proto__":{"a":1}}}',
    '{"context":{"a":{"__proto__":1}}}',
    '{"__proto__":{}}',
    '{"context":{"\\u005f_proto__":{"a":1}}}',
  ])
    assertInvalid(await api.send({ path: '/sessions', rawBody }), /__proto__/)
})

test('a number that no double holds is refused, and one that merely looks so is not', async () => {
  for (const number of ['1e309', '-1E+400', '9'.repeat(310), `1${'0'.repeat(210)}e99`])
    assertInvalid(
      await api.send({ path: '/sessions', rawBody: `{"context":{"a":[${number}]}}` }),
      /^body: has a number beyond 1\.8e308; send it as a string/,
    )
  const rawBody = '{"context":{"a":1e308,"b":1e-400,"c":"1e999"}}'
  const answer = await api.send({ path: '/sessions', rawBody })
  assert.equal(answer.status, 201, answer.text)
})

test('a message: each wrong field is named', async () => {
  await assertEachInvalid(`${path}/messages`, [
    [{}, /^input: is required/],
    [{ text: 'question 1' }, /^input: is required/],
    [{ input: 'question 1' }, /^input: must be an object/],
    [{ input: null }, /^input: must be an object/],
    [{ input: {} }, /^input: needs a text that is not empty, or attachments/],
    [text(''), /^input: needs a text/],
    [text(' \n\t'), /^input: needs a text/],
    [attached(), /^input: needs a text/],
    [{ input: { text: '', attachments: [] } }, /^input: needs a text/],
    [text(5), /^input\.text: must be a string/],
    [text(null), /^input\.text: must be a string/],
    [text(long(10_001)), /^input\.text: must have at most 10000 characters/],
    [{ input: { text: 'hi', attachments: {} } }, /^input\.attachments: must be an array/],
    [{ input: { attachments: 'x' } }, /^input\.attachments: must be an array/],
    [attached(...Array.from({ length: 11 }, () => image)), /^input\.attachments: must have at most 10 items/],
    [attached('x'), /^input\.attachments\[0\]: must be an object/],
    [attached({ ...image, type: 'sticker' }), /^input\.attachments\[0\]\.type: must be one of "audio"/],
    [attached({ ...image, type: undefined }), /^input\.attachments\[0\]\.type: is required/],
    [attached({ ...image, mime_type: undefined }), /^input\.attachments\[0\]\.mime_type: is required/],
    [attached({ ...image, mime_type: 5 }), /^input\.attachments\[0\]\.mime_type: must be a string/],
    [
      attached(image, { ...image, url: undefined }),
      /^input\.attachments\[1\]: needs an id \(a file_id\) or a url/,
    ],
    ...[
      '',
      'a.png',
      '/files/a.png',
      '//example.com/a.png',
      'javascript:alert(1)',
      'data:image/png;base64,AAAA',
      'file:///etc/passwd',
      'ftp://example.com/a.png',
      'http:example.com',
      'https://',
      'https://exa mple.com/a.png',
      'https://example.com/a b.png',
      ' https://example.com/a.png',
      'https://example.com/\u0000',
      'https://example.com:99999/',
      `https://example.com/${long(2_029)}`,
    ].map(
      (url): Row => [
        attached(image, { ...image, url }),
        /^input\.attachments\[1\]\.url: must be a whole http\(s\) URL .* of at most 2048 characters; for an uploaded file give its id/,
      ],
    ),
    [attached({ ...image, url: 5 }), /^input\.attachments\[0\]\.url: must be a string/],
    [attached({ ...image, id: 'x' }), /^input\.attachments\[0\]\.id: must be a UUID/],
    [attached({ ...image, title: 5 }), /^input\.attachments\[0\]\.title: must be a string/],
    [
      attached({ ...image, filename: long(256) }),
      /^input\.attachments\[0\]\.filename: must have at most 255/,
    ],
    [{ ...text('hi'), context: 5 }, /^context: must be an object/],
  ])
})

const ann = { agent_id: 'ann' }

test("a person's message: each wrong field is named", async () => {
  await assertEachInvalid(`${path}/messages/agent`, [
    [undefined, /^body: must be an object/],
    [{ agent: ann }, /^input: is required/],
    [{ ...text(''), agent: ann }, /^input: needs a text/],
    [{ ...text(long(10_001)), agent: ann }, /^input\.text: must have at most 10000/],
    [text('hi'), /^agent: is required/],
    [{ ...text('hi'), agent: 'ann' }, /^agent: must be an object/],
    [{ ...text('hi'), agent: {} }, /^agent\.agent_id: is required/],
    [{ ...text('hi'), agent: { agent_id: '' } }, /^agent\.agent_id: must not be empty/],
    [{ ...text('hi'), agent: { agent_id: 5 } }, /^agent\.agent_id: must be a string/],
    [{ ...text('hi'), agent: { agent_id: long(256) } }, /^agent\.agent_id: must have at most 255/],
    [{ ...text('hi'), agent: { ...ann, agent_name: 5 } }, /^agent\.agent_name: must be a string/],
    [{ ...text('hi'), agent: { ...ann, agent_avatar: {} } }, /^agent\.agent_avatar: must be a string/],
  ])
  assert.equal((await api.get(path)).body['owner'], 'bot')
})

test('marks, typing, handover and closing: each wrong field is named', async () => {
  for (const kind of ['read', 'delivered'])
    await assertEachInvalid(`${path}/messages/${kind}`, [
      [[], /^body: must be an object/],
      [{ message_ids: 'x' }, /^message_ids: must be an array/],
      [{ message_ids: [] }, /^message_ids: must not be empty/],
      [{ message_ids: ['x'] }, /^message_ids\[0\]: must be a UUID/],
      [{ message_ids: [5] }, /^message_ids\[0\]: must be a string/],
      [{ message_ids: [sessionId] }, /^message_ids\[0\]: .*no message/],
      [
        { message_ids: Array.from({ length: 1_001 }, () => sessionId) },
        /^message_ids: must have at most 1000 items/,
      ],
    ])
  await assertEachInvalid(`${path}/messages/compose`, [
    [undefined, /^body: must be an object/],
    [{}, /^action: is required/],
    [{ action: 'pause' }, /^action: must be one of "start", "stop"/],
    [{ action: null }, /^action: must be /],
  ])
  await assertEachInvalid(`${path}/handover`, [
    [[], /^body: must be an object/],
    [{ department: 5 }, /^department: must be a string/],
    [{ department: long(256) }, /^department: must have at most 255/],
    [{ reason: {} }, /^reason: must be a string/],
    [{ reason: long(1_001) }, /^reason: must have at most 1000/],
  ])
  await assertEachInvalid(`${path}/close`, [
    ['x', /^body: must be an object/],
    [{ reason: 5 }, /^reason: must be a string/],
    [{ reason: long(1_001) }, /^reason: must have at most 1000/],
  ])
})

test('files: each wrong field is named', async () => {
  const png = 'image/png'
  await assertEachInvalid(`${path}/files/upload-url`, [
    [undefined, /^body: must be an object/],
    [{ content_type: png }, /^filename: is required/],
    [{ filename: 5, content_type: png }, /^filename: must be a string/],
    [{ filename: '', content_type: png }, /^filename: must have 1 to 255 characters/],
    [{ filename: long(256), content_type: png }, /^filename: must have 1 to 255 characters/],
    [{ filename: 'a/b.png', content_type: png }, /^filename: .*without slashes or control characters/],
    [{ filename: 'a\\b.png', content_type: png }, /^filename: .*without slashes/],
    [{ filename: 'a\r\nb', content_type: png }, /^filename: .*control characters/],
    [{ filename: 'a.png' }, /^content_type: is required/],
    [{ filename: 'a.png', content_type: 'png' }, /^content_type: must be a media type/],
    [{ filename: 'a.png', content_type: 'image/png\r\nx: y' }, /^content_type: must be a media type/],
    [{ filename: 'a.png', content_type: 'image/png\n;q=1' }, /^content_type: must be a media type/],
    [{ filename: 'a.png', content_type: 'image/png; a=\u0000' }, /^content_type: must be a media type/],
    [{ filename: 'a.png', content_type: 'image/png; a=日本' }, /^content_type: must be a media type/],
    [{ filename: 'a.png', content_type: `image/${long(255)}` }, /^content_type: .*at most 255 characters/],
  ])
  await assertEachInvalid(`${path}/files/download-url`, [
    [undefined, /^body: must be an object/],
    [{}, /^file_id: is required/],
    [{ file_id: 5 }, /^file_id: must be a string/],
    [{ file_id: 'x' }, /^file_id: must be a UUID/],
  ])
  const unknown = await api.post(`${path}/files/download-url`, { file_id: sessionId })
  assertRefused(unknown, 404, 'file-not-found', /^file_id: no such/)
})

test('a refused request changes nothing: no message, no event, no activity', async () => {
  const before = await api.get(path)
  const log = await api.get(`/events?limit=200`)
  await api.post(`${path}/messages`, { ...text('question 1'), context: { 'sys-desk': 'x' } })
  await api.post(`${path}/messages/agent`, { ...text('hi'), agent: {} })
  await api.patch(`${path}/context`, { context: { a: 1, 'b c': 2 } })
  const after = await api.get(path)
  assert.deepEqual({ ...after.body, request_id: '' }, { ...before.body, request_id: '' })
  assert.deepEqual((await api.get(`${path}/messages`)).body['items'], [])
  assert.deepEqual((await api.get(`/events?limit=200`)).body['items'], log.body['items'])
})

test('paging: each wrong parameter is named', async () => {
  for (const where of [`${path}/messages`, '/events'])
    for (const [query, sentence] of [
      ['limit=0', /^limit: must be at least 1/],
      ['limit=201', /^limit: must be at most 200/],
      ['limit=x', /^limit: must be an integer/],
      ['limit=1.5', /^limit: must be an integer/],
      ['limit=', /^limit: must be /],
      ['after=x', /^after: must be the `next` of an earlier page/],
      ['after=-1', /^after: must be the `next` of an earlier page/],
      ['after=99999999999999999999', /^after: must be/],
    ] as const)
      assertInvalid(await api.get(`${where}?${query}`), sentence)
  assertInvalid(await api.get(`${path}/events?after=x`), /^after: must be an integer/)
  assertInvalid(await api.get(`${path}/events?after=-1`), /^after: must be at least 0/)
  assertInvalid(await api.get(`${path}/events?after=1000000000`), /^after: must be at most 999999999/)
})

test('a path id that is no UUID is told so', async () => {
  for (const id of ['1', 'x'.repeat(36), `${sessionId}0`, 'null', '%00', '..%2f..'])
    assertInvalid(await api.get(`/sessions/${id}`), /^session_id: must be a UUID/)
  assertInvalid(await api.post('/sessions/x/messages', text('hi')), /^session_id: must be a UUID/)
})

test('a body over 256 KiB is refused with 413, a body of just that size is read', async () => {
  const limit = 256 * 1024
  const bodyOf = (bytes: number): string =>
    `{"context":{},"x":"${long(bytes - '{"context":{},"x":""}'.length)}"}`
  const fits = await api.send({ path: '/sessions', rawBody: bodyOf(limit) })
  assert.equal(fits.status, 201)
  for (const bytes of [limit + 1, 4 * limit])
    assertRefused(
      await api.send({ path: '/sessions', rawBody: bodyOf(bytes) }),
      413,
      'payload-too-large',
      /^body: is larger than 262144 bytes/,
    )
})

test('a body that does not say how long it is meets the same limit', async () => {
  const chunk = Buffer.from(long(64 * 1024))
  const body = new ReadableStream({
    pull: (controller) => controller.enqueue(chunk),
  })
  const endless: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    headers: { authorization: `apikey ${api.key}`, 'content-type': 'application/json' },
    body,
    duplex: 'half',
  }
  const response = await fetch(`${dragoman.url}/v1/custom/${api.integrationId}/sessions`, endless)
  const answer = (await response.json()) as { error_code: string }
  assert.deepEqual([response.status, answer.error_code], [413, 'payload-too-large'])
})

test('who sends all of a body that is far too large before they listen hears why it was refused', async () => {
  const bytes = 32 * 1024 * 1024
  const head = `POST /v1/custom/${api.integrationId}/sessions HTTP/1.1\r\nHost: x\r\nAuthorization: apikey ${api.key}\r\nContent-Type: application/json\r\n`
  const rows: [head: string, body: Buffer][] = [
    [`Content-Length: ${bytes}\r\n\r\n`, Buffer.alloc(bytes, 'x')],
    [
      'Transfer-Encoding: chunked\r\n\r\n',
      Buffer.from(`${bytes.toString(16)}\r\n${long(bytes)}\r\n0\r\n\r\n`),
    ],
  ]
  for (const [framing, body] of rows) {
    const answer = await sendWhole(dragoman.url, head + framing, body)
    assert.match(answer, /^HTTP\/1\.1 413 /)
    assert.match(answer, /"error_code":"payload-too-large"/)
  }
})

test('what there is no endpoint for is not found', async () => {
  const rows: [request: ApiRequest, methodsOfThePath?: string][] = [
    [{ method: 'GET', path: '/sessions' }, 'POST'],
    [{ method: 'PUT', path }, 'GET'],
    [{ method: 'DELETE', path: `${path}?x=1` }, 'GET'],
    [{ method: 'PATCH', path }, 'GET'],
    [{ method: 'GET', path: `${path}/context` }, 'PATCH'],
    [{ method: 'POST', path: `${path}/context`, body: { context: {} } }, 'PATCH'],
    [{ method: 'DELETE', path: `${path}/messages` }, 'GET, POST'],
    [{ method: 'PUT', path: '/../../../api/v1/agents' }, 'GET, POST'],
    [{ method: 'POST', path: `${path}/messages/agent/x` }],
    [{ method: 'POST', path: '/nothing' }],
    [{ method: 'PUT', path: '/nothing', rawBody: 'bytes', headers: { 'content-type': 'image/png' } }],
    [{ method: 'POST', path: '/../../custom' }],
    [{ method: 'GET', path: '/../../../nothing' }],
  ]
  for (const [request, methods] of rows) {
    const cure = methods === undefined ? '' : `; this path has ${methods}`
    const sentence = new RegExp(`^${request.method} /[^?]*: there is no such endpoint${cure}$`)
    assertRefused(await api.send(request), 404, 'not-found', sentence)
  }
})

test('a path that cannot be decoded is refused in the same form', async () => {
  assertInvalid(await api.get('/sessions/%zz'), /^request: /)
})

test('a path with an id that is far too long is refused without repeating it', async () => {
  assertInvalid(
    await api.get(`/sessions/${long(9_000)}`),
    /^request: an id in the path has more than 200 characters; ids are UUIDs$/,
  )
})

/** Sends bytes as they are and reads until the server hangs up. */
const exchange = async (bytes: string): Promise<string> => {
  const { port, hostname } = new URL(dragoman.url)
  const socket = connect(Number(port), hostname)
  socket.write(bytes)
  let answer = ''
  for await (const chunk of socket.setEncoding('utf8')) answer += chunk
  return answer
}

test('what is not even HTTP is refused in the same form, and the connection ends', async () => {
  const root = `/v1/custom/${api.integrationId}`
  const rows: [bytes: string, status: number, sentence: string][] = [
    ['HELLO\r\n\r\n', 400, 'request: is not valid HTTP'],
    [`FOO ${root}/sessions HTTP/1.1\r\nHost: x\r\n\r\n`, 400, 'request: is not valid HTTP'],
    [
      `POST ${root}/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n`,
      400,
      'request: is not valid HTTP',
    ],
    [
      `GET ${root}/events HTTP/1.1\r\nHost: x\r\nX: ${long(20_000)}\r\n\r\n`,
      431,
      'request: has more than 16 KiB of headers',
    ],
  ]
  for (const [bytes, status, sentence] of rows) {
    const answer = await exchange(bytes)
    assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer)
    assert.deepEqual(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), {
      error_code: 'invalid-payload',
      error_message: sentence,
    })
  }
})

test('what Node would refuse with an empty body is refused in the same form', async () => {
  const start = `POST /v1/custom/${api.integrationId}/sessions HTTP/1.1\r\nAuthorization: apikey ${api.key}\r\nConnection: close\r\n`
  const rows: [headers: string, sentence: string][] = [
    ['', 'Host: header is missing; HTTP/1.1 needs it'],
    ['Host: x\r\nExpect: cake\r\n', 'Expect: only 100-continue is understood, not cake; leave it out'],
  ]
  for (const [headers, sentence] of rows) {
    const answer = await exchange(`${start}${headers}\r\n`)
    assert.ok(answer.startsWith('HTTP/1.1 400 '), answer)
    assert.match(answer, /^x-request-id: [\da-f-]{36}\r$/im)
    assert.match(answer, /^content-type: application\/json\b/im)
    assert.deepEqual(JSON.parse(answer.split('\r\n\r\n')[1] ?? ''), {
      error_code: 'invalid-payload',
      error_message: sentence,
    })
  }
})

test('nothing of all this reached the webhook', () => {
  assert.deepEqual(
    receiver.received.map(({ event }) => event.event_type),
    [],
  )
})
