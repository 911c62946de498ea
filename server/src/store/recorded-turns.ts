import type { Db } from './db.ts'

/** Conversations as they were recorded, for a replay. */
export interface RecordedSession {
  readonly sessionId: string
  readonly integrationId: string
  readonly environmentId: string
  /** Of the agent it was held with. */
  readonly version: number
}

const columns = `session_id as "sessionId", integration_id as "integrationId", environment_id as "environmentId",
      agent_version as version`

const lastStatement = {
  name: 'last-sessions-of-agent',
  text: `select ${columns} from sessions where agent_id = $1 order by session_id desc limit $2`,
}

/** Newest first: a session's id begins with the time it was made. */
export const lastSessionsOfAgent = (
  db: Db,
  wish: { readonly agentId: string; readonly sessionsMax: number },
): Promise<RecordedSession[]> => db.rows<RecordedSession>(lastStatement, [wish.agentId, wish.sessionsMax])

const namedStatement = {
  name: 'sessions-of-agent',
  text: `select ${columns} from sessions where session_id = any($2::uuid[]) and agent_id = $1 order by session_id desc`,
}

/** Those of the named ones that this agent had. */
export const sessionsOfAgent = (
  db: Db,
  wish: { readonly agentId: string; readonly sessionIds: readonly string[] },
): Promise<RecordedSession[]> => db.rows<RecordedSession>(namedStatement, [wish.agentId, wish.sessionIds])

export interface RecordedTurnRow {
  readonly sessionId: string
  readonly turn: number
  readonly recorded: unknown
}

const turnsStatement = {
  name: 'recorded-turns',
  text: `select session_id as "sessionId", turn, recorded from turns
    where session_id = any($1::uuid[]) and turn <= $2 order by session_id, turn`,
}

/** The turns of these sessions, in their order, each session's first `turnsMax`. */
export const recordedTurns = (
  db: Db,
  wish: { readonly sessionIds: readonly string[]; readonly turnsMax: number },
): Promise<RecordedTurnRow[]> => db.rows<RecordedTurnRow>(turnsStatement, [wish.sessionIds, wish.turnsMax])
