import type { FoundEntity } from './entities/entity.ts'
import { findEntities } from './entities/find-entities.ts'
import type { PreparedEntities } from './entities/prepare-entities.ts'
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

export const entitiesOf = (
  turn: OpenTurn,
  entities: PreparedEntities,
  only?: readonly string[],
): readonly FoundEntity[] => {
  const country = variable(turn.context, 'user.country')
  const timeZone = variable(turn.context, 'user.timezone')
  return findEntities(entities, {
    text: turn.text,
    now: turn.now,
    language: turn.agent.document.agent.language ?? 'en',
    timeZone: typeof timeZone === 'string' && isTimeZone(timeZone) ? timeZone : 'UTC',
    ...(typeof country === 'string' && /^[A-Za-z]{2}$/.test(country)
      ? { country: country.toUpperCase() }
      : {}),
    ...(only ? { only } : {}),
  })
}

const isTimeZone = (name: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}
