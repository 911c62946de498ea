import ipaddr from 'ipaddr.js'

/**
 * Network addresses: who may call us (allow lists, trusted proxies) and what we may call (webhook targets).
 *
 * 1. Only one spelling of an IPv4 address exists here: four decimal numbers. Octal, hex and short forms, which
 *    systems read differently, are no addresses, so they are in no list and not public.
 * 2. An IPv4 address that arrives as IPv4-mapped IPv6 (dual-stack sockets) is the IPv4 address.
 * 3. `isPublicAddress` is default deny: IPv4 outside every special range, IPv6 inside 2000::/3 and outside every
 *    special range. NAT64 counts as the IPv4 address it embeds, because IPv6-only networks reach public IPv4 that
 *    way; Teredo and 6to4 embed one too but nobody runs a webhook on them, so they are refused whole.
 */
export interface AddressRange {
  readonly network: Address
  readonly prefixBits: number
}
export type AddressList = readonly AddressRange[]

export type AddressListOutcome =
  | { readonly ok: true; readonly list: AddressList }
  | { readonly ok: false; readonly error: string }

type Address = ipaddr.IPv4 | ipaddr.IPv6

/** An allow list from its entries: addresses and CIDR ranges, mixed. The error names the entry and the cure. */
export const parseAllowList = (entries: readonly string[]): AddressListOutcome => {
  const list: AddressRange[] = []
  for (const entry of entries) {
    const range = parseRange(entry)
    if (range === undefined) return { ok: false, error: rangeProblem(entry) }
    list.push(range)
  }
  return { ok: true, list }
}

/** May this address call? An empty list allows everybody; an address that is none is allowed by no list. */
export const isAllowed = (list: AddressList, address: string): boolean =>
  list.length === 0 || isListed(list, address)

export const isListed = (list: AddressList, address: string): boolean => {
  if (list.length === 0) return false
  const parsed = parseAddress(address)
  if (parsed === undefined) return false
  return list.some((range) => contains(range, parsed))
}

/** May a webhook be sent to this address when private targets are refused? */
export const isPublicAddress = (address: string): boolean => {
  if (address.includes('%')) return false
  const parsed = parseAddress(address)
  if (parsed === undefined) return false
  if (parsed instanceof ipaddr.IPv4) return isPublicIpv4(parsed)
  if (contains(nat64, parsed)) return isPublicIpv4(new ipaddr.IPv4(parsed.toByteArray().slice(12)))
  return contains(globalUnicast, parsed) && parsed.range() === 'unicast'
}

/**
 * The address a request came from. Each proxy appends the address it was called by, so the list is read from the
 * right, and what stands left of the first hop we do not trust is only that hop's word.
 *
 * @param peer the address of the connection
 * @param forwardedFor the X-Forwarded-For header(s), joined by commas
 * @returns the address in its plain spelling, or `unknown`, which no allow list contains
 */
export const clientAddress = (
  peer: string,
  forwardedFor: string | undefined,
  trustedProxies: AddressList,
): string => {
  const hops = forwardedFor === undefined ? [] : forwardedFor.split(',')
  let client = plainAddress(peer)
  while (isListed(trustedProxies, client)) {
    const hop = hops.pop()
    if (hop === undefined) return client
    client = plainAddress(withoutPort(hop.trim()))
  }
  return client
}

const isPublicIpv4 = (address: ipaddr.IPv4): boolean =>
  address.range() === 'unicast' && !contains(azureHostServices, address)

const contains = (range: AddressRange, address: Address): boolean =>
  range.network.kind() === address.kind() && address.match(range.network, range.prefixBits)

const parseAddress = (text: string): Address | undefined => {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return ipaddr.IPv4.parse(text)
  if (!text.includes(':')) return undefined
  const hexadecimal = withoutDottedTail(text)
  if (hexadecimal === undefined || !ipaddr.IPv6.isValid(hexadecimal)) return undefined
  const address = ipaddr.IPv6.parse(hexadecimal)
  return address.isIPv4MappedAddress() ? address.toIPv4Address() : address
}

/**
 * `::ffff:1.2.3.4` as `::ffff:102:304`. Left to itself ipaddr.js reads octal and hex in the dotted tail, and takes
 * `::1.2.3.4`, which is an address of its own, for the mapped one.
 */
const withoutDottedTail = (text: string): string | undefined => {
  if (!text.includes('.')) return text
  const start = text.lastIndexOf(':') + 1
  const tail = text.slice(start)
  if (!ipaddr.IPv4.isValidFourPartDecimal(tail)) return undefined
  const [a = 0, b = 0, c = 0, d = 0] = ipaddr.IPv4.parse(tail).octets
  return `${text.slice(0, start)}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`
}

const plainAddress = (text: string): string =>
  ipaddr.IPv4.isValidFourPartDecimal(text) ? text : (parseAddress(text)?.toString() ?? 'unknown')

/** Some proxies append the port: `203.0.113.7:4711`, `[2001:db8::7]:4711`. */
const withoutPort = (hop: string): string => {
  const bracketed = /^\[([^\]]*)\](?::\d+)?$/.exec(hop)?.[1]
  return bracketed ?? hop.replace(/^([^:]+):\d+$/, '$1')
}

const mappedPrefixBits = 96

const parseRange = (entry: string): AddressRange | undefined => {
  const [text = '', prefix, ...rest] = entry.split('/')
  const network = parseAddress(text)
  if (network === undefined || rest.length > 0 || text.includes('%')) return undefined
  const bits = network instanceof ipaddr.IPv4 ? 32 : 128
  if (prefix === undefined) return { network, prefixBits: bits }
  if (!/^(0|[1-9]\d{0,2})$/.test(prefix)) return undefined
  const wasMapped = bits === 32 && text.includes(':')
  const prefixBits = Number(prefix) - (wasMapped ? mappedPrefixBits : 0)
  return prefixBits < 0 || prefixBits > bits ? undefined : { network, prefixBits }
}

const rangeProblem = (entry: string): string =>
  `${JSON.stringify(entry.slice(0, 60))} is neither an IP address nor a CIDR range; write 203.0.113.7, 203.0.113.0/24 or 2001:db8::/32`

const ipv6Range = (network: string, prefixBits: number): AddressRange => ({
  network: ipaddr.IPv6.parse(network),
  prefixBits,
})

const globalUnicast = ipv6Range('2000::', 3)
const nat64 = ipv6Range('64:ff9b::', 96)

/** The one metadata service that lives on a public address. */
const azureHostServices: AddressRange = { network: ipaddr.IPv4.parse('168.63.129.16'), prefixBits: 32 }
