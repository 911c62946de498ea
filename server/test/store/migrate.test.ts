import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { Db } from '../../src/store/db.ts'
import { migrate, migrationsFolder, readMigrations } from '../../src/store/migrate.ts'
import { emptyDatabase } from '../support/database.ts'

const folderWith = async (t: TestContext, files: Record<string, string>): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
  return folder
}

const first = { '001-first.sql': '-- Why: a test.\ncreate table notes (note text);\n' }
const second = {
  '002-second.sql': 'alter table notes add column at timestamptz;\ninsert into notes values (null);\n',
}

const count = async (db: Db, table: string): Promise<number | undefined> => {
  const [row] = await db.rows<{ count: number }>(
    { name: `count ${table}`, text: `select count(*) from ${table}` },
    [],
  )
  return row?.count
}

test('migrations run once each, in the order of their numbers', async (t) => {
  const { url, db } = await emptyDatabase(t)
  const folder = await folderWith(t, { ...second, ...first, 'schema.sql': 'not a migration' })
  assert.deepEqual(await migrate({ url, folder }), ['001-first.sql', '002-second.sql'])
  assert.deepEqual(await migrate({ url, folder }), [])
  assert.equal(await count(db, 'notes'), 1)
})

test('a database from an older version gets what it lacks', async (t) => {
  const { url } = await emptyDatabase(t)
  await migrate({ url, folder: await folderWith(t, first) })
  assert.deepEqual(await migrate({ url, folder: await folderWith(t, { ...first, ...second }) }), [
    '002-second.sql',
  ])
})

test('many processes that start at once share the work and none of it is done twice', async (t) => {
  const { url, db } = await emptyDatabase(t)
  const folder = await folderWith(t, { ...first, ...second })
  const applied = await Promise.all([1, 2, 3, 4, 5].map(() => migrate({ url, folder })))
  assert.deepEqual(applied.flat().sort(), ['001-first.sql', '002-second.sql'])
  assert.equal(await count(db, 'notes'), 1)
})

test('a migration that was changed after it had been applied stops the start and says which', async (t) => {
  const { url } = await emptyDatabase(t)
  await migrate({ url, folder: await folderWith(t, first) })
  const changed = await folderWith(t, { '001-first.sql': 'create table notes (note varchar);' })
  await assert.rejects(
    migrate({ url, folder: changed }),
    /001-first\.sql was changed after it had been applied/,
  )
  const renamed = await folderWith(t, { '001-other.sql': first['001-first.sql'] })
  await assert.rejects(
    migrate({ url, folder: renamed }),
    /001-first\.sql where this Dragoman has 001-other\.sql/,
  )
})

test('line ends of another system do not count as a change', async (t) => {
  const { url } = await emptyDatabase(t)
  await migrate({ url, folder: await folderWith(t, first) })
  const windows = await folderWith(t, { '001-first.sql': first['001-first.sql'].replaceAll('\n', '\r\n') })
  assert.deepEqual(await migrate({ url, folder: windows }), [])
})

test('a database that is newer than the code is left alone with a clear error', async (t) => {
  const { url } = await emptyDatabase(t)
  await migrate({ url, folder: await folderWith(t, { ...first, ...second }) })
  await assert.rejects(migrate({ url, folder: await folderWith(t, first) }), /newer.*002-second\.sql/)
})

test('a migration that fails leaves nothing of itself and names its line', async (t) => {
  const { url, db } = await emptyDatabase(t)
  const broken = { '002-broken.sql': 'insert into notes values (1);\n\ninsert into missing values (1);\n' }
  const folder = await folderWith(t, { ...first, ...broken })
  await assert.rejects(migrate({ url, folder }), /002-broken\.sql line 3: relation "missing" does not exist/)
  assert.equal(await count(db, 'notes'), 0)
  assert.equal(await count(db, 'migrations'), 1)
})

test('a gap or a double in the numbers is refused before anything runs', async (t) => {
  const { url, db } = await emptyDatabase(t)
  const gap = await folderWith(t, { ...first, '003-third.sql': 'select 1' })
  await assert.rejects(migrate({ url, folder: gap }), /003-third\.sql should have number 2/)
  const double = await folderWith(t, { ...first, '001-again.sql': 'select 1' })
  await assert.rejects(migrate({ url, folder: double }), /should have number/)
  const [row] = await db.rows<{ made: string | null }>(
    { name: 'made', text: `select to_regclass('migrations') as made` },
    [],
  )
  assert.equal(row?.made, null)
})

test('a database whose encoding cannot hold every text is left alone with the cure', async (t) => {
  for (const encoding of ['LATIN1', 'WIN1252', 'EUC_JP']) {
    const { url, db } = await emptyDatabase(t, encoding)
    await assert.rejects(migrate({ url, folder: await folderWith(t, first) }), {
      message: `the database is in ${encoding}, which cannot hold every text; make another: create database ... template template0 encoding 'UTF8'`,
    })
    const [row] = await db.rows<{ made: string | null }>(
      { name: 'made', text: `select to_regclass('migrations') as made` },
      [],
    )
    assert.equal(row?.made, null)
  }
  // It takes all bytes as they are, and those we send are UTF-8.
  const { url } = await emptyDatabase(t, 'SQL_ASCII')
  assert.deepEqual(await migrate({ url, folder: await folderWith(t, first) }), ['001-first.sql'])
})

test('the migrations of the product run on an empty database and each opens with its reason', async (t) => {
  const { url } = await emptyDatabase(t)
  const migrations = await readMigrations(migrationsFolder)
  assert.deepEqual(
    await migrate({ url }),
    migrations.map(({ name }) => name),
  )
  for (const { name, text } of migrations) assert.match(text, /^-- Why: /, name)
})
