import type { DocumentFault } from '../document-fault.ts'
import { type PlacedNode, placedActions } from '../placed-nodes.ts'

/** A button of a card that has not what pressing it needs. */
export const idleButtonWarnings = (placed: PlacedNode): DocumentFault[] =>
  placedActions(placed).flatMap(({ action, path }) =>
    (action.type === 'carousel' ? action.cards : []).flatMap(({ buttons }, card) =>
      buttons.flatMap((button, index) => {
        const needed = button.type === 'postback' || button.type === 'phone' ? 'value' : 'url'
        if (button[needed] !== undefined) return []
        const at = `${path}.cards[${card}].buttons[${index}].${needed}`
        return [
          {
            path: at,
            message: `is missing: a button of type ${button.type} does nothing without it`,
            cure: 'add it',
          },
        ]
      }),
    ),
  )
