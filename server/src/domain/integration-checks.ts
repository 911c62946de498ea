import { parseAllowList } from './address.ts'
import { Refusal } from './errors.ts'
import { checkWebhookUrl } from './webhook-url.ts'

/** The URL in its plain spelling, or a refusal that names the field and the cure. */
export const requireWebhookUrl = (text: string, policy: { readonly allowPrivate: boolean }): string => {
  const checked = checkWebhookUrl(text, policy)
  if (!checked.ok) throw new Refusal('invalid-payload', `webhook_url: ${checked.reason}`)
  return checked.url
}

export const requireAllowList = (entries: readonly string[]): void => {
  const parsed = parseAllowList(entries)
  if (!parsed.ok) throw new Refusal('invalid-payload', `allowed_ips: ${parsed.error}`)
}

export const integrationNotFound = (integrationId: string): Refusal =>
  new Refusal('integration-not-found', `integration_id: there is no integration ${integrationId}`)
