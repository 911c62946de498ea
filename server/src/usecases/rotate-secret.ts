import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { integrationNotFound } from '../domain/integration-checks.ts'
import { secretOwner } from '../domain/secret-owner.ts'
import { type IntegrationSettings, replaceSecrets } from '../store/integrations.ts'

/**
 * A rotation that loses nothing, in two calls. The first adds a second secret: `webhook-signature` then bears one
 * signature for each, X-Moveo-Signature stays with the older one. The second drops the older one.
 * @returns the new secret; null when the rotation is finished
 */
export const rotateSecret = async (
  deps: Pick<Deps, 'db' | 'settings' | 'sealer' | 'newWebhookSecret'>,
  integrationId: string,
  rotation: { readonly finish: boolean; readonly webhookSecret?: string | undefined },
): Promise<{ readonly webhookSecret: string | null; readonly secretsLive: number }> => {
  // What another process changed within the last second must be known here.
  deps.settings.forget(integrationId)
  const settings = await deps.settings.of(integrationId)
  if (!settings) throw integrationNotFound(integrationId)
  const webhookSecret = rotation.finish ? null : (rotation.webhookSecret ?? deps.newWebhookSecret())
  const before = settings.sealedSecrets
  const after = webhookSecret === null ? withoutOldest(settings) : withSecond(deps, settings, webhookSecret)
  const replaced = await replaceSecrets(deps.db, integrationId, { before, after })
  deps.settings.forget(integrationId)
  if (!replaced)
    throw new Refusal('conflict', 'the secrets were changed by somebody else just now; look, and try again')
  return { webhookSecret, secretsLive: after.length }
}

const secretsLiveMax = 2

const withSecond = (
  deps: Pick<Deps, 'sealer'>,
  settings: IntegrationSettings,
  secret: string,
): readonly string[] => {
  if (settings.sealedSecrets.length >= secretsLiveMax)
    throw new Refusal(
      'conflict',
      'a rotation is under way: two secrets live; finish it with {"finish": true} before you begin another',
    )
  return [...settings.sealedSecrets, deps.sealer.seal(secret, secretOwner(settings.integrationId))]
}

const withoutOldest = (settings: IntegrationSettings): readonly string[] => {
  if (settings.sealedSecrets.length < secretsLiveMax)
    throw new Refusal('conflict', 'no rotation is under way: one secret lives; begin one without finish')
  return settings.sealedSecrets.slice(-1)
}
