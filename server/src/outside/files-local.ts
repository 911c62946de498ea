import { randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { glob, mkdir, open, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { type Readable, Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'

/** Uploaded files under one folder. A file is there whole or not at all; its name is its UUID and nothing else. */
export interface LocalFiles {
  /** @param keeping is called with the whole file in hand: it is there when `keep` is done, and never without it */
  readonly put: (
    fileId: string,
    bytes: Readable,
    bytesMax: number,
    keeping?: (file: WholeFile) => Promise<void>,
  ) => Promise<PutOutcome>
  /** undefined when there is no such file */
  readonly open: (
    fileId: string,
  ) => Promise<{ readonly stream: Readable; readonly byteCount: number } | undefined>
  readonly remove: (fileId: string) => Promise<void>
  /**
   * What a process that died left of its uploads.
   *
   * @param before ms; nothing was written to it since
   * @returns how many were removed
   */
  readonly removePartial: (before: number) => Promise<number>
}

export interface WholeFile {
  readonly byteCount: number
  readonly keep: () => Promise<void>
}

export type PutOutcome =
  | { readonly ok: true; readonly byteCount: number }
  | { readonly ok: false; readonly reason: 'too-large' }

export const createLocalFiles = (folder: string): LocalFiles => {
  const pathOf = (fileId: string): string => {
    if (!uuid.test(fileId)) throw new Error('a file is named by a UUID')
    return join(folder, fileId.slice(-2), fileId)
  }

  return {
    put: async (fileId, bytes, bytesMax, keeping = ({ keep }) => keep()) => {
      const path = pathOf(fileId)
      await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
      const partial = `${path}.${randomUUID()}${partialEnding}`
      const meter = createMeter(bytesMax)
      try {
        await pipeline(bytes, meter.stream, createWriteStream(partial, { mode: 0o600, flush: true }))
        const keep = async (): Promise<void> => {
          await rename(partial, path)
          await syncFolder(join(path, '..'))
        }
        await keeping({ byteCount: meter.byteCount(), keep })
        return { ok: true, byteCount: meter.byteCount() }
      } catch (error) {
        if (meter.isOver()) return { ok: false, reason: 'too-large' }
        throw error
      } finally {
        await rm(partial, { force: true })
      }
    },
    open: async (fileId) => {
      const path = pathOf(fileId)
      try {
        const { size } = await stat(path)
        return { stream: createReadStream(path), byteCount: size }
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
        throw error
      }
    },
    remove: async (fileId) => rm(pathOf(fileId), { force: true }),
    removePartial: async (before) => {
      let removed = 0
      for await (const path of glob(join('*', `*${partialEnding}`), { cwd: folder })) {
        const written = await stat(join(folder, path)).catch(ignore)
        if (written === undefined || written.mtimeMs >= before) continue
        await rm(join(folder, path), { force: true })
        removed += 1
      }
      return removed
    },
  }
}

const partialEnding = '.part'

/** Its upload ended in this very moment. */
const ignore = (): undefined => undefined

const uuid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

const createMeter = (bytesMax: number) => {
  let count = 0
  const stream = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      count += chunk.length
      if (count > bytesMax) done(new Error(`more than ${bytesMax} bytes`))
      else done(null, chunk)
    },
  })
  return { stream, byteCount: () => count, isOver: () => count > bytesMax }
}

/** The new name is durable only when its folder is. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
