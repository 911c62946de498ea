import { isCommonWord } from './entities/common-words.ts'
import type { FoundEntity } from './entities/entity.ts'
import { findEntities } from './entities/find-entities.ts'
import type { PreparedEntities } from './entities/prepare-entities.ts'
import { nameDay } from './entities/system/day-names.ts'
import { textWords } from './entities/text-words.ts'
import type { OpenTurn } from './open-turn.ts'
import { variable } from './variables.ts'

/** The entities of the user's message that this document has a use for; read once a turn. */
export const entitiesIn = (turn: OpenTurn): readonly FoundEntity[] => {
  turn.entities ??= entitiesOf(turn, turn.agent.entities, turn.agent.entityNames)
  return turn.entities
}

/**
 * The entities of one kind, also where another kind would claim the words: the answer "20 €" to "how many?" is a
 * number, though it is an amount of money elsewhere. The same objects each time.
 */
export const entitiesNamed = (turn: OpenTurn, name: string): readonly FoundEntity[] => {
  const known = turn.entitiesByName.get(name)
  if (known) return known
  const found = entitiesOf(turn, turn.agent.entities, [name])
  turn.entitiesByName.set(name, found)
  return found
}

/**
 * A day or a time in a language that is not the agent's. Only where it was asked for, and in a sentence of that language:
 * "so" is German for Sunday. Numbers are not: "once" is Spanish for eleven.
 */
export const daysInOtherLanguages = (turn: OpenTurn, name: string): readonly FoundEntity[] => {
  if (name !== 'sys-date' && name !== 'sys-time' && name !== 'sys-datetime') return []
  const words = textWords(turn.text).map(({ word }) => word)
  for (const language of spokenLanguages) {
    const isSpoken =
      nameDay(words, language) || (name === 'sys-time' && words.some((word) => isCommonWord(word, language)))
    if (!isSpoken) continue
    const found = entitiesOf(turn, turn.agent.entities, [name], language)
    const named = found.filter(({ text }) => text.length >= nameLengthMin)
    if (named.length > 0 && strangeWords(turn.text, named, language) <= strangeWordsMax) return named
  }
  return []
}

const spokenLanguages = ['en', 'de', 'es', 'fr', 'pt', 'it', 'el', 'nl']
const nameLengthMin = 4
const strangeWordsMax = 1

/** Words beside what was found that are not common in the language. */
const strangeWords = (text: string, found: readonly FoundEntity[], language: string): number =>
  textWords(text).filter(
    ({ word, start, end }) =>
      found.every((entity) => end <= entity.start || entity.end <= start) && !isCommonWord(word, language),
  ).length

export const entitiesOf = (
  turn: OpenTurn,
  entities: PreparedEntities,
  only?: readonly string[],
  language = turn.agent.document.agent.language ?? 'en',
): readonly FoundEntity[] => {
  const country = variable(turn.context, 'user.country')
  return findEntities(entities, {
    text: turn.text,
    now: turn.now,
    language,
    timeZone: timeZoneOf(turn),
    ...(typeof country === 'string' && /^[A-Za-z]{2}$/.test(country)
      ? { country: country.toUpperCase() }
      : {}),
    ...(only ? { only } : {}),
  })
}

/** The user's; UTC when it is not known. */
export const timeZoneOf = (turn: OpenTurn): string => {
  const timeZone = variable(turn.context, 'user.timezone')
  return typeof timeZone === 'string' && isTimeZone(timeZone) ? timeZone : 'UTC'
}

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
