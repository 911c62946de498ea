import type { JsonObject } from '../../domain/json.ts'

/** What the document says about its own entities. */
export type EntityDefinition = SynonymDefinition | PatternDefinition

export interface SynonymDefinition {
  readonly entity: string
  readonly type: 'synonym'
  /** Forgive typing errors and endings; true by default. */
  readonly fuzzy?: boolean
  readonly values: readonly { readonly value: string; readonly synonyms?: readonly string[] }[]
}

export interface PatternDefinition {
  readonly entity: string
  readonly type: 'pattern'
  /** The value is what group 1 matched, or the whole match of a pattern without groups. */
  readonly patterns: readonly string[]
}

/** Something in a text that has a meaning of its own. */
export interface FoundEntity {
  readonly entity: string
  readonly value: string | number | JsonObject
  /** Where it stands in the text: `text.slice(start, end)`. */
  readonly start: number
  readonly end: number
  readonly text: string
  /** 1 when there is nothing to doubt; less for typing errors and readings that may be meant otherwise. */
  readonly confidence: number
  /** The end of a range of days or times, in the form of the value. */
  readonly until?: string
}

export type EntityValue = FoundEntity['value']

/** What a reader of one kind of entity is given beside the text. */
export interface ReadingContext {
  /** When the message was sent, ms since 1970 UTC. */
  readonly now: number
  /** A language tag. */
  readonly language: string
  /** The user's time zone, an IANA name; UTC when it is not known. */
  readonly timeZone: string
  /** ISO 3166, two letters; by default the one where the language is mostly spoken. */
  readonly country: string
}

/** An entity that is found, before it has a name. */
export interface Reading {
  readonly value: EntityValue
  readonly start: number
  readonly end: number
  readonly confidence: number
  readonly until?: string
}
