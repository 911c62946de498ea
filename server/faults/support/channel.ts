import { Agent, type Dispatcher } from 'undici'
import type { Owner } from './owner.ts'

/** One integration's side of the channel API, without the retries of the SDK: the tests want to see each answer. */
export interface Channel {
  readonly integrationId: string
  readonly apiKey: string
  readonly webhookSecret: string
  readonly call: (
    url: string,
    method: 'GET' | 'POST' | 'PATCH',
    path: string,
    body?: unknown,
    headers?: Readonly<Record<string, string>>,
  ) => Promise<Answer>
}

export interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: Readonly<Record<string, unknown>>
}

const connectionsMax = 256
/** Longer than any promise of the product. */
const patienceMs = 90_000

export const channelOf = (
  owner: Owner,
  ids: Pick<Channel, 'integrationId' | 'apiKey' | 'webhookSecret'>,
): Channel => {
  const agent = new Agent({
    connections: connectionsMax,
    headersTimeout: patienceMs,
    bodyTimeout: patienceMs,
  })
  owner.after(() => agent.destroy())
  return {
    ...ids,
    call: async (url, method, path, body, headers) => {
      const answer = await agent.request({
        origin: url,
        path: `/v1/custom/${ids.integrationId}${path}`,
        method,
        headers: {
          authorization: `apikey ${ids.apiKey}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: body === undefined ? null : JSON.stringify(body),
      })
      return await read(answer)
    },
  }
}

const read = async (answer: Dispatcher.ResponseData): Promise<Answer> => {
  const retryAfter = answer.headers['retry-after']
  return {
    status: answer.statusCode,
    retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
    body: (await answer.body.json()) as Record<string, unknown>,
  }
}
