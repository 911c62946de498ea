import { plainText } from './plain-text.ts'

/** URLs, e-mail addresses and handles in a text, in every spelling that a reader or a chat window takes for one. */
export interface Address {
  readonly kind: 'URL' | 'e-mail address' | 'handle' | 'markup'
  /** The same for all spellings of the same address. */
  readonly key: string
  readonly text: string
}

export const addressesIn = (text: string): readonly Address[] => {
  const found = new Map<string, Address>()
  const add = (address: Address): void => void found.set(`${address.kind} ${address.key}`, address)
  for (const copy of new Set([text.normalize('NFKC'), plainText(text), withPlainDots(plainText(text))])) {
    for (const [tag] of copy.matchAll(tags)) if (!harmlessTag.test(tag)) add(markup(tag))
    for (const [entity] of copy.matchAll(entities)) if (!harmlessEntity.test(entity)) add(markup(entity))
    for (const pattern of linkTargets)
      for (const [, target = ''] of copy.matchAll(pattern)) add(addressOf(trimmed(target)))
    for (const [link, shown = '', target = ''] of copy.matchAll(namedLinks))
      if (misleads(shown, target)) add(markup(link))
    for (const [email] of copy.matchAll(emails)) add(emailOf(email))
    for (const [handle] of copy.matchAll(handles))
      add({ kind: 'handle', key: handle.toLowerCase(), text: handle })
    for (const [url] of copy.matchAll(withScheme)) add(addressOf(trimmed(url)))
    // What is left of the others: //evil.test and "help"@evil.test are no address to the letter, and clicked all the same.
    const rest = copy.replace(withScheme, ' ').replace(emails, ' ')
    for (const [url] of rest.matchAll(bareDomains)) if (!abbreviations.test(url)) add(addressOf(trimmed(url)))
  }
  return [...found.values()]
}

/** The text without its addresses: their digits and names are theirs. */
export const withoutAddresses = (text: string): string =>
  [emails, withScheme, bareDomains].reduce(
    (rest, pattern) => rest.replace(pattern, (one) => (abbreviations.test(one) ? one : ' ')),
    text.replace(/\]\([^)]*\)/g, ']'),
  )

const tags = /<[a-z!/?][^>]{0,500}>?/gi
/** Line breaks and emphasis without attributes; what begins with a scheme is an autolink. */
const harmlessTag = /^<\/?(?:br|b|i|u|em|strong|p|ul|ol|li|code|pre)\s*\/?>$|^<[a-z][a-z0-9+.-]*:|^<[^\s>]+@/i
const entities = /&#?\w{1,31};/g
const harmlessEntity = /^&(?:amp|lt|gt|quot|apos|nbsp);$/

const linkTargets = [
  /\]\(\s*<?([^)\s>]+)/g,
  /^\s{0,3}\[[^\]\n]{1,200}\]:\s*<?([^\s>]+)/gm,
  /<([a-z][a-z0-9+.-]*:[^>\s]+)>/gi,
]
const namedLinks = /\[([^\]\n]{1,300})\]\(\s*<?([^)\s>]+)/g
const withScheme =
  /(?<![\p{L}\p{N}])(?:[a-z][a-z0-9+.-]{1,20}:\/\/|(?:javascript|data|vbscript|file|blob|intent|sms|tel|mailto|skype|whatsapp):)[^\s<>[\]"'`«»“”]+/giu
const bareDomains =
  /(?<![\p{L}\p{N}._-])(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.)+\p{L}[\p{L}-]{0,22}\p{L}(?![\p{L}\p{N}])(?::\d{1,5})?(?:[/?#][^\s<>[\]"'`«»“”]*)?/giu
const emails = /[\p{L}\p{N}._%+'-]{1,64}@[\p{L}\p{N}-]{1,63}(?:\.[\p{L}\p{N}-]{1,63})+/giu
const handles = /(?<![\p{L}\p{N}.@/])@[\p{L}\p{N}_]{2,64}(?![\p{L}\p{N}@.]*\.\p{L})/gu
/** Two letters after a dot that are none of a domain. */
const abbreviations =
  /^(?:[a-z]\.[a-z]{2}|p\.ej|z\.zt|u\.ä|o\.ä|s\.o|etc\.\p{L}+|π\.χ|κ\.λπ|i\.d\.r|u\.s\.w)$/iu

/** What is written so that no program sees a link, but a reader does: evil[.]com, evil dot com, evil . com */
const withPlainDots = (text: string): string =>
  text
    .replace(/\s*[[({]\s*(?:\.|dot|punkt|punto|ponto|point)\s*[\])}]\s*/gi, '.')
    .replace(/(?<=[\p{L}\p{N}])\s+(?:dot|punkt|punto|ponto|point)\s+(?=\p{L}{2,})/giu, '.')
    .replace(
      /(?<=[\p{L}\p{N}])(?:\s+\.\s*|\.\s+)(?=(?:com|net|org|io|info|biz|app|dev|xyz|shop|site|online|ru|cn|example)\b)/giu,
      '.',
    )
    .replace(/\s*[[({]\s*(?:@|at)\s*[\])}]\s*/gi, '@')
    .replace(/\bhxxp/gi, 'http')

const trimmed = (url: string): string => {
  const bare = url.replace(/[.,;:!?'"*_\]}>…]+$/u, '')
  return bare.endsWith(')') && !bare.includes('(') ? trimmed(bare.slice(0, -1)) : bare
}

const markup = (text: string): Address => ({ kind: 'markup', key: text, text })

const emailOf = (text: string): Address => ({ kind: 'e-mail address', key: text.toLowerCase(), text })

const addressOf = (text: string): Address => {
  const email = /^mailto:([^?]+)$/i.exec(text)?.[1]
  return email === undefined ? { kind: 'URL', key: urlKey(text), text } : emailOf(email)
}

/** Scheme http or https is the same address; all else, to the letter, is not. */
const urlKey = (text: string): string => {
  const url = URL.parse(
    /^[a-z][a-z0-9+.-]*:/i.test(text) && !/^[^/]+:\d/.test(text) ? text : `https://${text}`,
  )
  if (url === null) return text
  if (!/^https?:$/.test(url.protocol)) return url.href
  const user = url.username === '' && url.password === '' ? '' : `${url.username}:${url.password}@`
  return `${user}${url.host}${url.pathname.replace(/\/$/, '')}${url.search}${url.hash}`
}

/** A link that shows one address and leads to another. */
const misleads = (shown: string, target: string): boolean => {
  const written = shown.trim()
  if (!/^(?:https?:\/\/)?(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}(?:[/?#]\S*)?$/u.test(written)) return false
  return hostOf(trimmed(written)) !== hostOf(target)
}

const hostOf = (text: string): string =>
  URL.parse(/^https?:\/\//i.test(text) ? text : `https://${text}`)?.host.replace(/^www\./, '') ?? text
