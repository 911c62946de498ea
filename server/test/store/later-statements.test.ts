import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { emptyDatabase } from '../support/database.ts'

const { db } = await emptyDatabase({ after })
await db.rows({ name: 'make-table', text: 'create table notes (note text primary key)' }, [])

const add = { name: 'add-note', text: 'insert into notes values ($1)' }
const list = { name: 'list-notes', text: 'select note from notes order by note' }
const notes = async (): Promise<string[]> =>
  (await db.rows<{ note: string }>(list, [])).map((row) => row.note)

test('statements for later run in their order, and are there when the transaction is', async () => {
  await db.transaction(
    async (tx) => {
      await tx.rows(list, [])
      tx.later(add, ['a'])
      tx.later({ name: 'change-note', text: `update notes set note = note || '!' where note = $1` }, ['a'])
    },
    { certain: true },
  )
  assert.deepEqual(await notes(), ['a!'])
})

test('a statement for later that fails fails the transaction, and the connection is fit for the next', async () => {
  for (let round = 0; round < 20; round += 1)
    await assert.rejects(
      db.transaction(
        async (tx) => {
          await tx.rows(add, [`lost ${round}`])
          tx.later(add, ['a!'])
          tx.later(add, [`also lost ${round}`])
        },
        { certain: true },
      ),
      { code: '23505' },
    )
  assert.deepEqual(await notes(), ['a!'])
})

test('work that fails after it sent something for later leaves nothing', async () => {
  await assert.rejects(
    db.transaction(async (tx) => {
      await tx.rows(list, [])
      tx.later(add, ['never'])
      throw new Error('changed my mind')
    }),
    /changed my mind/,
  )
  assert.deepEqual(await notes(), ['a!'])
})
