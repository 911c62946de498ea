import { type Agent, prepareAgent } from '../brain/agent.ts'
import { validateDocument } from '../brain/document/document-validation.ts'
import { parseModel } from '../brain/intents/model.ts'
import type { AgentLibrary, Deps } from '../deps.ts'
import { readVersion } from '../store/agents.ts'

/** Versions are immutable, so a prepared one is right for ever; the least recently used ones are let go. */
const agentsKeptMax = 50

export const createAgentLibrary = (deps: Pick<Deps, 'db' | 'log'>): AgentLibrary => {
  const prepared = new Map<string, Promise<Agent | undefined>>()
  return {
    version: (agentId, version) => {
      const key = `${agentId} ${version}`
      const known = prepared.get(key)
      if (known) {
        prepared.delete(key)
        prepared.set(key, known)
        return known
      }
      const loading = load(deps, agentId, version)
      prepared.set(key, loading)
      // What failed or does not exist yet is asked for anew next time.
      loading.then((agent) => agent ?? prepared.delete(key)).catch(() => prepared.delete(key))
      for (const oldest of prepared.keys()) {
        if (prepared.size <= agentsKeptMax) break
        prepared.delete(oldest)
      }
      return loading
    },
  }
}

const load = async (
  deps: Pick<Deps, 'db' | 'log'>,
  agentId: string,
  version: number,
): Promise<Agent | undefined> => {
  const row = await readVersion(deps.db, agentId, version)
  if (!row) return undefined
  const checked = validateDocument(row.document)
  if (!checked.ok) {
    deps.log.error(
      { agentId, version, errors: checked.errors },
      'a published version does not hold today’s rules',
    )
    return undefined
  }
  return prepareAgent(checked.document, row.intentModel === null ? null : parseModel(row.intentModel))
}
