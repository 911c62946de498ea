import { isPublicAddress } from './address.ts'

/**
 * Is this a URL we may post to, as far as the text tells (wire spec 1.2, 1.7)? A host name is judged when it is
 * resolved, at each connection; here a literal address is, in any spelling, because the URL parser has made
 * decimal, octal and hex forms into the plain one before we look.
 */
export type WebhookUrlOutcome =
  | { readonly ok: true; readonly url: string }
  | { readonly ok: false; readonly reason: string }

export const webhookUrlLengthMax = 2048

/** @returns the URL in its plain spelling, or a reason to put after the field's name */
export const checkWebhookUrl = (
  text: string,
  policy: { readonly allowPrivate: boolean },
): WebhookUrlOutcome => {
  if (text.length > webhookUrlLengthMax) return refused(`must have at most ${webhookUrlLengthMax} characters`)
  const url = URL.parse(text)
  if (url === null) return refused('must be a whole URL such as https://example.com/webhook')
  const reason = schemeProblem(url, policy) ?? partsProblem(text, url) ?? hostProblem(url.hostname, policy)
  if (reason !== undefined) return refused(reason)
  if (url.href.length > webhookUrlLengthMax)
    return refused(`must have at most ${webhookUrlLengthMax} characters once it is percent-encoded`)
  return { ok: true, url: url.href }
}

const refused = (reason: string): WebhookUrlOutcome => ({ ok: false, reason })

const schemeProblem = (
  url: URL,
  { allowPrivate }: { readonly allowPrivate: boolean },
): string | undefined => {
  if (url.protocol === 'https:') return undefined
  if (url.protocol !== 'http:') return 'must begin with https://'
  if (allowPrivate || isLoopbackHost(url.hostname)) return undefined
  return 'must begin with https://; plain http is for loopback addresses, or where the operator allows private targets'
}

const partsProblem = (text: string, url: URL): string | undefined => {
  if (url.username !== '' || url.password !== '')
    return 'must not carry a user name or password; requests are authenticated by their signature'
  if (text.includes('#')) return 'must not have a fragment (#...); it would never be sent'
  if (url.port === '0') return 'must have a port from 1 to 65535'
  return undefined
}

const hostProblem = (hostname: string, policy: { readonly allowPrivate: boolean }): string | undefined => {
  if (policy.allowPrivate) return undefined
  const literal = addressOf(hostname)
  if (isLoopbackHost(hostname) || (literal !== undefined && !isPublicAddress(literal)))
    return 'must not point to a private, local or reserved address unless the operator allows it (DRAGOMAN_ALLOW_PRIVATE_TARGETS)'
  return undefined
}

const isLoopbackHost = (hostname: string): boolean =>
  /^(?:.*\.)?localhost\.?$/.test(hostname) || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)

const addressOf = (hostname: string): string | undefined => {
  if (hostname.startsWith('[')) return hostname.slice(1, -1)
  return /^\d+\.\d+\.\d+\.\d+$/.test(hostname) ? hostname : undefined
}
