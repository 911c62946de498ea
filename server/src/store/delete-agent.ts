import type { Db } from './db.ts'

/** What still needs an agent: the first of each, and how many there are. */
export interface AgentUse {
  readonly environments: readonly { readonly environment_id: string; readonly name: string }[]
  readonly environmentsTotal: number
  readonly sessionIds: readonly string[]
  readonly sessionsTotal: number
}

const lockStatement = {
  name: 'lock-agent-to-delete',
  text: `select agent_id from agents where agent_id = $1 for update`,
}

const useStatement = {
  name: 'what-needs-the-agent',
  text: `with e as (select environment_id, name, created_at from environments where agent_id = $1),
      s as (select session_id from sessions where agent_id = $1 and state = 'active')
    select array(select json_build_object('environment_id', environment_id, 'name', name) from e
        order by created_at, environment_id limit $2) as environments,
      (select count(*)::int from e) as "environmentsTotal",
      array(select session_id from s order by session_id limit $2) as "sessionIds",
      (select count(*)::int from s) as "sessionsTotal"`,
}

/** In the order in which one names the other; passages, contents and pages go with what they belong to. */
const deleteStatements = [
  'knowledge_lists',
  'knowledge_documents',
  'knowledge_crawls',
  'agent_versions',
  'agents',
].map((table) => ({ name: `delete-agent-from-${table}`, text: `delete from ${table} where agent_id = $1` }))

/**
 * Under the agent's lock, which publishing and new documents take as well; an environment that is pointed at it waits
 * for the lock by its foreign key.
 *
 * @param agent.namedMax how many of those that need it are named
 */
export const deleteAgent = (
  db: Db,
  { agentId, namedMax }: { readonly agentId: string; readonly namedMax: number },
): Promise<'deleted' | 'not there' | AgentUse> =>
  db.transaction(async (tx) => {
    if ((await tx.rows(lockStatement, [agentId])).length === 0) return 'not there'
    const [use] = await tx.rows<AgentUse>(useStatement, [agentId, namedMax])
    if (use && use.environmentsTotal + use.sessionsTotal > 0) return use
    for (const statement of deleteStatements) await tx.rows(statement, [agentId])
    return 'deleted'
  })
