import { offtopicsIntent } from '../document/document.ts'
import type { Example, Thresholds, Understanding } from './model.ts'
import { phraseOf } from './normalise.ts'

/** Phrase to intent. A phrase that stands under two intents decides for neither. */
export const exactPhrases = (examples: readonly Example[]): ReadonlyMap<string, string> => {
  const intents = new Map<string, string>()
  const contested = new Set<string>()
  for (const { text, intent } of examples) {
    const phrase = phraseOf(text)
    const earlier = intents.get(phrase)
    if (phrase === '' || earlier === intent) continue
    if (earlier === undefined) intents.set(phrase, intent)
    else contested.add(phrase)
  }
  for (const phrase of contested) intents.delete(phrase)
  return intents
}

/** All that is understood without a model: the phrases themselves. */
export const matchPhrase = (phrases: ReadonlyMap<string, string>, text: string): Understanding => {
  const phrase = phraseOf(text)
  const intent = phrases.get(phrase)
  if (intent === undefined) return { ranking: [], because: [], verdict: 'reject', thresholds: phrasesOnly }
  return {
    ranking: [{ name: intent, confidence: 1 }],
    because: [{ feature: `"${phrase}"`, weight: 1 }],
    verdict: intent === offtopicsIntent ? 'reject' : 'accept',
    thresholds: phrasesOnly,
  }
}

const phrasesOnly: Thresholds = { accept: 1, clarify: 1 }
