import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { after, test } from 'node:test'
import Fastify from 'fastify'
import { limits } from '../../src/domain/limits.ts'
import { boundArrivalTime } from '../../src/http/wire/arrival-time.ts'

/** A server in little, whose usual requests must be whole in a moment. */
const app = Fastify({ bodyLimit: limits.bodyBytesMax })
boundArrivalTime(app, { usualMs: 50, fileMs: 60_000 })
app.post('/usual', (request) => ({ got: request.body }))
app.post('/file', { bodyLimit: limits.bodyBytesMax + 1 }, (request) => ({ got: request.body }))
app.post(
  '/refused',
  { onRequest: async (_request, reply) => reply.code(401).send({ got: null }) },
  () => ({}),
)
after(() => app.close())
const port = Number(new URL(await app.listen({ port: 0, host: '127.0.0.1' })).port)

/** The first half of a request, and what comes until the server hangs up. */
const beginRequest = (
  path: string,
  connection = 'close',
): { readonly socket: Socket; readonly answer: Promise<string> } => {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8')
  socket.write(
    `POST ${path} HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n"a`,
  )
  const answer = (async () => {
    let text = ''
    for await (const chunk of socket) text += chunk
    return text
  })()
  return { socket, answer }
}

test('a usual request that does not arrive whole in time gets 408, while a file may take longer', async () => {
  const file = beginRequest('/file')
  const late = await beginRequest('/usual').answer
  assert.match(late, /^HTTP\/1\.1 408 /)
  assert.match(late, /"error_message":"request: did not arrive whole in time; send it again"/)
  file.socket.write('b"')
  assert.match(await file.answer, /^HTTP\/1\.1 200 [\s\S]*\{"got":"ab"\}$/)
})

test('who was refused before the body was there is cut off, too, and hears nothing else', async () => {
  const { answer } = beginRequest('/refused', 'keep-alive')
  assert.match(await answer, /^HTTP\/1\.1 401 [\s\S]*\{"got":null\}$/)
})
