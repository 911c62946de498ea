import { type Parser, ParsingComponents } from 'chrono-node'
import { partsIn } from './durations.ts'
import { numbersIn } from './numbers-in.ts'
import { languageOf } from './region.ts'
import type { TimeUnit } from './unit-names.ts'

/** "daqui a 3 dias", "σε δύο ώρες": so long from now, where the library does not read it. */
export const relativeParsers = (tag: string): readonly Parser[] => {
  const words = relativeWords.get(languageOf(tag))
  if (words === undefined) return []
  const duration = '((?:[\\p{L}\\p{N}]{1,20}\\s+){1,2}\\p{L}{1,20})(?![\\p{L}\\p{M}])'
  const ahead = new RegExp(`(?<![\\p{L}\\p{N}])(?:${words.ahead})\\s+${duration}`, 'iu')
  return [
    {
      pattern: () => ahead,
      extract: ({ reference }, [, written = '']) => {
        const found = durationIn(written, tag)
        if (found === undefined || !Number.isInteger(found.count) || found.count > countMax) return null
        return ParsingComponents.createRelativeFromReference(reference, { [found.unit]: found.count })
      },
    },
  ]
}

const countMax = 10_000

const relativeWords: ReadonlyMap<string, { readonly ahead: string }> = new Map([
  ['pt', { ahead: 'em|daqui a|dentro de' }],
  ['el', { ahead: 'σε|μετά από|μετα απο' }],
  ['nl', { ahead: 'over' }],
])

/** The duration that the text is, or undefined. */
const durationIn = (
  text: string,
  tag: string,
): { readonly count: number; readonly unit: TimeUnit } | undefined => {
  const context = { now: 0, language: tag, timeZone: 'UTC', country: '' }
  const [part] = partsIn({ text, context, numbers: () => numbersIn(text, tag) })
  return part?.start === 0 && part.end === text.length ? part : undefined
}
