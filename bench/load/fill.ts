import { sharesOf } from './accept.ts'
import { httpClient } from './http-client.ts'
import type { JobInput, JobReport } from './jobs.ts'
import type { Ledger } from './ledger.ts'
import { postMessage } from './traffic.ts'

/** Makes a backlog: round after round over all sessions, so that lanes grow evenly. */
export const runFill = async (
  input: JobInput<'fill'>,
  webhookUrl: string,
  book: Ledger,
): Promise<JobReport<'fill'>> => {
  const { traffic, connections, messagesPerSession } = input
  const client = await httpClient(traffic.origin, traffic.headers, connections)
  let accepted = 0
  let refused = 0

  const loop = (share: readonly string[]): Promise<void> =>
    new Promise((resolve) => {
      let posted = 0
      const next = (): void => {
        const sessionId = share[posted++ % share.length]
        if (posted > share.length * messagesPerSession || sessionId === undefined) {
          resolve()
          return
        }
        book.posting(sessionId, performance.now())
        postMessage(client, traffic, sessionId, webhookUrl, {
          accepted: (requestId) => {
            accepted += 1
            book.accepted(sessionId, requestId)
            next()
          },
          refused: () => {
            refused += 1
            book.refused(sessionId)
            next()
          },
        })
      }
      next()
    })

  await Promise.all(sharesOf(traffic.sessionIds, connections).map(loop))
  client.close()
  return { accepted, refused }
}
