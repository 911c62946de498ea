import type { Db } from './db.ts'

/** How much waits, over all integrations, for the metrics: bounded work, whatever waits. */
export interface BacklogRow {
  readonly lanesWaiting: number
  readonly lanesDueSeconds: number
  readonly turnsWaiting: number
  readonly turnsDueSeconds: number
  readonly circuitsOpen: number
  readonly endpointsPaused: number
}

const countedMax = 100_000

const dueSeconds = (oldest: string): string =>
  `greatest(0, coalesce(extract(epoch from now() - (${oldest})), 0))::float8`

const readStatement = {
  name: 'read-backlog',
  text: `select
      (select count(*) from (select from lanes where ready_at is not null limit ${countedMax}) l) as "lanesWaiting",
      ${dueSeconds(`select min(l.ready_at) from endpoints e cross join lateral (
        select ready_at from lanes where integration_id = e.integration_id and ready_at is not null
        order by ready_at limit 1) l where e.circuit <> 'paused'`)} as "lanesDueSeconds",
      (select count(*) from (select from turn_lanes where ready_at is not null limit ${countedMax}) t) as "turnsWaiting",
      ${dueSeconds(`select min(l.ready_at) from integrations i cross join lateral (
        select ready_at from turn_lanes where integration_id = i.integration_id and ready_at is not null
        order by ready_at limit 1) l`)} as "turnsDueSeconds",
      (select count(*) from endpoints where circuit = 'open') as "circuitsOpen",
      (select count(*) from endpoints where circuit = 'paused') as "endpointsPaused"`,
}

export const readBacklog = async (db: Db): Promise<BacklogRow> => {
  const row = (await db.rows<BacklogRow>(readStatement, []))[0]
  if (!row) throw new Error('a select without from gave no row')
  return row
}
