import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import {
  constantTimeEqual,
  deriveKey,
  hashKey,
  newApiKey,
  newSecret,
  newToken,
  sealer,
} from '../../src/outside/seal.ts'

const owner = 'integration/1/webhook_secret'

test('a sealed text opens to what it was, and shows nothing of it', () => {
  const { seal, open } = sealer(randomBytes(32))
  for (const text of ['', 'whsec_abc', 'grüß dich \0', 'x'.repeat(10_000)]) {
    const sealed = seal(text, owner)
    assert.equal(open(sealed, owner), text)
    assert.match(sealed, /^v1\.[\w-]+$/)
    if (text !== '') assert.ok(!sealed.includes(text))
  }
})

test('the same text never seals to the same twice', () => {
  const { seal } = sealer(randomBytes(32))
  assert.equal(new Set(Array.from({ length: 100 }, () => seal('same', owner))).size, 100)
})

test('a sealed text opens for nobody else, with no other key, and not when a single bit was changed', () => {
  const { seal, open } = sealer(randomBytes(32))
  const sealed = seal('whsec_abc', owner)
  assert.throws(() => open(sealed, 'integration/2/webhook_secret'), /integration\/2\/webhook_secret/)
  assert.throws(() => sealer(randomBytes(32)).open(sealed, owner), /another key/)
  const bytes = Buffer.from(sealed.slice(3), 'base64url')
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const changed = Buffer.from(bytes)
    changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3)
    assert.throws(() => open(`v1.${changed.toString('base64url')}`, owner), `bit ${bit}`)
  }
})

test('a sealed text that is cut, empty or of another format does not open', () => {
  const { seal, open } = sealer(randomBytes(32))
  const sealed = seal('whsec_abc', owner)
  for (const broken of [
    '',
    'v1.',
    'v1.AAAA',
    sealed.slice(0, -1),
    sealed.slice(0, 20),
    `v2.${sealed.slice(3)}`,
    'whsec_abc',
  ])
    assert.throws(() => open(broken, owner), Error, broken)
})

test('new keys, tokens and secrets bear their kind and are never the same', () => {
  for (const [make, pattern] of [
    [newApiKey, /^dgm_[0-9A-Za-z]{43}$/],
    [newToken, /^dgt_[0-9A-Za-z]{43}$/],
    [newSecret, /^whsec_[0-9A-Za-z+/]{43}=$/],
  ] as const) {
    const made = Array.from({ length: 200 }, make)
    for (const each of made) assert.match(each, pattern)
    assert.equal(new Set(made).size, made.length)
  }
})

test('a key is stored as its SHA-256', () => {
  assert.equal(hashKey('abc'), 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('each purpose has a key of its own, the same in every process that has the secret key', () => {
  const secretKey = Buffer.alloc(32, 7)
  assert.deepEqual(deriveKey(secretKey, 'files'), deriveKey(Buffer.alloc(32, 7), 'files'))
  assert.notDeepEqual(deriveKey(secretKey, 'files'), deriveKey(secretKey, 'demo'))
  assert.equal(deriveKey(secretKey, 'files').length, 32)
})

test('texts are compared whole, whatever their lengths', () => {
  assert.equal(constantTimeEqual('abc', 'abc'), true)
  assert.equal(constantTimeEqual('', ''), true)
  for (const [a, b] of [
    ['abc', 'abd'],
    ['abc', 'ab'],
    ['', 'a'],
    ['é', 'e\u0301'],
  ] as const)
    assert.equal(constantTimeEqual(a, b), false)
})
