import type { Deps } from '../deps.ts'
import type { Circuit } from '../domain/endpoint.ts'
import { integrationNotFound, requireAllowList, requireWebhookUrl } from '../domain/integration-checks.ts'
import { secretOwner } from '../domain/secret-owner.ts'
import { recoverEndpoint } from '../store/endpoints.ts'
import { type IntegrationSettings, patchIntegration } from '../store/integrations.ts'

export interface IntegrationChange {
  readonly name?: string | undefined
  readonly webhookUrl?: string | undefined
  /** Replaces all that live, at once. To lose nothing, rotate instead. */
  readonly webhookSecret?: string | undefined
  readonly allowedIps?: readonly string[] | undefined
  readonly subscribedEvents?: readonly string[] | undefined
  readonly sessionTimeoutSeconds?: number | undefined
}

/**
 * Only what is given changes. A new webhook URL starts with a closed circuit, and what waits for a retry is due at once:
 * what failed, or asked for patience, was the old one.
 */
export const changeIntegration = async (
  deps: Pick<Deps, 'db' | 'settings' | 'sealer' | 'limits' | 'signals'>,
  integrationId: string,
  change: IntegrationChange,
): Promise<IntegrationSettings> => {
  const { webhookUrl, webhookSecret, sessionTimeoutSeconds, ...rest } = change
  if (change.allowedIps !== undefined) requireAllowList(change.allowedIps)
  const url = webhookUrl && requireWebhookUrl(webhookUrl, { allowPrivate: deps.limits.allowPrivateTargets })
  const changed = await patchIntegration(deps.db, integrationId, {
    ...(rest.name === undefined ? {} : { name: rest.name }),
    ...(rest.allowedIps === undefined ? {} : { allowedIps: rest.allowedIps }),
    ...(rest.subscribedEvents === undefined ? {} : { subscribedEvents: rest.subscribedEvents }),
    ...(url === undefined ? {} : { webhookUrl: url }),
    ...(webhookSecret === undefined
      ? {}
      : { sealedSecrets: [deps.sealer.seal(webhookSecret, secretOwner(integrationId))] }),
    ...(sessionTimeoutSeconds === undefined ? {} : { sessionTimeoutSeconds }),
  })
  if (!changed) throw integrationNotFound(integrationId)
  deps.settings.forget(integrationId)
  const recovered: readonly Circuit[] =
    url === changed.webhookUrlBefore ? ['open', 'paused'] : ['closed', 'open', 'paused']
  if (url !== undefined && (await recoverEndpoint(deps.db, integrationId, recovered))) {
    deps.signals.committed({
      turnsDue: false,
      lanesDueOf: new Set([integrationId]),
      sessionsWithEvents: new Set(),
    })
  }
  const settings = await deps.settings.of(integrationId)
  if (!settings) throw integrationNotFound(integrationId)
  return settings
}
