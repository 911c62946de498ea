import assert from 'node:assert/strict'
import { chmod, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { makeFolder, whyNotWritten } from '../../src/outside/make-folder.ts'

const emptyFolder = async (t: TestContext): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-test-'))
  t.after(async () => {
    await chmod(folder, 0o700)
    await rm(folder, { recursive: true, force: true })
  })
  return folder
}

test('a folder is made with all that are above it, and one that is there stays as it is', async (t) => {
  const root = await emptyFolder(t)
  const deep = join(root, 'a', 'b', 'c')
  assert.equal(await makeFolder(deep, 0o700), true)
  assert.equal((await stat(deep)).mode & 0o777, 0o700)
  await chmod(deep, 0o750)
  assert.equal(await makeFolder(deep, 0o700), false)
  assert.equal((await stat(deep)).mode & 0o777, 0o750)
  await symlink(deep, join(root, 'link'))
  assert.equal(await makeFolder(join(root, 'link')), false)
})

test('two who make it at once both have it', async (t) => {
  const root = await emptyFolder(t)
  const made = await Promise.all(Array.from({ length: 5 }, () => makeFolder(join(root, 'a', 'b', 'c'))))
  assert.ok(made.includes(true))
})

test('where none can be made, it says so at once and what helps', { timeout: 10_000 }, async (t) => {
  const root = await emptyFolder(t)
  const file = join(root, 'file')
  await writeFile(file, '')
  await assert.rejects(makeFolder(file), {
    message: `${file} is not a folder: move it away, or choose another place`,
  })
  await assert.rejects(
    makeFolder(join(file, 'a')),
    /^Error: .* cannot be made: a file is in the way; move it away/,
  )
  await assert.rejects(makeFolder(join(file, 'a', 'b')), /a file is in the way/)
  await symlink(join(root, 'nowhere'), join(root, 'dangling'))
  await assert.rejects(makeFolder(join(root, 'dangling')), /nothing can be made there/)
  for (const path of ['/proc/dragoman', '/proc/dragoman/a/b', '/dev/null'])
    await assert.rejects(
      makeFolder(path),
      /^Error: \/\S+ (cannot be made|is not a folder): .*choose another place/,
    )
})

test('why a file cannot be written is told in words with a cure', () => {
  const told = (code: string): string =>
    whyNotWritten(Object.assign(new Error(`${code}: by the system`), { code }))
  assert.match(told('ENOSPC'), /^the disk is full; make room/)
  assert.match(told('EROFS'), /^the disk is read-only; mount/)
  assert.match(told('EACCES'), /^who runs this may not write there; change the owner/)
  assert.equal(told('EIO'), 'EIO: by the system')
})
