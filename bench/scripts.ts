import { fileURLToPath } from 'node:url'
import { Type } from 'typebox'
import { startSubject } from './children.ts'
import { checked, type Traffic } from './load/jobs.ts'
import { sessionIdOf } from './references/durable-inbox.ts'

/** References and peers: scripts of this folder that serve the channel's message road (or the Bot Framework's). */
export interface ServedTraffic {
  readonly traffic: Traffic
  readonly stop: () => Promise<void>
}

export const serveScript = async (
  script: string,
  env: Readonly<Record<string, string>>,
  sessionCount: number,
): Promise<ServedTraffic> => {
  const subject = await startSubject(scriptPath(script), { ...env, BENCH_SESSIONS: String(sessionCount) })
  const origin = checked(Type.Object({ listening: Type.String() }), subject.said).listening
  const isActivity = script === 'peers/botbuilder.ts'
  return {
    traffic: {
      origin,
      path: isActivity ? '/api/messages' : `/v1/custom/${sessionIdOf(0)}/sessions/:session/messages`,
      headers: isActivity ? {} : { authorization: 'apikey 0123456789abcdef0123456789abcdef' },
      sessionIds: Array.from({ length: sessionCount }, (_, index) => sessionIdOf(index)),
      wire: isActivity ? 'activity' : 'channel',
    },
    stop: subject.stop,
  }
}

export const scriptPath = (script: string): string => fileURLToPath(new URL(script, import.meta.url))
