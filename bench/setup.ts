/**
 * Brings what the peers need: their npm packages, with a lock file of their own so that the product's `npm ci` stays
 * quick (they are 180 MB), and redis-server from Debian for BullMQ.
 *
 *     node bench/setup.ts     both; redis-server by apt-get, if this is a Debian and we are root
 *
 * `npm run bench` brings the packages by itself at its first run and leaves BullMQ out where Redis is missing.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { hasRedisServer } from './redis.ts'

const folder = fileURLToPath(new URL('peers/', import.meta.url))
const stampFile = `${folder}node_modules/.installed-from`

/** Installs the peers if they are not there, or not those of the lock file. */
export const installPeers = (say: (line: string) => void): void => {
  const wanted = createHash('sha256')
    .update(readFileSync(`${folder}package-lock.json`))
    .digest('hex')
  if (readIfThere(stampFile) === wanted) return
  say('Installing the peers (bench/peers, about 180 MB, once) ...')
  // Not `npm ci`: it insists on optional binaries of platforms whose packages a registry mirror may lack.
  const { status } = spawnSync(
    'npm',
    ['install', '--no-save', '--no-audit', '--no-fund', '--ignore-scripts'],
    {
      cwd: folder,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )
  if (status !== 0)
    throw new Error('npm install in bench/peers failed; `npm run bench -- --without peers` goes without')
  writeFileSync(stampFile, wanted)
}

export const redisAdvice =
  'redis-server is not installed: BullMQ is left out (apt-get install redis-server, or node bench/setup.ts as root)'

const installRedis = (say: (line: string) => void): void => {
  if (hasRedisServer()) return
  if (process.getuid?.() !== 0) {
    say(redisAdvice)
    return
  }
  spawnSync('apt-get', ['update', '-q'], { stdio: 'ignore' })
  spawnSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'redis-server'], {
    stdio: 'ignore',
  })
  say(hasRedisServer() ? 'redis-server is installed.' : redisAdvice)
}

const readIfThere = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  const say = (line: string): void => {
    process.stdout.write(`${line}\n`)
  }
  installPeers(say)
  installRedis(say)
}
