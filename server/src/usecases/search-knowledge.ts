import { validateDocument } from '../brain/document/document-validation.ts'
import { extractAnswer } from '../brain/knowledge/extract-answer.ts'
import { knowledgeThreshold } from '../brain/knowledge/passage-score.ts'
import type { Passage } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { requireCollection } from '../domain/knowledge-collections.ts'
import { readDraft, readVersion } from '../store/agents.ts'

export interface KnowledgeTrial {
  readonly passages: readonly Passage[]
  readonly threshold: number
  /** What the agent would say; null when it would not answer. */
  readonly answer: string | null
  readonly searched_by: 'words' | 'words and vectors'
}

/** Tries what the draft, or a published version, would answer from its documents. */
export const searchKnowledge = async (
  deps: Pick<Deps, 'db' | 'searchKnowledge'>,
  wish: {
    readonly agentId: string
    readonly version: number
    readonly query: string
    readonly collections?: readonly string[]
    readonly passagesMax: number
  },
): Promise<KnowledgeTrial> => {
  const { agentId, version, query } = wish
  const document =
    version === 0
      ? await readDraft(deps.db, agentId)
      : (await readVersion(deps.db, agentId, version))?.document
  if (document === undefined)
    throw new Refusal(
      'not-found',
      version === 0 ? `agent_id: there is no agent ${agentId}` : `version: ${version} is not published`,
    )
  const checked = validateDocument(document)
  if (!checked.ok)
    throw new Refusal('conflict', 'version: its document does not hold today’s rules; publish it anew')
  for (const collection of wish.collections ?? []) requireCollection(document, agentId, collection)
  const collections =
    wish.collections ?? (checked.document.knowledge ?? []).map(({ collection }) => collection)
  const { passages, by } = await deps.searchKnowledge({ ...wish, collections })
  const threshold = knowledgeThreshold(checked.document)
  const isAnswered = (passages[0]?.score ?? 0) >= threshold && passages.length > 0
  const answer = isAnswered ? extractAnswer(query, passages, checked.document.agent.language).text : null
  return { passages, threshold, answer, searched_by: by }
}
