import { setTimeout as pause } from 'node:timers/promises'
import type { Answer, Channel } from './channel.ts'
import type { Owner } from './owner.ts'
import type { Chance } from './settings.ts'

/**
 * Users who write: each has one session at a time and sends the next message when the last one is answered, so the
 * order of the posts of a session is known. Every post is accounted for:
 *
 *   accepted  202: its answer must come
 *   refused   503: it must leave no trace
 *   unknown   the connection broke: it may or may not have counted. Half of the users then send it again under its
 *             Idempotency-Key until it is accepted, as the SDK does; it must count once.
 */
export interface Post {
  /** Its place in the session, from 1; travels in the message. */
  readonly mark: number
  readonly outcome: 'accepted' | 'refused' | 'unknown'
  readonly requestId: string | undefined
}

export interface PostedSession {
  readonly sessionId: string
  readonly channel: Channel
  readonly posts: Post[]
}

export interface Traffic {
  readonly sessions: readonly PostedSession[]
  readonly counts: Readonly<Record<Post['outcome'], number>>
  /** 503s, also those after which somebody tried again. */
  readonly refusals: () => number
  /** Answers that no promise allows for, such as a 500, or a 503 that does not say when to come back. */
  readonly surprises: readonly string[]
  /** Resolves when nobody waits for an answer any more. */
  readonly stop: () => Promise<void>
}

export interface TrafficOptions {
  readonly channel: Channel
  readonly users: number
  readonly chance: Chance
  readonly postsPerSession: number
  /** Where user number n finds the product now; waits while it is nowhere. */
  readonly urlOf: (user: number) => string | Promise<string>
  /** No more posts than that in all. */
  readonly postsMax?: number
}

/** A client that was refused, or found nobody, comes back after this. */
const backOffMs = 20
const surprisesMax = 20
const question = 'What pricing plans do you offer?'

export const startTraffic = (owner: Owner, options: TrafficOptions): Traffic => {
  const { channel } = options
  const sessions: PostedSession[] = []
  const counts = { accepted: 0, refused: 0, unknown: 0 }
  const surprises: string[] = []
  let begun = 0
  let refusals = 0
  let isStopped = false
  let isAbandoned = false

  const mayPost = (): boolean => !isStopped && begun < (options.postsMax ?? Number.POSITIVE_INFINITY)

  /** One call, as often as it takes; undefined when nobody knows what became of it. */
  const attempt = async (
    user: number,
    path: string,
    body: unknown,
    key: string | undefined,
  ): Promise<Answer | undefined> => {
    for (;;) {
      const answer = await callOnce(user, path, body, key)
      if (answer?.status === 503) refusals += 1
      if (answer?.status === 503 && !isHonestRefusal(answer)) surprise(answer)
      if (answer?.status !== 503 && answer !== undefined) return answer
      await pause(backOffMs)
      // With a key it is safe to send it again, and to the end: only then it is known to count.
      if (key === undefined || isAbandoned) return answer
    }
  }

  const callOnce = async (
    user: number,
    path: string,
    body: unknown,
    key: string | undefined,
  ): Promise<Answer | undefined> => {
    const url = await options.urlOf(user)
    const headers = key === undefined ? {} : { 'idempotency-key': key }
    return await channel.call(url, 'POST', path, body, headers).catch(() => undefined)
  }

  const surprise = (answer: Answer): void => {
    if (surprises.length < surprisesMax) surprises.push(`${answer.status} ${JSON.stringify(answer.body)}`)
  }

  const openSession = async (user: number, key: string | undefined): Promise<PostedSession | undefined> => {
    const body = { external_session_id: `user-${user}`, channel_user_id: `user-${user}` }
    const answer = await attempt(user, '/sessions', body, key)
    if (answer?.status === 201) {
      const session = { sessionId: String(answer.body['session_id']), channel, posts: [] }
      sessions.push(session)
      return session
    }
    if (answer && answer.status !== 503) surprise(answer)
    return undefined
  }

  const post = async (
    user: number,
    session: PostedSession,
    mark: number,
    key: string | undefined,
  ): Promise<void> => {
    begun += 1
    const input = {
      text: question,
      attachments: [{ type: 'file', mime_type: 'text/plain', url: 'https://example.com/', title: `${mark}` }],
    }
    const answer = await attempt(user, `/sessions/${session.sessionId}/messages`, { input }, key)
    const outcome = answer?.status === 202 ? 'accepted' : answer?.status === 503 ? 'refused' : 'unknown'
    if (answer && outcome === 'unknown') surprise(answer)
    counts[outcome] += 1
    const requestId = outcome === 'accepted' ? String(answer?.body['request_id']) : undefined
    session.posts.push({ mark, outcome, requestId })
  }

  const write = async (user: number): Promise<void> => {
    const isCareful = user % 2 === 0
    for (let visit = 1; mayPost(); visit += 1) {
      const key = (what: string): string | undefined =>
        isCareful ? `${runId}-${user}-${visit}-${what}` : undefined
      const session = await openSession(user, key('open'))
      if (!session) continue
      const posts = options.chance.whole(1, options.postsPerSession)
      for (let mark = 1; mark <= posts && mayPost(); mark += 1)
        await post(user, session, mark, key(`${mark}`))
    }
  }

  const runId = `${process.pid}-${performance.now()}-${channel.integrationId.slice(0, 8)}`
  const users = Array.from({ length: options.users }, (_, user) => write(user))
  const ended = Promise.all(users)
  ended.catch(() => undefined)
  // The product may be gone by then.
  owner.after(async () => {
    isStopped = true
    isAbandoned = true
  })
  return {
    sessions,
    counts,
    refusals: () => refusals,
    surprises,
    stop: async () => {
      isStopped = true
      await ended
    },
  }
}

const isHonestRefusal = ({ body, retryAfter }: Answer): boolean =>
  body['error_code'] === 'unavailable' && typeof body['error_message'] === 'string' && Number(retryAfter) > 0
