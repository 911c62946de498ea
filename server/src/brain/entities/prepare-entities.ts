import type { EntityDefinition, PatternDefinition, SynonymDefinition } from './entity.ts'
import { type LinearPattern, linearPattern, patternFault } from './linear-pattern.ts'
import { type SynonymIndex, synonymIndex } from './synonym-index.ts'

/** An agent's own entities, ready to be found. Made once for a version of an agent: 10,000 synonyms take 0.2 s. */
export interface PreparedEntities {
  readonly synonyms: SynonymIndex
  readonly patterns: readonly { readonly entity: string; readonly patterns: readonly LinearPattern[] }[]
  /** Those with synonyms. */
  readonly synonymEntities: ReadonlySet<string>
}

/** Patterns that cannot be read are left out: the document's validation has told of them (`patternFault`). */
export const prepareEntities = (definitions: readonly EntityDefinition[]): PreparedEntities => {
  const synonyms = definitions.filter(
    (definition): definition is SynonymDefinition => definition.type === 'synonym',
  )
  const patterns = definitions.filter(
    (definition): definition is PatternDefinition => definition.type === 'pattern',
  )
  return {
    synonyms: synonymIndex(synonyms),
    synonymEntities: new Set(synonyms.map(({ entity }) => entity)),
    patterns: patterns.map((definition) => ({
      entity: definition.entity,
      patterns: definition.patterns
        .filter((source) => patternFault(source) === undefined)
        .map((source) => linearPattern(source)),
    })),
  }
}
