import {
  type Document,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
  type YAMLError,
} from 'yaml'

/** One YAML or JSON text, read: its value, and on which line each part of it stands. */
export interface YamlText {
  readonly value: unknown
  /** The first one only: what follows it mostly follows from it. */
  readonly problem?: YamlProblem
  readonly lineOf: (keys: readonly (string | number)[]) => number
}

export interface YamlProblem {
  readonly line: number
  readonly message: string
  readonly cure: string
}

export const readYaml = (written: string): YamlText => {
  // The library takes the mark of Windows for the first letter of a list.
  const text = written.replace(/^\uFEFF/, '')
  const undecoded = text.search(notUtf8)
  if (undecoded >= 0) {
    const line = text.slice(0, undecoded).split('\n').length
    return {
      value: undefined,
      problem: { line, message: 'it is not in UTF-8', cure: 'save it as UTF-8' },
      lineOf: () => 1,
    }
  }
  const lines = new LineCounter()
  const document = parseDocument(text, {
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
    // The library compares each key with all before it: a file with 20,000 would stop the server for seconds.
    uniqueKeys: false,
  })
  const lineAt = (offset: number): number => lines.linePos(offset).line
  const [error] = document.errors
  const lineOf = (keys: readonly (string | number)[]): number => lineAt(offsetOf(document, keys))
  if (error)
    return { value: undefined, problem: problemOf(error, lineAt(error.pos[0]), text.split('\n')), lineOf }
  const twice = repeatedKey(document)
  if (twice)
    return {
      value: undefined,
      problem: { line: lineAt(twice.offset), message: twice.message, cure: twice.cure },
      lineOf,
    }
  const { value, problem } = jsonOf(document)
  if (problem === undefined) return { value, lineOf }
  return {
    value,
    problem: {
      line: 1,
      message: problem,
      cure: problem === protoKey ? 'rename it' : 'put a text that begins with * in quotes',
    },
    lineOf,
  }
}

/** What reading as UTF-8 leaves of other encodings: its sign for what it cannot decode, and the zeros of UTF-16. */
const notUtf8 = /[\0\uFFFD]/

const problemOf = (error: YAMLError, line: number, lines: readonly string[]): YamlProblem => {
  const unbreakable = lines.findIndex((one) => /^ *\u00A0/.test(one))
  if (unbreakable < 0) return { line, ...explained(error, lines[line - 1] ?? '') }
  return {
    line: unbreakable + 1,
    message: 'it is indented with spaces that do not break lines',
    cure: 'indent with plain spaces',
  }
}

/** The library's words are for who knows how YAML is read; the cures, for who writes it. */
const explained = ({ code, message }: YAMLError, line: string): Omit<YamlProblem, 'line'> => {
  if (code === 'TAB_AS_INDENT' || /^ *\t/.test(line))
    return { message: 'it is indented with a tab', cure: 'indent with spaces' }
  if (/quote|end with/.test(message))
    return { message, cure: 'close what was opened: a quote, a bracket or a brace' }
  switch (code) {
    case 'BAD_DQ_ESCAPE':
      return { message, cure: "put what has a \\ in single quotes, as '\\d{5}'" }
    case 'BAD_SCALAR_START':
    case 'UNEXPECTED_TOKEN':
      return {
        message,
        cure: 'put a text with quotes, {{, # or a colon in it in quotes, as "It\'s open: {{$hours}}"',
      }
    case 'MULTIPLE_DOCS':
      return { message: 'a line --- begins a second document', cure: 'take it out, or make two files' }
    default:
      return { message, cure: misaligned }
  }
}

const misaligned = 'check the indentation: what belongs together begins in the same column'

const repeatedKey = (document: Document) => {
  let found: { readonly offset: number; readonly message: string; readonly cure: string } | undefined
  visit(document, {
    Map: (_, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) {
          found = {
            offset: startOf(key) ?? 0,
            message: `${String(key.value)} stands twice in the same object`,
            cure: 'keep one of the two; if it begins another entry of a list, write - before it, and indent what follows',
          }
          return visit.BREAK
        }
        seen.add(key.value)
      }
      return undefined
    },
  })
  return found
}

/**
 * Aliases are counted by the library: a text that would grow without end is refused. What YAML can say and JSON
 * cannot, as an alias of what it stands in, must not come any further either.
 */
const jsonOf = (document: Document): { readonly value: unknown; readonly problem?: string } => {
  try {
    return { value: JSON.parse(JSON.stringify(document.toJS(), withoutProto) ?? 'null') }
  } catch (error) {
    const sentence = error instanceof Error ? error.message : String(error)
    return {
      value: undefined,
      problem: sentence.startsWith('Converting circular') ? 'it holds itself' : sentence,
    }
  }
}

const protoKey = 'a key may not be named __proto__'

/** As in the bodies of the API. */
const withoutProto = (key: string, value: unknown): unknown => {
  if (key === '__proto__') throw new Error(protoKey)
  return value
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
