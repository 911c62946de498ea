import type { DocumentFault } from '../document/document-fault.ts'
import { childPath } from '../document/schema-faults.ts'

export type PathKey = string | number

/** Where an entry of the document was written. */
export interface Origin {
  readonly file: string
  /** The way to it inside that file. */
  readonly keys: readonly PathKey[]
  readonly lineOf: (keys: readonly PathKey[]) => number
}

/** A fault that says in which file, and on which line of it; `path` is inside that file. */
export interface FileFault extends DocumentFault {
  readonly file: string
  readonly line?: number
}

/** A path as faults write it, `a.b[2]["c d"]`, to its keys. */
export const keysOf = (path: string): readonly PathKey[] =>
  [...path.matchAll(/\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|[\w-]+/g)].map(([part, index, quoted]) => {
    if (index !== undefined) return Number(index)
    return quoted === undefined ? part : String(JSON.parse(`"${quoted}"`))
  })

export const pathOf = (keys: readonly PathKey[]): string => keys.reduce<string>(childPath, '')

/** Says a fault in the words of the files: also the other places that its sentence names. */
export const placeFault = (
  fault: DocumentFault,
  originOf: (keys: readonly PathKey[]) => { readonly origin: Origin; readonly taken: number } | undefined,
): FileFault => {
  const place = (path: string): { readonly file: string; readonly path: string; readonly line?: number } => {
    const keys = keysOf(path)
    const found = originOf(keys)
    if (!found) return { file: '', path }
    const inFile = [...found.origin.keys, ...keys.slice(found.taken)]
    return { file: found.origin.file, path: pathOf(inFile), line: found.origin.lineOf(inFile) }
  }
  const message = fault.message.replace(otherPlace, (path) => {
    const other = place(path)
    return other.file === '' ? path : `${other.file}:${other.line ?? 1} ${other.path}`
  })
  return { ...fault, message, ...place(fault.path) }
}

const otherPlace =
  /(?<![\w"])(?:intents|entities|workflows|knowledge|webhooks|models|mcp_servers|tests)\[\d+\][\w.[\]-]*/g
