import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { readAgent } from '../store/agents.ts'
import { addEnvironment, type EnvironmentRow } from '../store/environments.ts'

/** Without an agent its sessions wait for a person. */
export const createEnvironment = async (
  deps: Pick<Deps, 'db' | 'newId'>,
  draft: {
    readonly name: string
    readonly keepAliveSeconds?: number | undefined
    readonly agentId?: string | null | undefined
  },
): Promise<EnvironmentRow> => {
  const agentId = draft.agentId ?? null
  if (agentId !== null && !(await readAgent(deps.db, agentId)))
    throw new Refusal('invalid-payload', `agent_id: there is no agent ${agentId}`)
  const environmentId = deps.newId()
  const keepAliveSeconds = draft.keepAliveSeconds ?? limits.keepAliveSecondsDefault
  await addEnvironment(deps.db, { environmentId, name: draft.name, keepAliveSeconds, agentId })
  return {
    environment_id: environmentId,
    name: draft.name,
    keep_alive_seconds: keepAliveSeconds,
    agent_id: agentId,
    agent_version: null,
  }
}
