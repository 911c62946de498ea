import { type DocumentChange, documentDifference } from '../brain/document/document-difference.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { readAgent, readDraft, readVersion } from '../store/agents.ts'

/** What is otherwise in one version than in another; 0 is the draft. Without any: in the draft than in the newest. */
export const compareVersions = async (
  deps: Pick<Deps, 'db'>,
  wish: { readonly agentId: string; readonly from?: number; readonly to?: number },
): Promise<readonly DocumentChange[]> => {
  const { agentId, to = 0 } = wish
  const from = wish.from ?? (await readAgent(deps.db, agentId))?.newest_version
  if (from === undefined || from === null)
    throw new Refusal('not-found', `from: agent ${agentId} is not there, or has no version to compare with`)
  const [before, after] = await Promise.all([documentOf(deps, agentId, from), documentOf(deps, agentId, to)])
  return documentDifference(before, after)
}

const documentOf = async (deps: Pick<Deps, 'db'>, agentId: string, version: number): Promise<Json> => {
  const document =
    version === 0
      ? await readDraft(deps.db, agentId)
      : (await readVersion(deps.db, agentId, version))?.document
  if (document === undefined)
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId} with version ${version}`)
  return document
}
