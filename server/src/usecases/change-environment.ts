import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { type AgentRow, readAgent } from '../store/agents.ts'
import {
  type EnvironmentPatch,
  type EnvironmentRow,
  patchEnvironment,
  readEnvironment,
} from '../store/environments.ts'

/**
 * Only what is given changes, for sessions opened from now on; a running one stays on the version it began with.
 * Another agent starts with its newest version unless one is named.
 */
export const changeEnvironment = async (
  deps: Pick<Deps, 'db' | 'settings'>,
  environmentId: string,
  change: EnvironmentPatch,
): Promise<EnvironmentRow> => {
  const before = await readEnvironment(deps.db, environmentId)
  if (!before) throw environmentNotFound(environmentId)
  const isOtherAgent = change.agentId !== undefined && change.agentId !== before.agent_id
  const patch = isOtherAgent && change.agentVersion === undefined ? { ...change, agentVersion: null } : change
  const { agentVersion } = patch
  const agentId = patch.agentId === undefined ? before.agent_id : patch.agentId
  const agent = await agentOf(deps, agentId)
  if (agent === null && agentVersion != null)
    throw new Refusal('invalid-payload', 'agent_version: needs an agent_id')
  const after = await patchEnvironment(deps.db, environmentId, patch)
  if (!after) throw environmentNotFound(environmentId)
  if (after === 'no such version') {
    await agentOf(deps, agentId)
    throw new Refusal(
      'invalid-payload',
      `agent_version: ${agentVersion} is not published; the newest is ${agent?.newest_version ?? 'none yet'}`,
    )
  }
  deps.settings.forget()
  return after
}

const environmentNotFound = (environmentId: string): Refusal =>
  new Refusal('not-found', `environment_id: there is no environment ${environmentId}`)

const agentOf = async (deps: Pick<Deps, 'db'>, agentId: string | null): Promise<AgentRow | null> => {
  if (agentId === null) return null
  const agent = await readAgent(deps.db, agentId)
  if (!agent) throw new Refusal('invalid-payload', `agent_id: there is no agent ${agentId}`)
  return agent
}
