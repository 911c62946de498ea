import { updateContext } from '../domain/context.ts'
import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import { note, type OpenTurn } from './open-turn.ts'

/** The variable at a path of dots; undefined when it is not there. */
export const variable = (context: JsonObject, path: string): Json | undefined => {
  let value: Json | undefined = context
  for (const name of path.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** Is there anything in it? An empty text or list is nothing. */
export const isFilled = (value: Json | undefined): boolean =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)

/** Null deletes. What may not be set, or does not fit, is not set, and noted: then it is false. */
export const setVariable = (turn: OpenTurn, path: string, value: Json): boolean => {
  // The way to what is not there must not be made only to delete it.
  if (value === null && variable(turn.context, path) === undefined) return true
  const outcome = updateContext(turn.context, nested(path.split('.'), value))
  if (outcome.ok) turn.context = outcome.context
  else note(turn, `${path} was not set: ${outcome.problem}`)
  return outcome.ok
}

const nested = (names: readonly string[], value: Json): JsonObject => {
  const [first = '', ...rest] = names
  return { [first]: rest.length === 0 ? value : nested(rest, value) }
}
