import { httpClient } from './http-client.ts'
import type { JobInput, JobReport } from './jobs.ts'
import { latencies } from './latencies.ts'
import { postMessage } from './traffic.ts'

/** Each connection works through its own share of the sessions, so a session's messages are posted one by one. */
export const runAccept = async (
  input: JobInput<'accept'>,
  webhookUrl: string,
): Promise<JobReport<'accept'>> => {
  const { traffic, connections, warmUpMs, durationMs } = input
  const client = await httpClient(traffic.origin, traffic.headers, connections)
  const latency = latencies()
  const countFrom = performance.now() + warmUpMs
  const countUntil = countFrom + durationMs
  let acceptedInAll = 0
  let acceptedInWindow = 0
  let refused = 0

  const loop = (share: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      let place = 0
      const next = (): void => {
        const postedAt = performance.now()
        const sessionId = share[place++ % share.length]
        if (postedAt >= countUntil || sessionId === undefined) {
          resolve()
          return
        }
        postMessage(client, traffic, sessionId, webhookUrl, {
          accepted: () => {
            const now = performance.now()
            acceptedInAll += 1
            if (now >= countFrom && now < countUntil) {
              acceptedInWindow += 1
              latency.record(now - postedAt)
            }
            next()
          },
          refused: () => {
            refused += 1
            setTimeout(next, 5)
          },
        })
      }
      next()
    })

  await Promise.all(sharesOf(traffic.sessionIds, connections).map(loop))
  client.close()
  return {
    perSecond: acceptedInWindow / (durationMs / 1000),
    acceptedInAll,
    refused,
    latency: latency.summary(),
  }
}

export const sharesOf = (sessionIds: readonly string[], shareCount: number): string[][] => {
  const shares: string[][] = Array.from({ length: Math.min(shareCount, sessionIds.length) }, () => [])
  sessionIds.forEach((sessionId, index) => {
    shares[index % shares.length]?.push(sessionId)
  })
  return shares
}
