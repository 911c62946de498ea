import { createHash } from 'node:crypto'
import { type Agent, prepareAgent, trainingExamples } from '../brain/agent.ts'
import type { AgentDocument } from '../brain/document/document.ts'
import { validateDocument } from '../brain/document/document-validation.ts'
import { parseModel } from '../brain/intents/model-bytes.ts'
import type { AgentLibrary, Deps } from '../deps.ts'
import type { Json } from '../domain/json.ts'
import { readAgent, readDraft, readVersion } from '../store/agents.ts'

type LibraryDeps = Pick<Deps, 'db' | 'log' | 'trainIntents'>

/**
 * Versions are immutable, so a prepared one is right for ever; the least recently used ones are let go. Version 0 is
 * the draft as it is now: known by its text, and trained at the first need.
 */
const agentsKeptMax = 50

export const createAgentLibrary = (deps: LibraryDeps): AgentLibrary => {
  const prepared = new Map<string, Promise<Agent | undefined>>()
  const keep = (key: string, load: () => Promise<Agent | undefined>): Promise<Agent | undefined> => {
    const known = prepared.get(key)
    if (known) {
      prepared.delete(key)
      prepared.set(key, known)
      return known
    }
    const loading = load()
    prepared.set(key, loading)
    // What failed or does not exist yet is asked for anew next time.
    loading.then((agent) => agent ?? prepared.delete(key)).catch(() => prepared.delete(key))
    for (const oldest of prepared.keys()) {
      if (prepared.size <= agentsKeptMax) break
      prepared.delete(oldest)
    }
    return loading
  }
  return {
    version: async (agentId, version) => {
      if (version !== 0) return await keep(`${agentId} ${version}`, () => loadVersion(deps, agentId, version))
      const draft = await readDraft(deps.db, agentId)
      if (draft === undefined) return undefined
      const hash = createHash('sha256').update(JSON.stringify(draft)).digest('base64')
      return await keep(`${agentId} 0 ${hash}`, () => loadDraft(deps, agentId, draft))
    },
  }
}

const loadVersion = async (
  deps: LibraryDeps,
  agentId: string,
  version: number,
): Promise<Agent | undefined> => {
  const row = await readVersion(deps.db, agentId, version)
  const document = row && checkedDocument(deps, { agentId, version }, row.document)
  if (!row || !document) return undefined
  return prepareAgent(document, row.intentModel === null ? null : parseModel(row.intentModel))
}

const loadDraft = async (deps: LibraryDeps, agentId: string, draft: Json): Promise<Agent | undefined> => {
  const document = checkedDocument(deps, { agentId, version: 0 }, draft)
  if (!document) return undefined
  const examples = trainingExamples(document)
  if (examples.length === 0) return prepareAgent(document, null)
  const newest = (await readAgent(deps.db, agentId))?.newest_version ?? null
  const published = newest === null ? undefined : await readVersion(deps.db, agentId, newest)
  // The same phrases give the same model: most drafts need no training.
  const isKnown =
    published !== undefined && JSON.stringify(examplesOf(published.document)) === JSON.stringify(examples)
  const model = isKnown ? published.intentModel : null
  return prepareAgent(document, parseModel(model ?? (await deps.trainIntents(examples))))
}

const examplesOf = (document: Json): unknown => {
  const checked = validateDocument(document)
  return checked.ok ? trainingExamples(checked.document) : null
}

const checkedDocument = (
  deps: LibraryDeps,
  which: { readonly agentId: string; readonly version: number },
  document: Json,
): AgentDocument | undefined => {
  const checked = validateDocument(document)
  if (checked.ok) return checked.document
  deps.log.error({ ...which, errors: checked.errors }, 'an agent’s document does not hold today’s rules')
  return undefined
}
