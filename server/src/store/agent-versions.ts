import type { Db } from './db.ts'
import { isBrokenReference } from './store-errors.ts'

/** A published version without its document. */
export interface VersionRow {
  readonly version: number
  /** ms */
  readonly published_at: number
  /** Environments that answer with it now, by themselves or because they follow the newest. */
  readonly environments: readonly string[]
}

const listStatement = {
  name: 'list-versions',
  text: `select v.version, floor(extract(epoch from v.published_at) * 1000)::float8 as published_at,
      array(select e.environment_id from environments e where e.agent_id = v.agent_id
        and coalesce(e.agent_version, (select max(n.version) from agent_versions n where n.agent_id = v.agent_id)) = v.version
        order by e.environment_id) as environments
    from agent_versions v where v.agent_id = $1 and ($2::integer is null or v.version < $2)
    order by v.version desc limit $3`,
}

/** Newest first. */
export const listVersions = (
  db: Db,
  page: { readonly agentId: string; readonly before: number | null; readonly limit: number },
): Promise<VersionRow[]> => db.rows<VersionRow>(listStatement, [page.agentId, page.before, page.limit])

const lockStatement = {
  name: 'lock-agent-of-version',
  text: `select agent_id from agents where agent_id = $1 for update`,
}

const stateStatement = {
  name: 'version-state',
  text: `select v.version = (select max(n.version) from agent_versions n where n.agent_id = $1) as is_newest,
      exists (select from environments e where e.agent_id = $1 and e.agent_version = $2)
        or exists (select from sessions s where s.agent_id = $1 and s.agent_version = $2 and s.state = 'active') as is_used
    from agent_versions v where v.agent_id = $1 and v.version = $2`,
}

const forgetKnowledgeStatement = {
  name: 'forget-knowledge-of-version',
  text: `delete from knowledge_lists where agent_id = $1 and version = $2`,
}

const deleteStatement = {
  name: 'delete-version',
  text: `delete from agent_versions where agent_id = $1 and version = $2`,
}

/** Under the agent's lock, as publishing is. */
export const deleteVersion = (
  db: Db,
  { agentId, version }: { readonly agentId: string; readonly version: number },
): Promise<'deleted' | 'not there' | 'newest' | 'used'> =>
  db
    .transaction(async (tx) => {
      await tx.rows(lockStatement, [agentId])
      const [state] = await tx.rows<{ is_newest: boolean; is_used: boolean }>(stateStatement, [
        agentId,
        version,
      ])
      if (!state) return 'not there'
      if (state.is_newest) return 'newest'
      if (state.is_used) return 'used'
      await tx.rows(forgetKnowledgeStatement, [agentId, version])
      await tx.rows(deleteStatement, [agentId, version])
      return 'deleted'
    })
    .catch((error) => {
      // An environment was pointed at it in this very moment.
      if (isBrokenReference(error)) return 'used'
      throw error
    })
