import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ServerSentEvent, serverSentEvents } from '../src/server-sent-events.ts'

const parsed = async (...parts: readonly (string | Uint8Array)[]): Promise<readonly ServerSentEvent[]> => {
  const messages: ServerSentEvent[] = []
  const chunks = async function* () {
    for (const part of parts) yield typeof part === 'string' ? new TextEncoder().encode(part) : part
  }
  for await (const message of serverSentEvents(chunks())) messages.push(message)
  return messages
}

const message = (fields: Partial<ServerSentEvent>): ServerSentEvent => ({
  id: undefined,
  event: undefined,
  text: '',
  retryMs: undefined,
  ...fields,
})

test('a message has its text, type and id; the id stays for those after it', async () => {
  assert.deepEqual(await parsed('id: 7\nevent: message:send\ndata: {"a":1}\n\ndata:x\n\n'), [
    message({ id: '7', event: 'message:send', text: '{"a":1}' }),
    message({ id: '7', text: 'x' }),
  ])
})

test('several lines of text are one text, and only one space after the colon is dropped', async () => {
  assert.deepEqual(await parsed('data: one\ndata:  two\ndata\ndata:three\n\n'), [
    message({ text: 'one\n two\n\nthree' }),
  ])
})

test('comments and empty lines are no messages', async () => {
  assert.deepEqual(await parsed(': alive\n\n\n:\n\n'), [])
})

test('an id or a retry time alone is told', async () => {
  assert.deepEqual(await parsed('id: 3\n\nretry: 50\n\nretry: soon\n\n'), [
    message({ id: '3' }),
    message({ id: '3', retryMs: 50 }),
    message({ id: '3' }),
  ])
})

test('what is unfinished at the end is dropped', async () => {
  assert.deepEqual(await parsed('data: whole\n\ndata: cut'), [message({ text: 'whole' })])
  assert.deepEqual(await parsed('data: whole\n\ndata: cut\n'), [message({ text: 'whole' })])
})

test('a stream reads the same whatever its line ends and wherever it is cut', async () => {
  const lines = [
    '\uFEFF: hi',
    'id: 1',
    'data: 👋🏽 é',
    'data: two',
    '',
    '',
    'data: three',
    'event: x',
    '',
    'data: four',
    '',
  ]
  const expected = [
    message({ id: '1', text: '👋🏽 é\ntwo' }),
    message({ id: '1', event: 'x', text: 'three' }),
    message({ id: '1', text: 'four' }),
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('\n', '\r', '\r\n'), { minLength: lines.length, maxLength: lines.length }),
      fc.array(fc.nat(150), { maxLength: 20 }),
      async (ends, cuts) => {
        // A CR, an empty line and an LF would read as CR LF.
        const text = lines.map((line, index) => line + (ends[index] === '\n' ? '\r\n' : ends[index])).join('')
        const bytes = new TextEncoder().encode(text)
        const borders = [0, ...cuts.toSorted((left, right) => left - right), bytes.length]
        const parts = borders.slice(1).map((end, index) => bytes.subarray(borders[index], end))
        assert.deepEqual(await parsed(...parts), expected)
      },
    ),
  )
  assert.deepEqual(await parsed(lines.map((line) => `${line}\n`).join('')), expected)
})

test('a stream that sends a line without end is given up', async () => {
  const endless = async function* () {
    for (;;) yield new TextEncoder().encode('x'.repeat(1_000_000))
  }
  await assert.rejects(async () => {
    for await (const _ of serverSentEvents(endless())) break
  }, /over/)
})
