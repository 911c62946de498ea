import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { requireCollection } from '../domain/knowledge-collections.ts'
import { readDraft } from '../store/agents.ts'
import { crawlAgain } from '../store/knowledge-crawls.ts'

/** Fetches the web pages and sitemaps of the draft anew; only what changed is read again. */
export const crawlKnowledge = async (
  deps: Pick<Deps, 'db'>,
  agentId: string,
  collection: string | undefined,
): Promise<{ readonly crawls: number }> => {
  const draft = await readDraft(deps.db, agentId)
  if (draft === undefined) throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  if (collection !== undefined) requireCollection(draft, agentId, collection)
  return { crawls: await crawlAgain(deps.db, agentId, collection ?? null) }
}
