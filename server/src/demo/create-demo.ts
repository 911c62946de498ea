import { createHash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import type { Json } from '../domain/json.ts'
import { limits } from '../domain/limits.ts'
import { secretOwner } from '../domain/secret-owner.ts'
import { addAgent, readAgent } from '../store/agents.ts'
import { addKey } from '../store/api-keys.ts'
import { addEnvironment, listEnvironments, readEnvironment } from '../store/environments.ts'
import { addIntegration, patchIntegration } from '../store/integrations.ts'
import { oneAtATime } from '../store/one-at-a-time.ts'
import { publishAgent } from '../usecases/publish-agent.ts'
import { demoAgentDocument } from './demo-agent.ts'

export interface Demo {
  readonly integrationId: string
  readonly apiKey: string
}

type DemoDeps = Pick<
  Deps,
  | 'db'
  | 'newId'
  | 'sealer'
  | 'settings'
  | 'knownKeys'
  | 'trainIntents'
  | 'secretNames'
  | 'trainings'
  | 'publicUrl'
  | 'newWebhookSecret'
>

/**
 * An environment, an agent, and an integration whose webhook is the built-in inbox: made once in a new database,
 * found again by its key at every later start. The inbox's address may have changed since, so it is written anew,
 * unless somebody has the events sent elsewhere.
 * The ids come from the key, so what a start that was broken off has left is gone on with and not made twice.
 */
export const createDemo = async (
  deps: DemoDeps,
  options: { readonly apiKey: string; readonly wanted: boolean | undefined },
): Promise<Demo | null> => {
  const hash = createHash('sha256').update(options.apiKey).digest()
  return await oneAtATime(deps.db, () => findOrMake(deps, options, hash))
}

const findOrMake = async (
  deps: DemoDeps,
  options: { readonly apiKey: string; readonly wanted: boolean | undefined },
  hash: Buffer,
): Promise<Demo | null> => {
  const known = await deps.knownKeys.of(hash.toString('hex'))
  if (known) {
    await followInbox(deps, known.integrationId)
    return { integrationId: known.integrationId, apiKey: options.apiKey }
  }
  const environmentId = idFrom(hash, 'environment')
  const isNew = (await listEnvironments(deps.db)).every(({ environment_id: id }) => id === environmentId)
  if (options.wanted === false || (options.wanted === undefined && !isNew)) return null
  return await make(deps, options.apiKey, hash)
}

const followInbox = async (deps: DemoDeps, integrationId: string): Promise<void> => {
  const settings = await deps.settings.of(integrationId)
  if (!settings?.webhookUrl.endsWith(inboxPath(integrationId))) return
  await patchIntegration(deps.db, integrationId, { webhookUrl: inboxUrl(deps, integrationId) })
  deps.settings.forget(integrationId)
}

const inboxPath = (integrationId: string): string => `/inbox/${integrationId}`

const inboxUrl = (deps: Pick<Deps, 'publicUrl'>, integrationId: string): string =>
  `${deps.publicUrl()}${inboxPath(integrationId)}`

const make = async (deps: DemoDeps, apiKey: string, hash: Buffer): Promise<Demo> => {
  const agentId = idFrom(hash, 'agent')
  const environmentId = idFrom(hash, 'environment')
  const integrationId = idFrom(hash, 'integration')
  if (!(await readAgent(deps.db, agentId)))
    await addAgent(deps.db, { agentId, name: 'Demo agent', draft: demoAgentDocument() as Json })
  if (!(await readAgent(deps.db, agentId))?.newest_version) await publishAgent(deps, agentId)
  if (!(await readEnvironment(deps.db, environmentId)))
    await addEnvironment(deps.db, {
      environmentId,
      name: 'Demo',
      keepAliveSeconds: limits.keepAliveSecondsDefault,
      agentId,
    })
  if (!(await deps.settings.of(integrationId)))
    await addIntegration(deps.db, {
      integrationId,
      environmentId,
      name: 'Demo',
      webhookUrl: inboxUrl(deps, integrationId),
      sealedSecrets: [deps.sealer.seal(deps.newWebhookSecret(), secretOwner(integrationId))],
      allowedIps: [],
      subscribedEvents: [],
      sessionTimeoutSeconds: limits.sessionTimeoutSecondsDefault,
    })
  await addKey(deps.db, { keyId: deps.newId(), integrationId, name: 'Demo', hash, hint: apiKey.slice(0, 8) })
  return { integrationId, apiKey }
}

/** A UUID of version 8 (RFC 9562): the same for the same key. */
const idFrom = (hash: Buffer, what: string): string => {
  const bytes = createHash('sha256').update(hash).update(what).digest().subarray(0, 16)
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x80
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
