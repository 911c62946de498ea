import type { Json } from '../../domain/json.ts'
import { isJsonObject } from '../../domain/json.ts'
import { addressesIn } from './claims/addresses.ts'
import { plainText } from './claims/plain-text.ts'

/*
 * Text of others in a prompt: what users write, what documents, web pages, tools and webhooks contain. Three fences,
 * none of which is trusted alone:
 *
 * 1. It stands between tags that it cannot close, in the user's part of the prompt, never in the system's.
 * 2. Paragraphs of documents and tools that speak to a model instead of a reader are left out, in the prompt and in
 *    the evidence. So the address that an injected paragraph wants to be told is not carried by it either.
 * 3. Whatever the model was talked into, `claims.ts` checks what it says.
 */
export const fenced = (
  tag: string,
  text: string,
  attributes: Readonly<Record<string, string>> = {},
): string => {
  const named = Object.entries(attributes).map(([name, value]) => ` ${name}=${JSON.stringify(inert(value))}`)
  return `<${tag}${named.join('')}>\n${inert(text)}\n</${tag}>`
}

/** A text that can open and close none of our tags. */
const inert = (text: string): string => text.replace(ourTags, '‹')

const ourTags =
  /<(?=\s*\/?\s*(?:passages?|variables|user_message|tool_result|rules|guidelines|statement|text)\b)/gi

export interface Cleaned {
  readonly text: string
  readonly hadInstructions: boolean
}

/** The text without its paragraphs, from the sentence on, that give a model instructions. */
export const withoutInstructions = (text: string): Cleaned => {
  let hadInstructions = false
  const paragraphs = text.split(/(\n\s*\n|\n(?=\s*(?:[-*•#]|\d+[.)])\s))/)
  const kept = paragraphs.map((paragraph) => {
    const sentences = paragraph.split(/(?<=[.!?…])\s+|\n/u)
    const first = sentences.findIndex(speaksToModel)
    if (first < 0) return paragraph
    hadInstructions = true
    return sentences.slice(0, first).join(' ')
  })
  return { text: kept.join('').trim(), hadInstructions }
}

const speaksToModel = (sentence: string): boolean => {
  const plain = plainText(sentence)
  return orders.some((order) => order.test(plain)) || (relays.test(plain) && addressesIn(sentence).length > 0)
}

/**
 * Bounded gaps, so that each of them takes linear time. Wide enough for the usual attacks, narrow enough for manuals,
 * which speak of instructions, prompts and rules all day: "do not forget to read the instructions".
 */
const orders: readonly RegExp[] = [
  /(?<!\bnot |n['’]t |\bnever )\b(?:ignore|disregard|forget|override|bypass)\b(?:[\s,]+\p{L}+){0,3}[\s,]+(?:previous|prior|above|earlier|preceding|your|all|any|every\p{L}*|system)\b.{0,40}\b(?:instruction|rule|prompt|guideline|direction|said|told)/iu,
  /\b(?:system|developer|hidden|secret|initial) prompt\b|\b(?:developer|hidden|secret) instruction/iu,
  /\byou (?:are (?:now|no longer)|must now act as|will act as)\b.{0,40}\b(?:assistant|ai|bot|chatbot|model|evil|unrestricted|jailbroken|bound|dan|pirate|admin\p{L}*)\b/iu,
  /\bfrom now on,? you (?:must|will|shall|should|only|always)\b.{0,20}\b(?:say|answer|respond|reply|obey|tell|ignore)|\bpretend (?:to be|that you)\b/iu,
  /\b(?:new|real|actual) (?:instruction|task|order)s?(?: for (?:you|the \p{L}+))?\s*:/iu,
  /\b(?:reveal|print|repeat|output|disclose|leak|show)\b.{0,30}\b(?:your|system|hidden|initial|above) (?:system )?(?:prompt|instructions|rules)/iu,
  /\b(?:ai|llm|language model|chatbot|ai assistant)\b.{0,40}\b(?:must|should|shall|has to|have to|need to)\b/iu,
  /\b(?:instructions?|note|message|attention)\b.{0,12}\b(?:to|for) (?:the |any |all )?(?:ai|llm|language model|chatbot|bot)s?\b/iu,
  /^\s*(?:system|assistant|developer)\s*:|<\|[\w-]{1,30}\|>|\[\/?INST\]|^#{1,4}\s*(?:system|instruction)s?\s*:?\s*$/iu,
  /\b(?:ignorier|vergiss|vergesst|missacht)\p{L}*.{0,40}(?:anweisung|regel|prompt|instruktion|vorgabe)/iu,
  /\b(?:ignora|ignore|olvida|olvide|omite|omita)\b.{0,40}(?:instrucci|regla|indicaci)/iu,
  /\b(?:ignor|oubli)\p{L}*\s+(?:toutes?|tous|les|vos|tes|ces)\b.{0,40}(?:instruction|consigne|règle)/iu,
  /(?:ignor|esque[çc]|desconsider)\p{L}*.{0,40}(?:instruç|regra)/iu,
  /\b(?:ignor|dimentic)\p{L}*.{0,40}(?:istruzion|regol)/iu,
  /(?:αγνό|ξέχασ|ξεχάσ)\p{L}*.{0,40}(?:οδηγί|κανόν)/iu,
]

/** Documents for staff say what to tell a customer. With an address to send them to, it is no such document. */
const relays =
  /\b(?:tell|inform|direct|send|urge|convince|ask|instruct)\b.{0,30}\b(?:user|customer|reader|visitor|client)s?\b/iu

/** A value with its texts cleaned, and without what has instructions for a name. */
export const cleanedJson = (value: Json): { readonly value: Json; readonly hadInstructions: boolean } => {
  let hadInstructions = false
  const clean = (part: Json): Json => {
    if (typeof part === 'string') {
      const cleaned = withoutInstructions(part)
      hadInstructions ||= cleaned.hadInstructions
      return cleaned.hadInstructions ? cleaned.text : part
    }
    if (Array.isArray(part)) return part.map(clean)
    if (!isJsonObject(part)) return part
    const named = Object.entries(part).filter(([key]) => !withoutInstructions(key).hadInstructions)
    hadInstructions ||= named.length < Object.keys(part).length
    return Object.fromEntries(named.map(([key, item]) => [key, clean(item)]))
  }
  return { value: clean(value), hadInstructions }
}

/** Each object of a value as a line of its own scalars, each longer text as itself. */
export const recordsOf = (value: Json): readonly string[] => {
  const lines: string[] = []
  const walk = (part: Json): void => {
    if (Array.isArray(part)) {
      const scalars = part.filter((item) => typeof item !== 'object')
      if (scalars.length > 0) lines.push(scalars.join(', '))
      for (const item of part) if (typeof item === 'object') walk(item)
    } else if (isJsonObject(part)) {
      const scalars = Object.entries(part).filter(([, item]) => item !== null && typeof item !== 'object')
      if (scalars.length > 0) lines.push(scalars.map(([key, item]) => `${key}: ${item}`).join(', '))
      for (const item of Object.values(part)) if (typeof item === 'object') walk(item)
    } else if (part !== null) lines.push(String(part))
  }
  walk(value)
  return lines
}
