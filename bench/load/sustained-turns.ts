import { setTimeout as pause } from 'node:timers/promises'
import { httpClient } from './http-client.ts'
import type { JobInput, JobReport } from './jobs.ts'
import { latencies } from './latencies.ts'
import type { Ledger } from './ledger.ts'
import { postMessage } from './traffic.ts'

/**
 * A closed loop of people: a session posts a burst, one message after the other's answer, waits for all replies and
 * goes to the back of the queue of all sessions. At most `sessionsAtOnce` talk at a time, so whatever rate comes out
 * is one the subject can go on at: no backlog grows.
 *
 * @param onDelivered calls its argument for every delivery, ms since the post
 */
export const runSustainedTurns = async (
  input: JobInput<'sustained-turns'>,
  webhookUrl: string,
  book: Ledger,
  onDelivered: (listener: (sessionId: string, ms: number | undefined) => void) => void,
): Promise<JobReport<'sustained-turns'>> => {
  const { traffic, connections, sessionsAtOnce, burst, warmUpMs, durationMs, drainMsMax } = input
  const client = await httpClient(traffic.origin, traffic.headers, connections)
  const latency = latencies()
  const resting = [...traffic.sessionIds]
  /** Of the sessions that talk now: posts of the burst not yet answered. */
  const postsLeft = new Map<string, number>()
  const countFrom = performance.now() + warmUpMs
  const countUntil = countFrom + durationMs
  let turnsInWindow = 0
  let refused = 0

  const begin = (): void => {
    if (performance.now() >= countUntil) return
    const sessionId = resting.shift()
    if (sessionId === undefined) return
    postsLeft.set(sessionId, burst)
    post(sessionId)
  }
  const post = (sessionId: string): void => {
    book.posting(sessionId, performance.now())
    postMessage(client, traffic, sessionId, webhookUrl, {
      accepted: (requestId) => {
        book.accepted(sessionId, requestId)
        goOn(sessionId)
      },
      refused: () => {
        refused += 1
        book.refused(sessionId)
        setTimeout(goOn, 5, sessionId)
      },
    })
  }
  const goOn = (sessionId: string): void => {
    const left = (postsLeft.get(sessionId) ?? 0) - 1
    postsLeft.set(sessionId, left)
    if (left > 0) post(sessionId)
    else rest(sessionId)
  }
  const rest = (sessionId: string): void => {
    if (postsLeft.get(sessionId) !== 0 || !book.isSettled(sessionId)) return
    postsLeft.delete(sessionId)
    resting.push(sessionId)
    begin()
  }
  onDelivered((sessionId, ms) => {
    const now = performance.now()
    if (now >= countFrom && now < countUntil) {
      turnsInWindow += 1
      if (ms !== undefined) latency.record(ms)
    }
    rest(sessionId)
  })

  for (let started = 0; started < sessionsAtOnce; started++) begin()
  await pause(warmUpMs + durationMs)
  for (let waitedMs = 0; postsLeft.size > 0 && waitedMs < drainMsMax; waitedMs += 20) await pause(20)
  client.close()
  return {
    perSecond: turnsInWindow / (durationMs / 1000),
    refused,
    latency: latency.summary(),
    order: book.verdict(),
  }
}
