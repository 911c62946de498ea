import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { startProgram } from './children.ts'
import { temporaryFolder } from './temporary-folder.ts'

export const hasRedisServer = (): boolean => spawnSync('redis-server', ['--version']).status === 0

/** A Redis that keeps the promise the others keep: what it acknowledged is on disk (appendfsync always). */
export const startRedis = async (): Promise<{ url: string; stop: () => Promise<void> }> => {
  const folder = await temporaryFolder('redis')
  const port = await freePort()
  const stop = await startProgram(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--dir', folder, '--save', ''].concat([
      '--appendonly',
      'yes',
      '--appendfsync',
      'always',
    ]),
    /Ready to accept connections/,
  )
  return { url: `redis://127.0.0.1:${port}`, stop }
}

const freePort = async (): Promise<number> => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
