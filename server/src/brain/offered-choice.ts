import { isJsonObject, type Json } from '../domain/json.ts'
import type { AgentResponse, QuickReply } from '../domain/message.ts'
import { phraseOf } from './intents/normalise.ts'
import { meaningOfChoice, yesOrNo } from './yes-or-no.ts'

/*
 * Quick replies are pressed where the user's app shows them, and typed where it does not: by their label, by their
 * number, and as yes or no. What was offered last is remembered until the next turn, and who names one of it means
 * the text that pressing it would send.
 */

/** The quick replies of what the agent said last, and whether it asked something with them. */
export interface Offer {
  readonly options: readonly QuickReply[]
  readonly isAsked: boolean
}

/** What these responses offer; of several with quick replies the last one. */
export const offerOf = (responses: readonly AgentResponse[]): Offer | undefined => {
  const offering = responses.findLast((response) => response.type === 'text' && response.options?.length)
  if (offering?.type !== 'text') return undefined
  return { options: offering.options ?? [], isAsked: /[?;؟？]$/.test(offering.text.trim()) }
}

/** The text of the offered choice that the message names; undefined when it names none. */
export const chosenText = (
  { options, isAsked }: Offer,
  text: string,
  { mayBePosition, mayAgree, refusal }: NamingOptions,
): string | undefined => {
  const phrase = foldedPhrase(text)
  if (phrase === '' || options.some((option) => foldedPhrase(option.text) === phrase)) return undefined
  const named = options.find(({ label }) => foldedPhrase(label) === phrase)
  if (named) return named.text
  const position = mayBePosition ? positionIn(phrase, options.length) : undefined
  if (position !== undefined) return options[position]?.text
  return isAsked && mayAgree ? agreedText(options, text, refusal) : undefined
}

/** Can what was asked be answered with yes or no? */
export const isYesOrNo = ({ options, isAsked }: Offer): boolean =>
  isAsked && (options.length === 1 || options.some(({ label }) => meaningOfChoice(label) === 'yes'))

interface NamingOptions {
  /** "2" may also be an answer to what was asked. */
  readonly mayBePosition: boolean
  readonly mayAgree: boolean
  /** The choice that says no to all others. */
  readonly refusal?: string
}

/** "Yes" to a yes among the choices, or to the only choice there is. */
const agreedText = (
  options: readonly QuickReply[],
  text: string,
  refusal: string | undefined,
): string | undefined => {
  const said = yesOrNo(text)
  if (said === undefined) return undefined
  const meant = options.find(({ label }) => meaningOfChoice(label) === said)
  if (meant) return meant.text
  if (said === 'no') return refusal
  const [only, ...others] = options.filter((option) => option.text !== refusal)
  return others.length === 0 ? only?.text : undefined
}

/** "2", "the second one", "option 2 please"; from 0. */
const positionIn = (phrase: string, count: number): number | undefined => {
  const [, figure, ordinal = ''] = positions.exec(phrase) ?? []
  if (figure !== undefined)
    return Number(figure) >= 1 && Number(figure) <= count ? Number(figure) - 1 : undefined
  const position = ordinals.findIndex((words) => new RegExp(`^(?:${words})$`, 'u').test(ordinal))
  if (position >= 0) return position < count ? position : undefined
  return ordinal === '' ? undefined : count - 1
}

const ordinals = [
  'first|erste[rns]?|primer[oa]?|premiere?|primeir[oa]|prim[oa]|πρωτ[οη]ς?',
  'second|zweite[rns]?|segund[oa]|deuxieme|seconde?|second[oa]|δευτερ[οη]ς?',
  'third|dritte[rns]?|tercer[oa]?|troisieme|terceir[oa]|terz[oa]|τριτ[οη]ς?',
  'fourth|vierte[rns]?|cuart[oa]|quatrieme|quart[oa]|τεταρτ[οη]ς?',
  'fifth|funfte[rns]?|quint[oa]|cinquieme|πεμπτ[οη]ς?',
]
const lastWords = 'last|letzte[rns]?|ultim[oa]|derniere?|τελευται[οα]ς?'

const positions = new RegExp(
  `^(?:(?:no|nein|non|nao|οχι|sorry|i|want|take|would|like|the|number|option|choice|nr|nummer|numero|opcion|opcao|ich|nehme|der|die|das` +
    `|quiero|el|la|lo|je|prends|le|quero|o|a|il|το|τη|την|τον) )*(?:(\\d{1,2})|(${[...ordinals, lastWords].join('|')}))` +
    `(?: (?:one|option|choice|please|thanks|bitte|por favor|gracias|svp|merci|obrigad[oa]|per favore|grazie|παρακαλω))*$`,
  'u',
)

const foldedPhrase = (text: string): string => phraseOf(text, { foldAccents: true })

export const offerJson = ({ options, isAsked }: Offer): Json => ({
  options: options.slice(0, optionsMax).map(({ label, text }) => ({ label, text })),
  is_asked: isAsked,
})

const optionsMax = 20

export const readOffer = (value: Json | undefined): Offer | undefined => {
  if (!isJsonObject(value) || !Array.isArray(value['options'])) return undefined
  const options = value['options'].flatMap((option) => {
    const { label, text } = isJsonObject(option) ? option : {}
    return typeof label === 'string' && typeof text === 'string' ? [{ label, text }] : []
  })
  return { options, isAsked: value['is_asked'] === true }
}
