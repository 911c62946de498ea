import { stringify } from 'yaml'
import type { JsonObject } from '../../domain/json.ts'
import { isJsonObject, type Json } from '../../domain/json.ts'
import { type AgentFile, foldedParts, isListPart, type ListPart, listParts } from './layout.ts'

/**
 * A document as the files of a directory, for people to review: what has many entries gets a file for each. Reading
 * them again gives the same document but for the order of entries, which means nothing.
 */
export const writeAgentFiles = (document: JsonObject): readonly AgentFile[] => {
  const kept = Object.entries(document).filter(([key]) => !isListPart(key))
  const files: AgentFile[] = [{ path: 'agent.yaml', text: yamlOf(Object.fromEntries(kept)) }]
  for (const [part, entries] of Object.entries(document)) {
    if (!isListPart(part) || !Array.isArray(entries) || entries.length === 0) continue
    if (foldedParts.includes(part)) files.push(...entryFiles(part, entries))
    else files.push({ path: `${part}.yaml`, text: yamlOf(entries) })
  }
  return files
}

const entryFiles = (part: ListPart, entries: readonly Json[]): AgentFile[] => {
  const taken = new Set<string>()
  return entries.map((entry) => ({
    path: `${part}/${freeName(nameOf(part, entry), taken)}.yaml`,
    text: yamlOf(entry),
  }))
}

const nameLengthMax = 80

/** Letters, digits, `_`, `-` and dots within: a name on every file system. */
const nameOf = (part: ListPart, entry: Json): string => {
  const name = isJsonObject(entry) ? String(entry[listParts[part]] ?? '') : ''
  const plain = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
    .slice(0, nameLengthMax)
  return plain === '' ? 'entry' : plain
}

/** Two names that differ only in their case are one file on some machines. */
const freeName = (name: string, taken: Set<string>): string => {
  let free = name
  for (let number = 2; taken.has(free.toLowerCase()); number++) free = `${name}-${number}`
  taken.add(free.toLowerCase())
  return free
}

export const yamlOf = (value: Json): string => stringify(value, { lineWidth: 110 })
