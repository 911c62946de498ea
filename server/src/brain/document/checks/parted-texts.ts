import type { DocumentFault } from '../document-fault.ts'
import { type PlacedNode, placedActions } from '../placed-nodes.ts'

/**
 * A sentence that a comma of YAML has parted: `texts: [One moment, I am looking]` are two texts, and one of them is
 * said. Known by a text that begins a sentence and does not end it, before one that begins none.
 */
export const partedTextWarnings = (placed: PlacedNode): DocumentFault[] =>
  placedActions(placed).flatMap(({ action, path }) =>
    (action.type === 'text' ? action.texts : []).flatMap((text, index, texts): DocumentFault[] =>
      goesOn.test(text) && isOpen.test(texts[index - 1] ?? '')
        ? [
            {
              path: `${path}.texts[${index}]`,
              message: 'looks like the rest of the text before it; only one of the two is said',
              cure: 'put a text with a comma into quotes',
            },
          ]
        : [],
    ),
  )

const goesOn = /^\p{Ll}/u
const isOpen = /^\p{Lu}[^.!?…:;]* [^.!?…:;]*$/u
