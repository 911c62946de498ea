import type { Json } from '../domain/json.ts'
import type { DocumentCondition, DocumentNode, DocumentRule } from './document/document.ts'
import { linearPattern } from './entities/linear-pattern.ts'
import { judge } from './model/judge.ts'
import { note, type OpenTurn, rendered } from './open-turn.ts'
import type { Thinking } from './turn-types.ts'
import { isFilled, variable } from './variables.ts'

/*
 * Conditions of a node: the first whose rules hold. Texts are compared without regard to case and surrounding
 * space; texts that both are numbers are compared as numbers. A rule about a variable that is not there holds only
 * for not_exists, not_equal, not_contains and not_in.
 */
export function* firstThatHolds(turn: OpenTurn, node: DocumentNode): Thinking<DocumentCondition | undefined> {
  for (const [index, condition] of (node.conditions ?? []).entries()) {
    const held = yield* holds(turn, condition)
    turn.conditions.push({ node_id: node.node_id, index, held })
    if (held) return condition
  }
  return undefined
}

function* holds(turn: OpenTurn, { match, rules = [] }: DocumentCondition): Thinking<boolean> {
  if (match === 'else') return true
  for (const rule of rules) {
    const held = yield* ruleHolds(turn, rule)
    if (held !== (match === 'all')) return held
  }
  return match === 'all'
}

function* ruleHolds(turn: OpenTurn, rule: DocumentRule): Thinking<boolean> {
  const wanted = renderedValue(turn, rule.value)
  if (rule.operator === 'guideline') return (yield* judge(turn, textOf(wanted), turn.text)) ?? false
  return compare(turn, rule, variable(turn.context, rule.name ?? ''), wanted)
}

const renderedValue = (turn: OpenTurn, value: DocumentRule['value']): Json => {
  if (typeof value === 'string') return rendered(turn, value)
  if (Array.isArray(value))
    return value.map((item) => (typeof item === 'string' ? rendered(turn, item) : item))
  return value ?? null
}

type Operator = Exclude<DocumentRule['operator'], 'guideline'>

const compare = (
  turn: OpenTurn,
  { operator, name = '' }: DocumentRule,
  found: Json | undefined,
  wanted: Json,
): boolean => {
  const compared = comparisons[operator as Operator]
  try {
    return compared(found, wanted)
  } catch (error) {
    note(turn, `${name} ${operator}: ${error instanceof Error ? error.message : 'could not be compared'}`)
    return false
  }
}

type Comparison = (found: Json | undefined, wanted: Json) => boolean

const comparisons: Readonly<Record<Operator, Comparison>> = {
  equal: (found, wanted) => isThere(found) && isEqual(found, wanted),
  not_equal: (found, wanted) => !(isThere(found) && isEqual(found, wanted)),
  greater: (found, wanted) => ordered(found, wanted, (order) => order > 0),
  less: (found, wanted) => ordered(found, wanted, (order) => order < 0),
  greater_or_equal: (found, wanted) => ordered(found, wanted, (order) => order >= 0),
  less_or_equal: (found, wanted) => ordered(found, wanted, (order) => order <= 0),
  contains: (found, wanted) => includes(found, wanted),
  not_contains: (found, wanted) => !includes(found, wanted),
  starts_with: (found, wanted) => isThere(found) && folded(found).startsWith(folded(wanted)),
  ends_with: (found, wanted) => isThere(found) && folded(found).endsWith(folded(wanted)),
  in: (found, wanted) => isOneOf(found, wanted),
  not_in: (found, wanted) => !isOneOf(found, wanted),
  matches: (found, wanted) => isThere(found) && linearPattern(textOf(wanted)).test(textOf(found)),
  exists: (found) => isFilled(found),
  not_exists: (found) => !isFilled(found),
}

const isThere = (value: Json | undefined): value is Json => value !== undefined && value !== null

const textOf = (value: Json): string =>
  typeof value === 'string'
    ? value
    : typeof value === 'object' && value !== null
      ? JSON.stringify(value)
      : String(value)

const folded = (value: Json): string => textOf(value).trim().toLowerCase()

const numberOf = (value: Json): number | undefined => {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^\s*[+-]?\d+(\.\d+)?\s*$/.test(value)) return undefined
  return Number(value)
}

const isEqual = (found: Json, wanted: Json): boolean => {
  const [one, other] = [numberOf(found), numberOf(wanted)]
  return one !== undefined && other !== undefined ? one === other : folded(found) === folded(wanted)
}

/** Numbers by value, dates and other texts by their letters (ISO dates are in order by them). */
const ordered = (found: Json | undefined, wanted: Json, holdsFor: (order: number) => boolean): boolean => {
  if (!isThere(found)) return false
  const [one, other] = [numberOf(found), numberOf(wanted)]
  if (one !== undefined && other !== undefined) return holdsFor(one - other)
  if (typeof found !== 'string' || typeof wanted !== 'string') return false
  return holdsFor(folded(found) < folded(wanted) ? -1 : folded(found) > folded(wanted) ? 1 : 0)
}

const includes = (found: Json | undefined, wanted: Json): boolean => {
  if (!isThere(found)) return false
  if (Array.isArray(found)) return found.some((item) => isEqual(item, wanted))
  return folded(found).includes(folded(wanted))
}

const isOneOf = (found: Json | undefined, wanted: Json): boolean => {
  if (!isThere(found)) return false
  const list = Array.isArray(wanted) ? wanted : [wanted]
  const values = Array.isArray(found) ? found : [found]
  return values.some((value) => list.some((item) => isEqual(value, item)))
}
