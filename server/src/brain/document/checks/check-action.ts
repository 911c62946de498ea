import type { DocumentFault } from '../document-fault.ts'
import type { Names, PlacedAction } from '../placed-nodes.ts'
import { childPath } from '../schema-faults.ts'
import { checkShownAddresses } from './check-address.ts'
import { checkVariable } from './check-variable.ts'
import { nodeReference, reference } from './references.ts'

/** What an action refers to must be there, and what it shows an address. */
export const checkAction = (names: Names, placed: PlacedAction): DocumentFault[] => [
  ...checkReferences(names, placed),
  ...checkShownAddresses(placed.action, placed.path),
]

const checkReferences = (names: Names, { action, path }: PlacedAction): DocumentFault[] => {
  switch (action.type) {
    case 'jump':
      return nodeReference(names, action.node_id, `${path}.node_id`)
    case 'webview':
      return action.trigger_node_id === undefined
        ? []
        : nodeReference(names, action.trigger_node_id, `${path}.trigger_node_id`)
    case 'carousel':
      return action.cards.flatMap((card, cardIndex) =>
        card.buttons.flatMap((button, index) =>
          button.trigger_node_id === undefined
            ? []
            : nodeReference(
                names,
                button.trigger_node_id,
                `${path}.cards[${cardIndex}].buttons[${index}].trigger_node_id`,
              ),
        ),
      )
    case 'set_variables':
      return Object.keys(action.variables).flatMap((variable) =>
        checkVariable(variable, childPath(`${path}.variables`, variable)),
      )
    case 'reset':
      return (action.variables ?? []).flatMap((variable, index) =>
        checkVariable(variable, `${path}.variables[${index}]`),
      )
    case 'webhook':
      return reference(names.actionWebhooks, action.webhook_id, `${path}.webhook_id`, {
        message: 'is the id of no webhook of kind action',
        cure: 'name one of webhooks whose kind is action, or add it',
      })
    case 'knowledge':
      return names.collections.size === 0
        ? [{ path, message: 'has nothing to answer from', cure: 'add a collection under knowledge' }]
        : (action.collections ?? []).flatMap((collection, index) =>
            reference(names.collections, collection, `${path}.collections[${index}]`, {
              message: 'is none of the collections',
              cure: 'name a collection under knowledge',
            }),
          )
    default:
      return []
  }
}
