import type { Deps } from '../../src/deps.ts'
import { createEnvironment } from '../../src/usecases/create-environment.ts'
import { createIntegration } from '../../src/usecases/create-integration.ts'
import { createKey } from '../../src/usecases/create-key.ts'
import { type Api, apiOf } from './api.ts'
import { addParrot } from './parrot.ts'
import { type Receiver, startReceiver } from './receiver.ts'

/** Somebody who integrated with us: an integration of their own, its key, and their webhook. */
export interface Customer {
  readonly integrationId: string
  readonly environmentId: string
  readonly agentId: string | null
  readonly secret: string
  readonly key: string
  readonly api: Api
  readonly receiver: Receiver
}

interface Owner {
  after(work: () => Promise<void>): void
}

export const addCustomer = async (
  owner: Owner,
  dragoman: { readonly url: string; readonly deps: Deps },
  options: {
    readonly subscribedEvents?: readonly string[]
    readonly allowedIps?: readonly string[]
    readonly keepAliveSeconds?: number
    readonly sessionTimeoutSeconds?: number
    /** Without an agent sessions wait for a person. */
    readonly hasAgent?: boolean
    readonly webhookSecret?: string
  } = {},
): Promise<Customer> => {
  const { deps, url } = dragoman
  const receiver = await startReceiver(owner)
  const agentId = options.hasAgent === false ? null : await addParrot(deps.db)
  const environment = await createEnvironment(deps, {
    name: 'test',
    agentId,
    keepAliveSeconds: options.keepAliveSeconds,
  })
  const { settings, webhookSecret } = await createIntegration(deps, {
    name: 'test',
    webhookUrl: receiver.url,
    webhookSecret: options.webhookSecret,
    allowedIps: options.allowedIps,
    subscribedEvents: options.subscribedEvents,
    sessionTimeoutSeconds: options.sessionTimeoutSeconds,
    environmentId: environment.environment_id,
  })
  const { apiKey } = await createKey(deps, settings.integrationId, 'test')
  const api = apiOf(url, { integrationId: settings.integrationId, key: apiKey })
  return {
    integrationId: settings.integrationId,
    environmentId: environment.environment_id,
    agentId,
    secret: webhookSecret,
    key: apiKey,
    api,
    receiver,
  }
}
