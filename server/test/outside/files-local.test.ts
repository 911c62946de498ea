import assert from 'node:assert/strict'
import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { createLocalFiles, type LocalFiles } from '../../src/outside/files-local.ts'
import { newId } from '../../src/outside/ids.ts'

const filesFor = async (t: TestContext): Promise<{ files: LocalFiles; folder: string }> => {
  const parent = await mkdtemp(join(tmpdir(), 'dragoman-files-'))
  t.after(() => rm(parent, { recursive: true, force: true }))
  const folder = join(parent, 'files')
  return { files: createLocalFiles(folder), folder }
}

/** Paths of all that is stored, whole or not. */
const storedIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

const contentOf = async (files: LocalFiles, fileId: string): Promise<string | undefined> => {
  const opened = await files.open(fileId)
  return opened === undefined ? undefined : (await buffer(opened.stream)).toString()
}

test('a file that was put is read back whole, with its size', async (t) => {
  const { files } = await filesFor(t)
  const fileId = newId()
  const content = Buffer.alloc(300_000, 'ab\0')
  const chunks = [content.subarray(0, 100_000), content.subarray(100_000)]
  assert.deepEqual(await files.put(fileId, Readable.from(chunks), 300_000), { ok: true, byteCount: 300_000 })
  const opened = await files.open(fileId)
  assert.equal(opened?.byteCount, 300_000)
  assert.deepEqual(opened && (await buffer(opened.stream)), content)
})

test('an empty file is a file', async (t) => {
  const { files } = await filesFor(t)
  const fileId = newId()
  assert.deepEqual(await files.put(fileId, Readable.from([]), 10), { ok: true, byteCount: 0 })
  assert.equal(await contentOf(files, fileId), '')
})

test('a file that was never put is not there', async (t) => {
  const { files } = await filesFor(t)
  assert.equal(await files.open(newId()), undefined)
})

test('a file over the limit is refused while it arrives, and nothing of it stays', async (t) => {
  const { files, folder } = await filesFor(t)
  let sent = 0
  const endless = Readable.from(
    (function* () {
      for (; sent < 10_000; sent++) yield Buffer.alloc(1000)
    })(),
  )
  assert.deepEqual(await files.put(newId(), endless, 5000), { ok: false, reason: 'too-large' })
  assert.ok(sent < 10_000, 'the rest is not read')
  assert.deepEqual(await storedIn(folder), [])
})

test('an upload that breaks off is an error, nothing of it stays, and what was there before does', async (t) => {
  const { files, folder } = await filesFor(t)
  const fileId = newId()
  await files.put(fileId, Readable.from([Buffer.from('before')]), 100)
  const broken = Readable.from(
    (function* () {
      yield Buffer.from('half')
      throw new Error('connection reset')
    })(),
  )
  await assert.rejects(files.put(fileId, broken, 100), /connection reset/)
  assert.equal(await contentOf(files, fileId), 'before')
  assert.equal((await storedIn(folder)).length, 1)
})

test('of uploads to one file at once one wins whole', async (t) => {
  const { files, folder } = await filesFor(t)
  const fileId = newId()
  const contents = Array.from({ length: 8 }, (_, n) => String(n).repeat(50_000))
  await Promise.all(contents.map((text) => files.put(fileId, Readable.from([Buffer.from(text)]), 50_000)))
  assert.ok(contents.includes((await contentOf(files, fileId)) ?? ''))
  assert.equal((await storedIn(folder)).length, 1)
})

test('a removed file is gone, and removing it again is harmless', async (t) => {
  const { files, folder } = await filesFor(t)
  const fileId = newId()
  await files.put(fileId, Readable.from([Buffer.from('x')]), 1)
  await files.remove(fileId)
  await files.remove(fileId)
  assert.equal(await files.open(fileId), undefined)
  assert.deepEqual(await storedIn(folder), [])
})

test('only a UUID names a file: no id leads out of the folder', async (t) => {
  const { files, folder } = await filesFor(t)
  const id = newId()
  for (const fileId of [
    '',
    '.',
    '..',
    '../secrets.json',
    `../${id}`,
    `${id}/..`,
    `${id}\0`,
    `${id}\n`,
    id.toUpperCase(),
    `x${id}`,
    '/etc/passwd',
  ]) {
    if (fileId === id) continue
    await assert.rejects(files.open(fileId), /UUID/, fileId)
    await assert.rejects(files.put(fileId, Readable.from([]), 1), /UUID/, fileId)
    await assert.rejects(files.remove(fileId), /UUID/, fileId)
  }
  assert.deepEqual(await storedIn(folder), [])
})

test('files are for their owner alone', async (t) => {
  const { files, folder } = await filesFor(t)
  const before = process.umask(0)
  t.after(() => process.umask(before))
  await files.put(newId(), Readable.from([Buffer.from('x')]), 1)
  const [path = ''] = await storedIn(folder)
  assert.equal((await stat(path)).mode & 0o777, 0o600)
  assert.equal((await stat(folder)).mode & 0o777, 0o700)
})

test('what a dead process left of an upload is removed, and neither whole files nor uploads under way are', async (t) => {
  const { files, folder } = await filesFor(t)
  assert.equal(await files.removePartial(Date.now()), 0)
  const whole = newId()
  await files.put(whole, Readable.from([Buffer.from('whole')]), 100)
  const [stored] = await storedIn(folder)
  assert.ok(stored)
  const [left, underWay] = [`${stored}.left.part`, `${stored}.under-way.part`]
  for (const path of [left, underWay]) await writeFile(path, 'beg')
  const hourMs = 3_600_000
  for (const path of [stored, left]) await utimes(path, new Date(), new Date(Date.now() - 2 * hourMs))
  assert.equal(await files.removePartial(Date.now() - hourMs), 1)
  assert.deepEqual((await storedIn(folder)).sort(), [stored, underWay].sort())
})
