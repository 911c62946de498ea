import { languageGuess } from '../entities/language-guess.ts'
import { linearPattern } from '../entities/linear-pattern.ts'
import { addressesIn } from './claims/addresses.ts'
import { amountsIn } from './claims/amounts.ts'
import { deedsIn } from './claims/deeds.ts'
import { type Evidence, type KnownFacts, knownFacts } from './claims/evidence.ts'
import { leakIn } from './claims/leaks.ts'
import { unknownNames } from './claims/names.ts'
import { plainText } from './claims/plain-text.ts'
import { promisesIn } from './claims/promises.ts'
import { unsupportedSentence } from './claims/support.ts'

/*
 * What a model wrote is said only if the evidence carries it (agent spec 2.1, step 7). A model is believed nothing:
 *
 * 1. Addresses (URLs, e-mail addresses, handles) are compared whole. None passes at any sensitivity.
 * 2. Amounts (numbers, money, dates, times, telephone numbers, codes) are compared by value; with `none` they pass.
 * 3. Names and promises from `medium` on; from `high` on each sentence must have most of its words from the evidence.
 * 4. What the user said carries what is theirs and never an address, a price, a period or a promise of ours.
 * 5. Instructions told in confidence, markup, and the operator's forbidden patterns never pass.
 *
 * It errs on the side of silence: a good answer that is refused costs some elegance, because the passages' own words
 * are said in its place; a lie that passes costs the operator's word. It reads words, not meanings: what is put
 * together wrongly from carried words ("closed on Mondays" for "open on Mondays") can pass below `high`.
 */
export type Sensitivity = 'none' | 'low' | 'medium' | 'high'

/** The first claim that nothing carries, as words for the trace; undefined when all is well. */
export const uncarriedClaim = (
  text: string,
  evidence: Evidence,
  rules: { readonly sensitivity: Sensitivity; readonly forbidden?: readonly string[] },
): string | undefined => {
  const level = levels[rules.sensitivity]
  const languages = [...new Set([...evidence.languages, ...languageGuess(text)])]
  const facts = knownFacts({ ...evidence, languages })
  return (
    forbiddenIn(text, rules.forbidden ?? []) ??
    leaked(text, evidence) ??
    uncarriedAddress(text, facts) ??
    (level >= levels.low ? uncarriedAmount(text, facts) : undefined) ??
    (level >= levels.medium ? uncarriedPromise(text, evidence, facts) : undefined) ??
    (level >= levels.medium ? uncarriedName(text, facts) : undefined) ??
    (level >= levels.high ? unsupported(text, facts) : undefined)
  )
}

const levels: Readonly<Record<Sensitivity, number>> = { none: 0, low: 1, medium: 2, high: 3 }

const shownLengthMax = 100
const shown = (text: string): string => JSON.stringify(text.slice(0, shownLengthMax))

const forbiddenIn = (text: string, patterns: readonly string[]): string | undefined => {
  const plain = plainText(text)
  const broken = patterns.find(
    (source) => linearPattern(source).test(text) || linearPattern(source).test(plain),
  )
  return broken === undefined ? undefined : `words that the pattern ${shown(broken)} forbids`
}

const fence = /<\/?(?:passages?|variables|user_message|tool_result|rules|guidelines)\b/i

const leaked = (text: string, { secret, confidential, ours, records }: Evidence): string | undefined => {
  if (fence.test(plainText(text))) return 'the frame of its own instructions'
  const run = leakIn(text, { secret: [...secret, ...confidential], open: [...ours, ...records] })
  return run === undefined ? undefined : `its own instructions (${shown(run)})`
}

const uncarriedAddress = (text: string, { addresses }: KnownFacts): string | undefined => {
  const lie = addressesIn(text).find(({ kind, key }) => !addresses.has(`${kind} ${key}`))
  return lie && `the ${lie.kind} ${shown(lie.text)}`
}

const uncarriedAmount = (text: string, facts: KnownFacts): string | undefined => {
  const lie = amountsIn(text, facts).find(
    ({ keys }) => keys.length > 0 && !keys.some((key) => facts.amounts.has(key)),
  )
  return lie && `the amount ${shown(lie.text)}`
}

const uncarriedPromise = (text: string, evidence: Evidence, facts: KnownFacts): string | undefined => {
  const lie = promisesIn(text).find(({ key }) => !facts.promises.has(key))
  if (lie) return `the promise ${shown(lie.text)}`
  const [deed] = evidence.hasActed ? [] : deedsIn(text, evidence.records)
  return deed && `that something was done (${shown(deed)})`
}

const uncarriedName = (text: string, facts: KnownFacts): string | undefined => {
  const [name] = unknownNames(text, facts)
  return name && `the name ${shown(name)}`
}

const unsupported = (text: string, facts: KnownFacts): string | undefined => {
  const sentence = unsupportedSentence(text, facts)
  return sentence && `the sentence ${shown(sentence)}`
}
