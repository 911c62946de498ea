import { request } from 'undici'
import { type Channel, channelOf } from './channel.ts'
import { adminToken } from './dragoman-process.ts'
import type { Owner } from './owner.ts'

/** An integration of the oldest environment, the demo's, so that the demo's agent answers; with a key. */
export const addIntegration = async (owner: Owner, url: string, webhookUrl: string): Promise<Channel> => {
  const integration = await manage(url, 'POST', '/integrations', { name: 'Faults', webhook_url: webhookUrl })
  const integrationId = String(integration['integration_id'])
  const key = await manage(url, 'POST', `/integrations/${integrationId}/keys`, { name: 'faults' })
  return channelOf(owner, {
    integrationId,
    apiKey: String(key['api_key']),
    webhookSecret: String(integration['webhook_secret']),
  })
}

/** A call of the management API that must succeed. */
export const manage = async (
  url: string,
  method: 'GET' | 'POST' | 'PATCH',
  path: string,
  body?: unknown,
): Promise<Readonly<Record<string, unknown>>> => {
  const answer = await request(`${url}/api/v1${path}`, {
    method,
    headers: {
      authorization: `Bearer ${adminToken}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  })
  const content = (await answer.body.json()) as Record<string, unknown>
  if (answer.statusCode >= 300)
    throw new Error(`${method} ${path}: ${answer.statusCode} ${JSON.stringify(content)}`)
  return content
}
