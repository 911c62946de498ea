import { didYouMean } from '../../../domain/closest-name.ts'
import type { DocumentFault } from '../document-fault.ts'
import type { Names, PlacedNode } from '../placed-nodes.ts'
import { reference } from './references.ts'

/** What a node listens to, and where it stands. */
export const checkNode = (names: Names, placed: PlacedNode): DocumentFault[] => {
  const { node, path } = placed
  const faults: DocumentFault[] = []
  if (node.type === 'intent' && node.intent === undefined)
    faults.push({
      path: `${path}.intent`,
      message: 'is missing',
      cure: 'a node of type intent names its intent',
    })
  if (node.type !== 'intent' && node.intent !== undefined)
    faults.push({
      path: `${path}.intent`,
      message: `has no meaning in a node of type ${node.type}`,
      cure: 'make the type intent, or leave it out',
    })
  if (node.type !== 'event' && node.event !== undefined)
    faults.push({
      path: `${path}.event`,
      message: `has no meaning in a node of type ${node.type}`,
      cure: 'make the type event, or leave it out',
    })
  if (node.intent !== undefined)
    faults.push(
      ...reference(names.intents, node.intent, `${path}.intent`, {
        message: 'is none of the intents',
        cure: 'name an intent of this document, or add it',
      }),
    )
  if (node.parent_id !== undefined) faults.push(...checkParent(names, placed, node.parent_id))
  return faults
}

const checkParent = (
  names: Names,
  { node, path, workflow }: PlacedNode,
  parentId: string,
): DocumentFault[] => {
  const parentOf = names.parentsOf[workflow] ?? new Map<string, string | undefined>()
  const at = `${path}.parent_id`
  if (!parentOf.has(parentId)) {
    const cure = didYouMean(parentId, parentOf.keys(), 'name a node_id of the same workflow')
    return [{ path: at, message: `"${parentId}" is no node of this workflow`, cure }]
  }
  let ancestor: string | undefined = parentId
  for (let depth = 0; ancestor !== undefined && depth <= parentOf.size; depth++) {
    if (ancestor === node.node_id) {
      const cure = 'leave out one parent_id of the circle'
      return [{ path: at, message: 'makes the node its own ancestor', cure }]
    }
    ancestor = parentOf.get(ancestor)
  }
  return []
}
