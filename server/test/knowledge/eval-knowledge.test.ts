import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'

const folder = mkdtempSync(join(tmpdir(), 'eval-knowledge-'))
after(() => rmSync(folder, { recursive: true }))

const evaluate = (): readonly string[] => {
  const program = fileURLToPath(new URL('../../../bench/eval-knowledge.ts', import.meta.url))
  const table = execFileSync(process.execPath, [program, folder, '--words'], { encoding: 'utf8' })
  const [, , row = ''] = table.split('\n')
  return row.split('|').map((column) => column.trim())
}

test('eval:knowledge measures finding, answering and silence of a set of tables', () => {
  writeFileSync(
    join(folder, 'passages.csv'),
    `passage_id,title,heading,text
returns,Help,Returns,You can send back any item within 30 days. The label is in the box.
delivery,Help,Delivery,Orders arrive within three working days. Parcels to Crete take five.
warranty,Terms,Warranty,Every bicycle has a warranty of two years. Batteries have six months.
payment,Terms,Payment,We take cards and bank transfers. Cash is not taken.
`,
  )
  writeFileSync(
    join(folder, 'questions.csv'),
    `question,passage_id,answer
Within how many days can I send back an item?,returns,30 days
How long do parcels to Crete take?,delivery,five
How long is the warranty of a bicycle?,warranty,two years
Who is the president of France?,,
`,
  )
  writeFileSync(join(folder, 'chat.txt'), 'hello there\nyou are funny\n')
  const [, , passages, questions, search, ndcg, recall, first, , said, answered, right, , , chat] = evaluate()
  assert.deepEqual([passages, questions, search], ['4', '4', 'words'])
  assert.deepEqual([ndcg, recall, first, said], ['100.0', '100.0', '100.0', '100.0'])
  assert.deepEqual([answered, right, chat], ['100.0', '100.0', '100.0'])
})
