import { execFile } from 'node:child_process'
import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { dataFolder } from './data-folder.ts'
import type { Owner } from './owner.ts'

const run = promisify(execFile)

/** A disk of its own, of memory, that can be filled to the last byte. */
export interface SmallDisk {
  readonly folder: string
  readonly fill: () => Promise<void>
  readonly free: () => Promise<void>
}

/** undefined where we may not mount one: that takes root on Linux. */
export const mountSmallDisk = async (owner: Owner, megabytes: number): Promise<SmallDisk | undefined> => {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return undefined
  const folder = await dataFolder(owner)
  try {
    await run('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m,mode=0711`, 'tmpfs', folder])
  } catch {
    return undefined
  }
  owner.after(async () => void (await run('umount', ['--lazy', folder])))
  const ballast = join(folder, 'ballast')
  return {
    folder,
    fill: async () => {
      const file = await open(ballast, 'a')
      try {
        for (let chunk = 1 << 20; chunk >= 4096; ) {
          const { bytesWritten } = await file.write(Buffer.alloc(chunk, 1)).catch(() => ({ bytesWritten: 0 }))
          if (bytesWritten < chunk) chunk >>= 1
        }
      } finally {
        await file.close()
      }
    },
    free: () => rm(ballast),
  }
}

export const freeMegabytes = async (folder: string): Promise<number> => {
  const { bavail, bsize } = await statfs(folder)
  return Math.round((bavail * bsize) / 2 ** 20)
}
