import type { FoundEntity, ReadingContext } from './entity.ts'
import { findPatterns } from './find-patterns.ts'
import { findSynonyms } from './find-synonyms.ts'
import type { PreparedEntities } from './prepare-entities.ts'
import { regionOf } from './system/region.ts'
import { findSystemEntities } from './system/system-entities.ts'

export interface EntityInput {
  readonly text: string
  /** When the message was sent, ms since 1970 UTC. */
  readonly now: number
  /** A language tag: `pt`, `pt-BR`. */
  readonly language: string
  /** The user's time zone, an IANA name. */
  readonly timeZone: string
  /** ISO 3166, two letters, for phone numbers and the order of day and month; by default taken from the language. */
  readonly country?: string
  /** The entities that are wanted; all, without it. What is not wanted costs nothing and claims no words. */
  readonly only?: readonly string[]
}

/**
 * The entities in a text, in the order of the text. Where two claim the same words the longer one wins, then the
 * document's own, then the surer. Only readings of one and the same words may stand side by side: two entities of the
 * document that list the same synonym, and the day, the time and the moment in "tomorrow at 5 pm".
 */
export const findEntities = (prepared: PreparedEntities, input: EntityInput): readonly FoundEntity[] => {
  const isWanted = wanted(input.only)
  return withoutOverlaps([
    ...ownEntities(prepared, input, isWanted),
    ...systemEntitiesIn(input, isWanted),
  ]).map(({ entity, value, start, end, confidence, until }) => ({
    entity,
    value,
    start,
    end,
    text: input.text.slice(start, end),
    confidence,
    ...(until === undefined ? {} : { until }),
  }))
}

interface Claim extends Omit<FoundEntity, 'text'> {
  readonly isOwn: boolean
  /** Claims with the same kind and words do not exclude each other. */
  readonly kind: string
}

type IsWanted = (entity: string) => boolean

const wanted = (only: readonly string[] | undefined): IsWanted => {
  if (only === undefined) return () => true
  const names = new Set(only)
  return (entity) => names.has(entity)
}

const ownEntities = (
  prepared: PreparedEntities,
  input: EntityInput,
  isWanted: IsWanted,
): readonly Claim[] => {
  const claims: Claim[] = []
  if ([...prepared.synonymEntities].some(isWanted))
    for (const reading of findSynonyms(prepared.synonyms, input))
      if (isWanted(reading.entity)) claims.push({ ...reading, isOwn: true, kind: 'own' })
  for (const { entity, patterns } of prepared.patterns)
    if (isWanted(entity))
      for (const reading of findPatterns(patterns, input.text))
        claims.push({ ...reading, entity, isOwn: true, kind: 'own' })
  return claims
}

const systemEntitiesIn = (input: EntityInput, isWanted: IsWanted): readonly Claim[] => {
  const context: ReadingContext = { ...input, country: input.country ?? regionOf(input.language) }
  return findSystemEntities(input.text, context, isWanted).map((found) => ({ ...found, isOwn: false }))
}

const withoutOverlaps = (claims: readonly Claim[]): readonly Claim[] => {
  const kept: Claim[] = []
  const ordered = [...claims].sort(
    (one, other) =>
      other.end - other.start - (one.end - one.start) ||
      Number(other.isOwn) - Number(one.isOwn) ||
      other.confidence - one.confidence ||
      one.start - other.start,
  )
  for (const claim of ordered) if (kept.every((other) => isCompatible(claim, other))) kept.push(claim)
  return kept.sort((one, other) => one.start - other.start).slice(0, foundMax)
}

/** A text with more is no message. */
const foundMax = 200

const isCompatible = (claim: Claim, other: Claim): boolean => {
  if (claim.end <= other.start || other.end <= claim.start) return true
  return (
    claim.kind === other.kind &&
    claim.entity !== other.entity &&
    claim.start === other.start &&
    claim.end === other.end &&
    claim.confidence === other.confidence
  )
}
