import { didYouMean } from '../../domain/closest-name.ts'
import { isJsonObject } from '../../domain/json.ts'
import type { DocumentFault } from '../document/document-fault.ts'
import { type FileFault, type Origin, type PathKey, placeFault } from './fault-places.ts'
import { type AgentFile, isListPart, type ListPart, listParts, readable, roleOf } from './layout.ts'
import { readYaml, type YamlText } from './yaml-text.ts'

/** An agent's files as one document; whether it is a good one is for `validateDocument` to say. */
export interface ReadAgentFiles {
  readonly document: unknown
  /** What could not be read, or has no place in an agent. */
  readonly faults: readonly FileFault[]
  /** Says a fault of the document in the words of the files. */
  readonly placed: (fault: DocumentFault) => FileFault
}

/**
 * The files in the order of their names, joined part by part; `agent.yaml` comes first in each. Which file of a folder
 * an entry stands in, and so its place among the others, means nothing.
 */
export const readAgentFiles = (files: readonly AgentFile[]): ReadAgentFiles => {
  const [only] = files
  const join = newJoin()
  if (files.length === 1 && only?.text !== undefined) readWhole(join, only.path, readYaml(only.text))
  else readDirectory(join, files)
  return {
    document: join.faults.length > 0 ? undefined : documentOf(join),
    faults: join.faults,
    placed: (fault) => {
      const placed = placeFault(fault, (keys) => originOf(join, keys))
      return placed.file === '' ? { ...placed, file: wholeFile(files) } : placed
    },
  }
}

/** Where a part belongs that is nowhere. */
const wholeFile = (files: readonly AgentFile[]): string =>
  (files.find(({ path }) => roleOf(path).role === 'whole') ?? files[0])?.path ?? 'agent.yaml'

/** The document while it is put together. */
interface Join {
  readonly values: Map<string, unknown>
  readonly origins: Map<string, Origin>
  readonly lists: Map<ListPart, { readonly value: unknown; readonly origin: Origin }[]>
  readonly faults: FileFault[]
}

const newJoin = (): Join => ({ values: new Map(), origins: new Map(), lists: new Map(), faults: [] })

const readDirectory = (join: Join, files: readonly AgentFile[]): void => {
  const inOrder = [...files].sort((one, other) => (one.path < other.path ? -1 : 1))
  const isWhole = ({ path }: AgentFile): boolean => roleOf(path).role === 'whole'
  const wholes = inOrder.filter(isWhole)
  const [whole, another] = wholes
  const below = inOrder.find(({ path }) => /^[^/]+\/agent\.(?:ya?ml|json)$/i.test(path))
  if (!whole && below) {
    const cure = `name the directory of one agent, as ${below.path.split('/')[0]} within`
    join.faults.push({ file: 'agent.yaml', path: '', message: 'is not here but in a folder below', cure })
    return
  }
  if (!whole)
    join.faults.push({
      file: 'agent.yaml',
      path: '',
      message: 'is missing',
      cure: 'add it, with agent: {name: ...}',
    })
  if (another)
    join.faults.push({
      file: another.path,
      path: '',
      message: `is an agent beside ${whole?.path}`,
      cure: 'keep one of the two',
    })
  for (const file of [...wholes.slice(0, 1), ...inOrder.filter((one) => !isWhole(one))]) readOne(join, file)
  for (const part of ['intents', 'workflows'] as const) if (!join.lists.has(part)) join.lists.set(part, [])
}

const readOne = (join: Join, { path, text }: AgentFile): void => {
  const role = roleOf(path)
  switch (role.role) {
    case 'none':
      return
    case 'stray':
      join.faults.push({
        file: path,
        path: '',
        message: 'is no part of an agent',
        cure: didYouMean(
          path.split('/')[0]?.replace(readable, '') ?? '',
          Object.keys(listParts),
          `name it agent.yaml, guidelines.yaml or one of ${Object.keys(listParts).join(', ')}, or put it in a folder of such a name`,
        ),
      })
      return
    case 'loose':
      join.faults.push({
        file: path,
        path: '',
        message: 'belongs to no collection',
        cure: `put it into a folder that is one, as ${path.replace('/', '/help/')}`,
      })
      return
    case 'knowledge':
      addKnowledgeFile(join, role.collection, path)
      return
    case 'whole':
      readWhole(join, path, readYaml(text ?? ''))
      return
    case 'guidelines':
      readGuidelines(join, path, readYaml(text ?? ''))
      return
    case 'list':
      readList(join, role.part, path, readYaml(text ?? ''))
      return
  }
}

