import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testDragoman } from '../../server/test/support/dragoman.ts'
import { runGuide, type Substitutes } from './guide.ts'

/** Which guides are executed, each against a Dragoman of its own as it is after its first start. */
export const guideNames = [
  'getting-started',
  'channel-api',
  'webhooks',
  'desk',
  'agents',
  'agent-webhooks',
] as const

export const root = join(import.meta.dirname, '../..')

export const pathOf = (name: string): string => join(root, 'docs/guides', `${name}.md`)

/** @returns the guide as it is, and as it would be with the answers of this run */
export const runOne = async (
  owner: { after(work: () => Promise<void>): void },
  name: (typeof guideNames)[number],
  patienceMs: number,
): Promise<{ readonly before: string; readonly now: string }> => {
  const dataDir = await mkdtemp(join(tmpdir(), 'dragoman-guide-'))
  owner.after(() => rm(dataDir, { recursive: true, force: true }))
  const dragoman = await testDragoman(owner, {
    dataDir,
    adminToken: null,
    secrets: new Map([['SHOP', 'my-shop-secret']]),
  })
  const before = await readFile(pathOf(name), 'utf8')
  const now = await runGuide(before, {
    cwd: root,
    patienceMs,
    substitutes: await substitutesFor(before, dragoman, dataDir),
    environment: { DRAGOMAN_URL: dragoman.url, DRAGOMAN_DATA_DIR: dataDir, npm_config_loglevel: 'error' },
  })
  return { before, now }
}

const substitutesFor = async (
  guide: string,
  dragoman: Awaited<ReturnType<typeof testDragoman>>,
  dataDir: string,
): Promise<Substitutes> => {
  const webhookPort = await freePort()
  const shown = (pattern: RegExp): string => guide.match(pattern)?.[0] ?? 'nothing'
  return [
    [/http:\/\/127\.0\.0\.1:4000/g, dragoman.url, 'http://127.0.0.1:4000'],
    [/127\.0\.0\.1:3000/g, `127.0.0.1:${webhookPort}`, '127.0.0.1:3000'],
    [/PORT=3000/g, `PORT=${webhookPort}`, 'PORT=3000'],
    [/\bmy-agents\b/g, `${dataDir}/my-agents`, 'my-agents'],
    [/\.dragoman\//g, `${dataDir}/`, '.dragoman/'],
    [demoPath, `/v1/custom/${dragoman.demo?.integrationId}`, shown(demoPath)],
    [demoKey, dragoman.demo?.apiKey ?? '', shown(demoKey)],
  ]
}

const demoPath = /\/v1\/custom\/[\da-f-]{36}/g
const demoKey = /\bdgm_\w{43}\b/g

const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
