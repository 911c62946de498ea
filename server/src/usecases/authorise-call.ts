import { hash } from 'node:crypto'
import type { Deps } from '../deps.ts'
import { type AddressList, isAllowed, parseAllowList } from '../domain/address.ts'
import { Refusal } from '../domain/errors.ts'
import type { IntegrationSettings } from '../store/integrations.ts'

/**
 * Who calls the channel API: the key's own integration, from an allowed address. Every refusal is the same 401, so
 * a key never learns whether another integration exists.
 */
export const authoriseCall = async (
  deps: Pick<Deps, 'knownKeys' | 'settings'>,
  call: {
    readonly authorization: string | undefined
    readonly integrationId: string
    readonly address: string
  },
): Promise<{ readonly settings: IntegrationSettings; readonly keyId: string }> => {
  const key = presentedKey(call.authorization)
  const known = await deps.knownKeys.of(hash('sha256', key))
  if (!known) throw unauthorized('Authorization: this API key is unknown or revoked; make a new one')
  const settings = await deps.settings.of(known.integrationId)
  if (!settings || known.integrationId !== call.integrationId.toLowerCase())
    throw unauthorized('Authorization: this API key does not belong to the integration in the path')
  if (settings.allowedIps.length > 0 && !isAllowed(allowListOf(settings), call.address))
    throw unauthorized(`source address ${call.address}: is not in the integration's allowed_ips`)
  return { settings, keyId: known.keyId }
}

const unauthorized = (sentence: string): Refusal => new Refusal('unauthorized', sentence)

const presentedKey = (authorization: string | undefined): string => {
  if (authorization === undefined || authorization === '')
    throw unauthorized('Authorization: header is missing; send "Authorization: apikey KEY"')
  const key = /^apikey +(\S+)$/i.exec(authorization)?.[1]
  if (key === undefined) throw unauthorized('Authorization: must be "apikey KEY", with the prefix "apikey "')
  return key
}

const parsedLists = new WeakMap<IntegrationSettings, AddressList>()

const allowListOf = (settings: IntegrationSettings): AddressList => {
  const known = parsedLists.get(settings)
  if (known) return known
  const parsed = parseAllowList(settings.allowedIps)
  const list = parsed.ok ? parsed.list : []
  parsedLists.set(settings, list)
  return list
}
