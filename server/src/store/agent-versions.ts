import type { Db } from './db.ts'

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
