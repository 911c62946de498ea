import { setTimeout as pause } from 'node:timers/promises'
import { httpClient } from './http-client.ts'
import type { JobInput, JobReport } from './jobs.ts'
import { latencies } from './latencies.ts'
import type { Ledger } from './ledger.ts'
import { postMessage } from './traffic.ts'

const turnMsMax = 15_000

/** @param nextDelivery resolves with the next delivery's time in ms since its post */
export const runIdleTurns = async (
  input: JobInput<'idle-turns'>,
  webhookUrl: string,
  book: Ledger,
  nextDelivery: () => Promise<number | undefined>,
): Promise<JobReport<'idle-turns'>> => {
  const { traffic, warmUpTurns, turns, pauseMsMax } = input
  const client = await httpClient(traffic.origin, traffic.headers, 1)
  const toWebhook = latencies()
  const toAnswer = latencies()

  for (let turn = 0; turn < warmUpTurns + turns; turn++) {
    const sessionId = traffic.sessionIds[turn % traffic.sessionIds.length] ?? ''
    const delivery = nextDelivery()
    const postedAt = performance.now()
    book.posting(sessionId, postedAt)
    const answeredAt = await new Promise<number>((resolve, reject) =>
      postMessage(client, traffic, sessionId, webhookUrl, {
        accepted: (requestId) => {
          book.accepted(sessionId, requestId)
          resolve(performance.now())
        },
        refused: (status, body) => reject(new Error(`an idle turn was refused: ${status} ${body}`)),
      }),
    )
    const deliveredMs = await withinMs(delivery, turnMsMax)
    if (turn >= warmUpTurns && deliveredMs !== undefined) {
      toWebhook.record(deliveredMs)
      toAnswer.record(answeredAt - postedAt)
    }
    // A pause of chance length, so that turns do not fall into step with any timer of the subject.
    await pause(Math.random() * pauseMsMax)
  }
  client.close()
  return { toWebhook: toWebhook.summary(), toAnswer: toAnswer.summary(), order: book.verdict() }
}

const withinMs = async <Value>(promise: Promise<Value>, msMax: number): Promise<Value> => {
  const giveUp = AbortSignal.timeout(msMax)
  return Promise.race([
    promise,
    new Promise<never>((_, reject) =>
      giveUp.addEventListener('abort', () => reject(new Error(`no reply within ${msMax} ms`)), {
        once: true,
      }),
    ),
  ])
}