const readWhole = (join: Join, file: string, yaml: YamlText): void => {
  if (!isReadable(join, file, yaml)) return
  if (!isJsonObject(yaml.value)) {
    join.faults.push({
      file,
      path: '',
      message: 'holds no agent',
      cure: 'begin it with agent: {name: ...}, or name the directory that it is a part of',
    })
    return
  }
  for (const [key, value] of Object.entries(yaml.value)) {
    if (isListPart(key) && Array.isArray(value))
      addEntries(join, key, value, { file, keys: [key], lineOf: yaml.lineOf })
    else addValue(join, key, value, { file, keys: [key], lineOf: yaml.lineOf })
  }
}

const readGuidelines = (join: Join, file: string, yaml: YamlText): void => {
  if (!isReadable(join, file, yaml)) return
  const isNamed = isJsonObject(yaml.value) && isJsonObject(yaml.value['guidelines'])
  const value = isNamed && isJsonObject(yaml.value) ? yaml.value['guidelines'] : yaml.value
  addValue(join, 'guidelines', value, { file, keys: isNamed ? ['guidelines'] : [], lineOf: yaml.lineOf })
}

/** One entry, a list of them, or a list under the part's own name. */
const readList = (join: Join, part: ListPart, file: string, yaml: YamlText): void => {
  if (!isReadable(join, file, yaml)) return
  const { value, lineOf } = yaml
  if (value === null) return
  const named = isJsonObject(value) && Object.keys(value).length === 1 ? value[part] : undefined
  if (Array.isArray(named)) addEntries(join, part, named, { file, keys: [part], lineOf })
  else if (Array.isArray(value)) addEntries(join, part, value, { file, keys: [], lineOf })
  else entriesOf(join, part).push({ value, origin: { file, keys: [], lineOf } })
}

const isReadable = (join: Join, file: string, yaml: YamlText): boolean => {
  const { problem } = yaml
  if (problem)
    join.faults.push({
      file,
      line: problem.line,
      path: '',
      message: `cannot be read: ${problem.message}`,
      cure: problem.cure,
    })
  return problem === undefined
}

const addEntries = (join: Join, part: ListPart, values: readonly unknown[], origin: Origin): void => {
  const entries = entriesOf(join, part)
  values.forEach((value, index) => {
    entries.push({ value, origin: { ...origin, keys: [...origin.keys, index] } })
  })
}

const entriesOf = (join: Join, part: ListPart) => {
  const entries = join.lists.get(part) ?? []
  join.lists.set(part, entries)
  return entries
}

const addValue = (join: Join, key: string, value: unknown, origin: Origin): void => {
  const earlier = join.origins.get(key)
  if (earlier)
    join.faults.push({
      file: origin.file,
      line: origin.lineOf(origin.keys),
      path: key,
      message: `stands in ${earlier.file} already`,
      cure: 'join the two',
    })
  join.values.set(key, value)
  join.origins.set(key, origin)
}

/** A file in `knowledge/<collection>/` is a source of that collection, whether or not knowledge.yaml names it. */
const addKnowledgeFile = (join: Join, collection: string, path: string): void => {
  const entries = entriesOf(join, 'knowledge')
  const index = entries.findIndex(({ value }) => isJsonObject(value) && value['collection'] === collection)
  const entry = entries[index]
  const source = { type: 'file', path }
  if (!entry) {
    entries.push({
      value: { collection, sources: [source] },
      origin: { file: path, keys: [], lineOf: () => 1 },
    })
    return
  }
  if (!isJsonObject(entry.value)) return
  const sources = Array.isArray(entry.value['sources']) ? entry.value['sources'] : []
  if (sources.some((known) => isJsonObject(known) && known['path'] === path)) return
  entries[index] = { ...entry, value: { ...entry.value, sources: [...sources, source] } }
}

const documentOf = (join: Join): unknown => ({
  ...Object.fromEntries(join.values),
  ...Object.fromEntries([...join.lists].map(([part, entries]) => [part, entries.map(({ value }) => value)])),
})

const originOf = (
  join: Join,
  [first, second]: readonly PathKey[],
): { readonly origin: Origin; readonly taken: number } | undefined => {
  if (typeof first !== 'string') return undefined
  const entry = isListPart(first) && typeof second === 'number' ? join.lists.get(first)?.[second] : undefined
  if (entry) return { origin: entry.origin, taken: 2 }
  const origin = join.origins.get(first)
  return origin && { origin, taken: 1 }
}
