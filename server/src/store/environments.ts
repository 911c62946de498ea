import type { Db } from './db.ts'
import { isBrokenReference } from './store-errors.ts'

export interface EnvironmentRow {
  readonly environment_id: string
  readonly name: string
  readonly keep_alive_seconds: number
  readonly agent_id: string | null
  readonly agent_version: number | null
}

const firstStatement = {
  name: 'list-environments',
  text: `select environment_id, name, keep_alive_seconds, agent_id, agent_version from environments
    order by created_at, environment_id limit 200`,
}

/** Oldest first: the first one is where an integration goes that names none. */
export const listEnvironments = (db: Db): Promise<EnvironmentRow[]> =>
  db.rows<EnvironmentRow>(firstStatement, [])

const readStatement = {
  name: 'read-environment',
  text: `select environment_id, name, keep_alive_seconds, agent_id, agent_version from environments
    where environment_id = $1`,
}

export const readEnvironment = async (db: Db, environmentId: string): Promise<EnvironmentRow | undefined> =>
  (await db.rows<EnvironmentRow>(readStatement, [environmentId]))[0]

const addStatement = {
  name: 'add-environment',
  text: `insert into environments (environment_id, name, keep_alive_seconds, agent_id) values ($1, $2, $3, $4)`,
}

/** @returns `no such agent` also when it is deleted at this very moment */
export const addEnvironment = async (
  db: Db,
  one: {
    readonly environmentId: string
    readonly name: string
    readonly keepAliveSeconds: number
    readonly agentId: string | null
  },
): Promise<'added' | 'no such agent'> => {
  try {
    await db.rows(addStatement, [one.environmentId, one.name, one.keepAliveSeconds, one.agentId])
    return 'added'
  } catch (error) {
    if (isBrokenReference(error)) return 'no such agent'
    throw error
  }
}

const patchStatement = {
  name: 'patch-environment',
  text: `update environments set name = coalesce($2, name), keep_alive_seconds = coalesce($3, keep_alive_seconds),
      agent_id = case when $4 then $5::uuid else agent_id end,
      agent_version = case when $6 then $7::int else agent_version end
    where environment_id = $1
    returning environment_id, name, keep_alive_seconds, agent_id, agent_version`,
}

export interface EnvironmentPatch {
  readonly name?: string | undefined
  readonly keepAliveSeconds?: number | undefined
  /** null = nobody: new sessions wait for a person. */
  readonly agentId?: string | null | undefined
  /** null = the newest published version. */
  readonly agentVersion?: number | null | undefined
}

/** @returns `no such version` also when it, or its agent, is deleted at this very moment */
export const patchEnvironment = async (
  db: Db,
  environmentId: string,
  patch: EnvironmentPatch,
): Promise<EnvironmentRow | 'no such version' | undefined> => {
  try {
    const [row] = await db.rows<EnvironmentRow>(patchStatement, [
      environmentId,
      patch.name ?? null,
      patch.keepAliveSeconds ?? null,
      patch.agentId !== undefined,
      patch.agentId ?? null,
      patch.agentVersion !== undefined,
      patch.agentVersion ?? null,
    ])
    return row
  } catch (error) {
    if (isBrokenReference(error)) return 'no such version'
    throw error
  }
}
