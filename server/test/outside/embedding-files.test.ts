import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { createWordPieces } from '../../src/outside/embedder/word-pieces.ts'

const folder = new URL('../../../models/all-MiniLM-L6-v2/', import.meta.url)
const vocabulary = readFileSync(new URL('vocab.txt', folder), 'utf8')

for (const name of ['model.onnx', 'vocab.txt'])
  test(`${name} is, to the byte, the file whose checksum the model's README gives`, () => {
    const sum = createHash('sha256')
      .update(readFileSync(new URL(name, folder)))
      .digest('hex')
    assert.match(readFileSync(new URL('README.md', folder), 'utf8'), new RegExp(`${name}.*${sum}`))
  })

const wordPieces = createWordPieces(vocabulary)

/** As `BertTokenizer` of Hugging Face gives them for bert-base-uncased, which has the same vocabulary. */
const known: readonly (readonly [text: string, ids: readonly number[]])[] = [
  ['hello world', [101, 7592, 2088, 102]],
  ['Hello, world!', [101, 7592, 1010, 2088, 999, 102]],
  ['Déjà vu', [101, 2139, 3900, 24728, 102]],
  ['unaffable', [101, 14477, 20961, 3468, 102]],
  ['', [101, 102]],
]
for (const [text, ids] of known)
  test(`"${text}" becomes the word pieces that the model was trained on`, () => {
    assert.deepEqual(wordPieces(text), ids)
  })

test('a text cannot smuggle in a special piece', () => {
  const inner = wordPieces('a [SEP] b [CLS] c [MASK]').slice(1, -1)
  for (const special of [101, 102, 103]) assert.ok(!inner.includes(special))
})

test('of a text that is too long only the beginning is read', () => {
  const pieces = wordPieces('word '.repeat(5_000))
  assert.equal(pieces.length, 256)
  assert.equal(pieces.at(-1), 102)
})

test('a vocabulary without the special pieces is refused', () => {
  assert.throws(() => createWordPieces('a\nb\n'), /\[CLS\]/)
})
