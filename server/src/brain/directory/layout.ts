import { fileMediaType } from '../../domain/knowledge-files.ts'

/**
 * An agent as a directory that people review: `agent.yaml` with the agent itself and whatever else, beside it one
 * file for a part (`webhooks.yaml`) or a folder of files (`intents/returns.yaml`), each with one entry or a list.
 * What the knowledge is made of lies in `knowledge/<collection>/`. A single file holds the whole document.
 */
export interface AgentFile {
  /** Below the directory, with `/`. */
  readonly path: string
  /** Undefined: there, but not read, as the files of the knowledge. */
  readonly text?: string
}

/** Parts that are lists, with the key that names an entry. */
export const listParts = {
  intents: 'intent',
  entities: 'entity',
  workflows: 'workflow_id',
  knowledge: 'collection',
  webhooks: 'id',
  models: 'model',
  mcp_servers: 'id',
  tests: 'test',
} as const

export type ListPart = keyof typeof listParts

export const isListPart = (name: string): name is ListPart => Object.hasOwn(listParts, name)

/** Parts that the writer gives a file for each entry. */
export const foldedParts: readonly ListPart[] = ['intents', 'entities', 'workflows', 'tests']

export type Role =
  | { readonly role: 'whole' }
  | { readonly role: 'guidelines' }
  | { readonly role: 'list'; readonly part: ListPart }
  | { readonly role: 'knowledge'; readonly collection: string }
  /** Knowledge that no collection has. */
  | { readonly role: 'loose' }
  /** Looks like a part of an agent and is none. */
  | { readonly role: 'stray' }
  /** A README and the like. */
  | { readonly role: 'none' }

/** What a file of the directory is, by its name alone. */
export const roleOf = (path: string): Role => {
  const [folder = '', ...rest] = path.split('/')
  if (folder === 'knowledge') {
    const [collection] = rest
    return rest.length < 2 || collection === undefined ? looseRole(path) : { role: 'knowledge', collection }
  }
  if (!readable.test(path)) return { role: 'none' }
  const name = (rest.length === 0 ? folder : '').replace(readable, '')
  if (name === 'agent') return { role: 'whole' }
  if (name === 'guidelines') return { role: 'guidelines' }
  const part = rest.length === 0 ? name : folder
  return rest.length <= 1 && isListPart(part) ? { role: 'list', part } : { role: 'stray' }
}

export const readable = /\.(ya?ml|json)$/i

const looseRole = (path: string): Role => {
  if (readable.test(path)) return { role: 'stray' }
  return fileMediaType(path) !== undefined && !/\/readme\./i.test(path) ? { role: 'loose' } : { role: 'none' }
}
