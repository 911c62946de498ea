import { parentPort, workerData } from 'node:worker_threads'
import { indexPassages, type KnowledgePassage, type PassageIndex } from '../brain/knowledge/passage-index.ts'
import { searchPassages } from '../brain/knowledge/search-passages.ts'
import type { Passage } from '../brain/turn-types.ts'

export interface KnowledgeThreadData {
  readonly passagesKeptMax: number
}

/** `add` as often as needed, then `close`: now the key can be searched. Each request gets one report with its id. */
export type KnowledgeRequest =
  | {
      readonly type: 'add'
      readonly id: number
      readonly key: string
      readonly passages: readonly KnowledgePassage[]
    }
  | { readonly type: 'close'; readonly id: number; readonly key: string }
  | {
      readonly type: 'search'
      readonly id: number
      readonly key: string
      readonly query: string
      readonly vector: Int8Array | undefined
      readonly collections: readonly string[] | undefined
      readonly passagesMax: number
    }

export type KnowledgeReport =
  | { readonly type: 'added'; readonly id: number }
  | { readonly type: 'kept'; readonly id: number; readonly usesVectors: boolean }
  | { readonly type: 'found'; readonly id: number; readonly passages: readonly Passage[] }
  /** It was let go. */
  | { readonly type: 'unknown'; readonly id: number }

/** In all indexes together: the longest unused goes first. The newest stays, however large. */
const { passagesKeptMax }: KnowledgeThreadData = workerData

const arriving = new Map<string, KnowledgePassage[]>()
/** The longest unused first. */
const indexes = new Map<string, PassageIndex>()

const keep = (key: string): PassageIndex => {
  const index = indexPassages(arriving.get(key) ?? [])
  arriving.delete(key)
  indexes.delete(key)
  let room = passagesKeptMax - index.passages.length
  for (const [other, { passages }] of [...indexes].reverse()) {
    room -= passages.length
    if (room < 0) indexes.delete(other)
  }
  indexes.set(key, index)
  return index
}

const answer = (request: KnowledgeRequest): KnowledgeReport => {
  const { id, key } = request
  if (request.type === 'add') {
    const passages = arriving.get(key) ?? []
    passages.push(...request.passages)
    arriving.set(key, passages)
    return { type: 'added', id }
  }
  if (request.type === 'close') return { type: 'kept', id, usesVectors: keep(key).vectorWeight > 0 }
  const index = indexes.get(key)
  if (!index) return { type: 'unknown', id }
  indexes.delete(key)
  indexes.set(key, index)
  return { type: 'found', id, passages: searchPassages(index, request) }
}

parentPort?.on('message', (request: KnowledgeRequest) => parentPort?.postMessage(answer(request)))
