import { phraseOf } from '../../intents/normalise.ts'
import type { AgentDocument } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'

/** Entities that can be read but do not find what their author thinks. */
export const entityWarnings = ({ entities = [] }: AgentDocument): DocumentFault[] =>
  entities.flatMap((entity, index) =>
    entity.type === 'pattern'
      ? entity.patterns.flatMap((pattern, at) =>
          slashed.test(pattern)
            ? [
                {
                  path: `entities[${index}].patterns[${at}]`,
                  message: 'is looked for with its slashes',
                  cure: 'leave them out; (?i) at the beginning ignores upper and lower case',
                },
              ]
            : [],
        )
      : sharedSynonyms(entity.values, `entities[${index}].values`),
  )

const slashed = /^\/.+\/[a-z]*$/

/** The first value that is written has the word. */
const sharedSynonyms = (
  values: readonly { readonly value: string; readonly synonyms?: readonly string[] }[],
  path: string,
): DocumentFault[] => {
  const first = new Map<string, number>()
  return values.flatMap(({ value, synonyms = [] }, index) =>
    [value, ...synonyms].flatMap((word, at) => {
      const phrase = phraseOf(word)
      const owner = first.get(phrase) ?? index
      first.set(phrase, owner)
      if (owner === index) return []
      return [
        {
          path: at === 0 ? `${path}[${index}].value` : `${path}[${index}].synonyms[${at - 1}]`,
          message: `stands for "${values[owner]?.value}" already`,
          cure: 'leave it with the one value that is meant',
        },
      ]
    }),
  )
}
