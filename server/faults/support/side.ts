import type { Channel } from './channel.ts'
import { addIntegration, manage } from './integration.ts'
import type { Owner } from './owner.ts'
import { type Chance, chanceOf, settings } from './settings.ts'
import { startTraffic, type Traffic } from './traffic.ts'
import { type Behaviour, startWebhook, type Webhook } from './webhook.ts'

/** One customer of the product: an integration, its webhook, and users who write. */
export interface Side {
  readonly name: string
  readonly channel: Channel
  readonly webhook: Webhook
  readonly circuit: () => Promise<string>
  /** A person says that the webhook is back. */
  readonly resume: () => Promise<void>
  /** So many users write so many messages in all, in sessions of at most `postsPerSession`. */
  readonly write: (load: Load) => Traffic
}

export interface Load {
  readonly users: number
  readonly posts: number
  readonly postsPerSession: number
}

export const addSide = async (
  owner: Owner,
  url: string,
  name: string,
  behaviour?: Behaviour,
): Promise<Side> => {
  const webhook = await startWebhook(owner)
  if (behaviour) webhook.behave(behaviour)
  const channel = await addIntegration(owner, url, webhook.url)
  const path = `/integrations/${channel.integrationId}`
  const chance: Chance = chanceOf(settings.seed)
  return {
    name,
    channel,
    webhook,
    circuit: async () => {
      const { endpoint } = await manage(url, 'GET', path)
      return typeof endpoint === 'object' && endpoint && 'circuit' in endpoint ? String(endpoint.circuit) : ''
    },
    resume: async () => void (await manage(url, 'POST', `${path}/resume`)),
    write: ({ users, posts, postsPerSession }) =>
      startTraffic(owner, { channel, users, postsPerSession, postsMax: posts, chance, urlOf: () => url }),
  }
}
