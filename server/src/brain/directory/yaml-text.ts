import { type Document, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument } from 'yaml'

/** One YAML or JSON text, read: its value, and on which line each part of it stands. */
export interface YamlText {
  readonly value: unknown
  readonly problems: readonly { readonly line: number; readonly message: string }[]
  readonly lineOf: (keys: readonly (string | number)[]) => number
}

export const readYaml = (text: string): YamlText => {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  const problems = document.errors.map((error) => ({ line: lineAt(error.pos[0]), message: error.message }))
  const read = problems.length > 0 ? { value: undefined } : jsonOf(document)
  return {
    value: read.value,
    problems: read.problem === undefined ? problems : [{ line: 1, message: read.problem }],
    lineOf: (keys) => lineAt(offsetOf(document, keys)),
  }
}

/** Aliases are counted by the library: a text that would grow without end is refused. */
const jsonOf = (document: Document): { readonly value: unknown; readonly problem?: string } => {
  try {
    return { value: document.toJS() }
  } catch (error) {
    return { value: undefined, problem: error instanceof Error ? error.message : String(error) }
  }
}

/** Where the deepest part of the path begins that is there at all. */
const offsetOf = (document: Document, keys: readonly (string | number)[]): number => {
  let node: unknown = document.contents
  let offset = startOf(node) ?? 0
  for (const key of keys) {
    if (isMap(node)) {
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(key))
      if (!pair) break
      offset = startOf(pair.key) ?? offset
      node = pair.value
    } else if (isSeq(node)) {
      node = node.items[Number(key)]
      offset = startOf(node) ?? offset
    } else break
  }
  return offset
}

const startOf = (node: unknown): number | undefined => (isNode(node) ? node.range?.[0] : undefined)
