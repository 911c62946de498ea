import { setTimeout as pause } from 'node:timers/promises'
import { httpClient } from './http-client.ts'
import type { JobInput, JobReport, Traffic } from './jobs.ts'
import { latencies } from './latencies.ts'
import type { Ledger } from './ledger.ts'
import { postMessage } from './traffic.ts'

const tickMs = 2

/**
 * An open loop: messages are due at fixed times whatever the subject does, and the clock starts when one was due, so
 * a stall is not hidden by the generator waiting for it.
 */
export const runTwoWebhooks = async (
  input: JobInput<'two-webhooks'>,
  urls: { readonly measured: string; readonly other: string },
  book: Ledger,
  onDelivered: (listener: (sessionId: string, ms: number | undefined) => void) => void,
): Promise<Omit<JobReport<'two-webhooks'>, 'otherArrived'>> => {
  const {
    measured,
    measuredPerSecond,
    other,
    otherPerSecond,
    connections,
    warmUpMs,
    durationMs,
    drainMsMax,
  } = input
  const latency = latencies()
  const clientOf = (traffic: Traffic) => httpClient(traffic.origin, traffic.headers, connections)
  const measuredClient = await clientOf(measured)
  const otherClient = other === undefined ? undefined : await clientOf(other)
  let refused = 0

  const start = performance.now()
  onDelivered((_, ms) => {
    const postedAt = performance.now() - (ms ?? 0)
    if (ms !== undefined && postedAt >= start + warmUpMs) latency.record(ms)
  })
  let measuredPosted = 0
  let otherPosted = 0
  for (let elapsedMs = 0; elapsedMs < warmUpMs + durationMs; elapsedMs = performance.now() - start) {
    for (; measuredPosted < (elapsedMs / 1000) * measuredPerSecond; measuredPosted++) {
      const sessionId = measured.sessionIds[measuredPosted % measured.sessionIds.length] ?? ''
      book.posting(sessionId, start + (measuredPosted / measuredPerSecond) * 1000)
      postMessage(measuredClient, measured, sessionId, urls.measured, {
        accepted: (requestId) => book.accepted(sessionId, requestId),
        refused: () => {
          refused += 1
          book.refused(sessionId)
        },
      })
    }
    if (other !== undefined && otherClient !== undefined) {
      for (; otherPosted < (elapsedMs / 1000) * otherPerSecond; otherPosted++) {
        const sessionId = other.sessionIds[otherPosted % other.sessionIds.length] ?? ''
        postMessage(otherClient, other, sessionId, urls.other, {
          accepted: () => undefined,
          refused: () => refused++,
        })
      }
    }
    await pause(tickMs)
  }
  const isSettled = (): boolean => measured.sessionIds.every((sessionId) => book.isSettled(sessionId))
  for (let waitedMs = 0; !isSettled() && waitedMs < drainMsMax; waitedMs += 50) await pause(50)
  measuredClient.close()
  otherClient?.close()
  return { latency: latency.summary(), refused, order: book.verdict() }
}
