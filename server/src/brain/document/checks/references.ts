import { didYouMean } from '../../../domain/closest-name.ts'
import type { DocumentFault } from '../document-fault.ts'
import type { Names } from '../placed-nodes.ts'

/** Every name once. */
export const duplicates = (
  names: readonly (readonly [name: string, path: string])[],
  what: string,
): DocumentFault[] => {
  const first = new Map<string, string>()
  const faults: DocumentFault[] = []
  for (const [name, path] of names) {
    const earlier = first.get(name)
    if (earlier === undefined) first.set(name, path)
    else
      faults.push({
        path,
        message: `"${name}" stands at ${earlier} already`,
        cure: `choose another ${what}, or join the two`,
      })
  }
  return faults
}

export const nodeReference = (names: Names, nodeId: string, path: string): DocumentFault[] =>
  reference(names.nodeIds, nodeId, path, {
    message: 'is the node_id of no node',
    cure: 'name a node_id of this document',
  })

export const reference = (
  known: ReadonlySet<string>,
  name: string,
  path: string,
  words: { readonly message: string; readonly cure: string },
): DocumentFault[] =>
  known.has(name)
    ? []
    : [{ path, message: `"${name}" ${words.message}`, cure: didYouMean(name, known, words.cure) }]
