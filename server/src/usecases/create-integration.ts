import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { requireAllowList, requireWebhookUrl } from '../domain/integration-checks.ts'
import { limits } from '../domain/limits.ts'
import { secretOwner } from '../domain/secret-owner.ts'
import { addEnvironment, listEnvironments } from '../store/environments.ts'
import { addIntegration, type IntegrationSettings } from '../store/integrations.ts'

export interface IntegrationDraft {
  readonly name: string
  readonly webhookUrl: string
  /** Made when it is not given. */
  readonly webhookSecret?: string | undefined
  readonly allowedIps?: readonly string[] | undefined
  readonly subscribedEvents?: readonly string[] | undefined
  readonly sessionTimeoutSeconds?: number | undefined
  /** The oldest one when it is not given; a first one is made when there is none. */
  readonly environmentId?: string | undefined
}

/** A new integration with its closed circuit. The secret is told here and never again. */
export const createIntegration = async (
  deps: Pick<Deps, 'db' | 'settings' | 'newId' | 'newWebhookSecret' | 'sealer' | 'limits'>,
  draft: IntegrationDraft,
): Promise<{ readonly settings: IntegrationSettings; readonly webhookSecret: string }> => {
  const webhookUrl = requireWebhookUrl(draft.webhookUrl, { allowPrivate: deps.limits.allowPrivateTargets })
  requireAllowList(draft.allowedIps ?? [])
  const environmentId = await environmentOf(deps, draft.environmentId)
  const integrationId = deps.newId()
  const webhookSecret = draft.webhookSecret ?? deps.newWebhookSecret()
  await addIntegration(deps.db, {
    integrationId,
    environmentId,
    name: draft.name,
    webhookUrl,
    sealedSecrets: [deps.sealer.seal(webhookSecret, secretOwner(integrationId))],
    allowedIps: draft.allowedIps ?? [],
    subscribedEvents: draft.subscribedEvents ?? [],
    sessionTimeoutSeconds: draft.sessionTimeoutSeconds ?? limits.sessionTimeoutSecondsDefault,
  })
  const settings = await deps.settings.of(integrationId)
  if (!settings) throw new Error(`integration ${integrationId} was made and is not there`)
  return { settings, webhookSecret }
}

const environmentOf = async (
  deps: Pick<Deps, 'db' | 'newId'>,
  wanted: string | undefined,
): Promise<string> => {
  const environments = await listEnvironments(deps.db)
  if (wanted !== undefined) {
    if (environments.some((one) => one.environment_id === wanted.toLowerCase())) return wanted.toLowerCase()
    throw new Refusal('invalid-payload', `environment_id: there is no environment ${wanted}`)
  }
  const oldest = environments[0]
  if (oldest) return oldest.environment_id
  const environmentId = deps.newId()
  await addEnvironment(deps.db, {
    environmentId,
    name: 'Default',
    keepAliveSeconds: limits.keepAliveSecondsDefault,
    agentId: null,
  })
  return environmentId
}
