import type { LookupAddress } from 'node:dns'
import { lookup, Resolver } from 'node:dns/promises'

/** All addresses of a host name; rejects when there are none. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>

/** As the machine resolves: hosts file, search domains, multicast DNS. Needed for local and cluster names. */
export const resolveLikeSystem: ResolveHost = (hostname) => lookup(hostname, { all: true })

/**
 * By DNS alone, for webhooks of people we do not know. The system's resolver runs on Node's four threads, which
 * the files also need, and a name server that does not answer would hold one for many seconds; these queries hold
 * none, and end after 2 s, twice.
 *
 * @param servers addresses with ports; the machine's when left out
 */
export const createDnsResolver = (servers?: readonly string[]): ResolveHost => {
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  if (servers !== undefined) resolver.setServers(servers)
  return async (hostname) => {
    const [ipv4, ipv6] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    if (ipv4.status === 'rejected' && ipv6.status === 'rejected') throw ipv4.reason
    return [...addressesOf(ipv4, 4), ...addressesOf(ipv6, 6)]
  }
}

const addressesOf = (answer: PromiseSettledResult<string[]>, family: 4 | 6): LookupAddress[] =>
  answer.status === 'rejected' ? [] : answer.value.map((address) => ({ address, family }))
