import type { Reading, ReadingContext } from '../entity.ts'

/** The entities that need no definition, each by its reader. */
export const findSystemEntities = (
  text: string,
  context: ReadingContext,
  isWanted: (entity: string) => boolean,
): readonly SystemReading[] => {
  const read = text.slice(0, systemLengthMax)
  return readers.flatMap(({ entities, find }) =>
    entities.some(isWanted) ? find(read, context).filter(({ entity }) => isWanted(entity)) : [],
  )
}

export interface SystemReading extends Reading {
  readonly entity: string
  /** Readings of one kind may share their words. */
  readonly kind: string
}

/** Some of the libraries take time quadratic in the text; at this length that is a few ms. */
const systemLengthMax = 2_000

interface Reader {
  readonly entities: readonly string[]
  find(text: string, context: ReadingContext): readonly SystemReading[]
}

const readers: readonly Reader[] = []
