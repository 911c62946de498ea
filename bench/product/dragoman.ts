import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { Pool } from 'undici'
import { startSubject } from '../children.ts'
import { checked, type Traffic } from '../load/jobs.ts'
import { temporaryFolder } from '../temporary-folder.ts'

/** The product as a user starts it, in its own process, spoken to by its public API alone. */
export interface Dragoman {
  readonly origin: string
  /** An integration of its own with open sessions, as the load process wants it. */
  readonly openTraffic: (webhookUrl: string, sessionCount: number) => Promise<Traffic>
  readonly stop: () => Promise<void>
}

/** Node's flags of `npm start`: without them it would not be what a user starts. */
const startFlags = (): string[] => {
  const { scripts } = checked(
    Type.Object({ scripts: Type.Object({ start: Type.String() }) }),
    JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')),
  )
  return scripts.start.split(' ').filter((word) => word.startsWith('--'))
}

const mainScript = fileURLToPath(new URL('../../server/src/main.ts', import.meta.url))
const adminToken = 'bench-admin-token-of-forty-characters-00'

/** @param roles as DRAGOMAN_ROLES takes them; all by default */
export const startDragoman = async (
  databaseUrl: string,
  roles = 'http,worker,deliver',
  /** The first-start secrets; processes on one database share them. */
  sharedDataDir?: string,
): Promise<Dragoman> => {
  const dataDir = sharedDataDir ?? (await temporaryFolder('data'))
  const subject = await startSubject(
    mainScript,
    {
      DRAGOMAN_PORT: '0',
      DRAGOMAN_HOST: '127.0.0.1',
      DATABASE_URL: databaseUrl,
      DRAGOMAN_DATA_DIR: dataDir,
      DRAGOMAN_DEMO: 'on',
      DRAGOMAN_ADMIN_TOKEN: adminToken,
      DRAGOMAN_ALLOW_PRIVATE_TARGETS: 'on',
      DRAGOMAN_ROLES: roles,
    },
    ['--json'],
    startFlags(),
  )
  const origin =
    checked(Type.Object({ listening: Type.Union([Type.String(), Type.Null()]) }), subject.said).listening ??
    'no http role'
  return {
    origin,
    openTraffic: (webhookUrl, sessionCount) => openTraffic(origin, webhookUrl, sessionCount),
    stop: subject.stop,
  }
}

const Integration = Type.Object({ integration_id: Type.String() })
const Key = Type.Object({ api_key: Type.String() })
const Session = Type.Object({ session_id: Type.String() })

const openTraffic = async (origin: string, webhookUrl: string, sessionCount: number): Promise<Traffic> => {
  const pool = new Pool(origin, { connections: 16 })
  const post = async (path: string, authorization: string, body: object): Promise<unknown> => {
    const response = await pool.request({
      path,
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = await response.body.text()
    if (response.statusCode !== 201) throw new Error(`POST ${path}: ${response.statusCode} ${answer}`)
    return JSON.parse(answer)
  }
  const manager = `Bearer ${adminToken}`
  const { integration_id } = checked(
    Integration,
    await post('/api/v1/integrations', manager, {
      name: 'Benchmark',
      webhook_url: webhookUrl,
      // Only replies, so that a delivery is a turn and nothing else.
      subscribed_events: ['message:brain_send'],
    }),
  )
  const { api_key } = checked(
    Key,
    await post(`/api/v1/integrations/${integration_id}/keys`, manager, { name: 'bench' }),
  )
  const authorization = `apikey ${api_key}`
  const sessionsPath = `/v1/custom/${integration_id}/sessions`
  const sessionIds: string[] = []
  let opened = 0
  const openNext = async (): Promise<void> => {
    while (opened < sessionCount) {
      opened += 1
      const session = await post(sessionsPath, authorization, { channel_user_id: `user-${opened}` })
      sessionIds.push(checked(Session, session).session_id)
    }
  }
  await Promise.all(Array.from({ length: 16 }, openNext))
  await pool.close()
  return {
    origin,
    path: `${sessionsPath}/:session/messages`,
    headers: { authorization },
    sessionIds,
    wire: 'channel',
  }
}
