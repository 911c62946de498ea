import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Understanding } from '../../src/brain/intents/model.ts'
import { recall } from '../../src/brain/intents/recall.ts'

const understood = (name: string): Understanding => ({
  ranking: [{ name, confidence: 1 }],
  because: [],
  verdict: 'accept',
  thresholds: { accept: 0.5, clarify: 0.3 },
})

const never = (): never => assert.fail('it was read again')

test('a text that came before is not read again by the same agent, and by another one it is', () => {
  const [agent, other] = [{}, {}]
  const first = recall(agent, 'hello', () => understood('greeting'))
  assert.equal(recall(agent, 'hello', never), first)
  assert.equal(recall(other, 'hello', () => understood('welcome'))?.ranking[0]?.name, 'welcome')
})

test('what words alone do not make clear is read each time', () => {
  const agent = {}
  assert.equal(
    recall(agent, 'hm', () => undefined),
    undefined,
  )
  assert.equal(recall(agent, 'hm', () => understood('doubt'))?.ranking[0]?.name, 'doubt')
})

test('a hundred texts are kept, none of them long', () => {
  const agent = {}
  let reads = 0
  const say = (text: string): void =>
    void recall(agent, text, () => {
      reads += 1
      return understood(text)
    })
  for (let text = 0; text < 101; text += 1) say(`text ${text}`)
  reads = 0
  say('text 100')
  say('text 1')
  assert.equal(reads, 0)
  say('text 0')
  assert.equal(reads, 1)
  const long = 'x'.repeat(201)
  say(long)
  say(long)
  assert.equal(reads, 3)
})
