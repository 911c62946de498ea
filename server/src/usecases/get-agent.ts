import type { Deps, TrainingProgress } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { type AgentRow, readAgent, readDraft } from '../store/agents.ts'

export const getAgent = async (
  deps: Pick<Deps, 'db' | 'trainings'>,
  agentId: string,
): Promise<AgentRow & { readonly draft: Json; readonly training: TrainingProgress | null }> => {
  const agent = await readAgent(deps.db, agentId)
  const draft = agent && (await readDraft(deps.db, agentId))
  if (!agent || draft === undefined) throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  return { ...agent, draft, training: deps.trainings.progressOf(agentId) }
}
