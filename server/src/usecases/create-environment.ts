import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
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
  const environmentId = deps.newId()
  const keepAliveSeconds = draft.keepAliveSeconds ?? limits.keepAliveSecondsDefault
  const environment = { environmentId, name: draft.name, keepAliveSeconds, agentId }
  if ((await addEnvironment(deps.db, environment)) === 'no such agent')
    throw new Refusal('invalid-payload', `agent_id: there is no agent ${agentId}`)
  return {
    environment_id: environmentId,
    name: draft.name,
    keep_alive_seconds: keepAliveSeconds,
    agent_id: agentId,
    agent_version: null,
  }
}
