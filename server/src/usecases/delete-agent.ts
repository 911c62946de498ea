import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { type AgentUse, deleteAgent as remove } from '../store/delete-agent.ts'

/**
 * An agent that nobody needs, with its draft, versions, models and documents. Recorded conversations stay readable,
 * with their traces; only what would have to think them again has nobody to ask.
 */
export const deleteAgent = async (deps: Pick<Deps, 'db'>, agentId: string): Promise<void> => {
  const outcome = await remove(deps.db, { agentId, namedMax })
  if (outcome === 'deleted') return
  if (outcome === 'not there') throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  throw new Refusal('conflict', `agent_id: answers in ${usesOf(outcome)}; ${cureOf(outcome)}`)
}

/** More would be a page, not a sentence. */
const namedMax = 3

const usesOf = (use: AgentUse): string => {
  const environments = use.environments.map(({ environment_id: id, name }) => `${name} (${id})`)
  const isOne = use.environmentsTotal === 1
  return [
    ...(environments.length === 0
      ? []
      : [`the environment${isOne ? '' : 's'} ${listed(environments, use.environmentsTotal)}`]),
    ...(use.sessionIds.length === 0
      ? []
      : [
          `${use.sessionsTotal} session${use.sessionsTotal === 1 ? ' that is' : 's that are'} not over (${listed(use.sessionIds, use.sessionsTotal)})`,
        ]),
  ].join(' and in ')
}

const listed = (named: readonly string[], total: number): string =>
  total > named.length ? `${named.join(', ')} and ${total - named.length} more` : named.join(', ')

const cureOf = ({ environmentsTotal, sessionsTotal }: AgentUse): string =>
  [
    ...(environmentsTotal === 0 ? [] : ['point the environments at another agent']),
    ...(sessionsTotal === 0 ? [] : ['close the sessions or wait until they end']),
  ].join(', and ')
