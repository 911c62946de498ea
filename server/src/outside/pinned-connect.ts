import type { LookupAddress } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import { buildConnector } from 'undici'
import { isPublicAddress } from '../domain/address.ts'
import type { AttemptFailure } from '../domain/delivery.ts'
import type { ResolveHost } from './resolve-host.ts'

/**
 * Connections that go where the check looked (wire spec 1.7, security of what we call).
 *
 * 1. A name is resolved once per connection. All its addresses are checked, and those very addresses are handed to
 *    the socket: nothing is resolved again between check and connect, so an answer that changes (DNS rebinding)
 *    changes nothing.
 * 2. One private address among public ones refuses them all: whoever mixes them is trying something.
 * 3. A literal address never reaches a lookup, so it is checked here too.
 * 4. A kept-alive connection stays with the address it was checked for.
 */
export const pinnedConnector = (settings: {
  readonly allowPrivate: boolean
  readonly connectTimeoutMs: number
  readonly resolve: ResolveHost
}): buildConnector.connector => {
  const connect = buildConnector({
    timeout: settings.connectTimeoutMs,
    lookup: checkedLookup(settings),
    rejectUnauthorized: true,
  })
  return (options, callback) => {
    if (isIP(options.hostname) === 0 || settings.allowPrivate || isPublicAddress(options.hostname))
      return connect(options, callback)
    return queueMicrotask(() => callback(refusedTarget(), null))
  }
}

/** Why no connection was even tried. */
export class ConnectRefusal extends Error {
  readonly failure: AttemptFailure

  constructor(failure: AttemptFailure, sentence: string, cause?: unknown) {
    super(sentence, { cause })
    this.failure = failure
  }
}

/** Which private address it was is not told: that would make the webhook a way to read the operator's DNS. */
const refusedTarget = (): ConnectRefusal =>
  new ConnectRefusal('refused-target', 'the host resolves to a private, local or reserved address')

const checkedLookup =
  (settings: { readonly allowPrivate: boolean; readonly resolve: ResolveHost }): LookupFunction =>
  (hostname, options, callback) => {
    settings.resolve(hostname).then(
      (addresses) => {
        const [first] = addresses
        if (first === undefined) return callback(notResolved('no address'), [])
        if (!settings.allowPrivate && !addresses.every(({ address }) => isPublicAddress(address)))
          return callback(refusedTarget(), [])
        return options.all ? callback(null, someOf(addresses)) : callback(null, first.address, first.family)
      },
      (error: unknown) => callback(notResolved(codeOf(error), error), []),
    )
  }

/** Each address that does not answer costs a quarter of a second before the next is tried. */
const addressesMax = 8

const someOf = (addresses: readonly LookupAddress[]): LookupAddress[] => addresses.slice(0, addressesMax)

const notResolved = (why: string, cause?: unknown): ConnectRefusal =>
  new ConnectRefusal('dns', `the host name could not be resolved (${why})`, cause)

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown'
