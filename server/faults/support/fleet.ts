import { dataFolder } from './data-folder.ts'
import { type DatabaseServer, startDatabaseServer } from './database-server.ts'
import { type DragomanProcess, startDragomanProcess } from './dragoman-process.ts'
import type { Owner } from './owner.ts'
import { until } from './until.ts'

/** Several processes of the product on one database, and the users spread over those that are in service. */
export interface Fleet {
  readonly database: DatabaseServer
  /** One after the other. */
  readonly start: (environment?: Readonly<Record<string, string>>) => Promise<Member>
  /** Takes calls from now on, as behind a load balancer. */
  readonly putInService: (member: Member) => void
  readonly takeOut: (member: Member) => void
  readonly urlOf: (user: number) => string
  /** How many turns and deliveries this process has claimed and not ended. */
  readonly heldBy: (member: Member) => Promise<Held>
  readonly untilIdle: () => Promise<void>
}

export interface Member extends DragomanProcess {
  /** Its name in `processes`, and the end of its claim ids. */
  readonly processKey: number
}

export interface Held {
  readonly count: number
  /** Of them those that others may take. */
  readonly overdue: number
}

export const startFleet = async (
  owner: Owner,
  common: Readonly<Record<string, string>> = {},
): Promise<Fleet> => {
  const database = await startDatabaseServer(owner)
  const dataDir = await dataFolder(owner)
  const known: number[] = []
  const inService: Member[] = []

  return {
    database,
    start: async (environment = {}) => {
      const started = await startDragomanProcess(owner, {
        DATABASE_URL: database.url,
        DRAGOMAN_DATA_DIR: dataDir,
        ...common,
        ...environment,
      })
      const [row] = await database.query<{ process_key: number }>(
        'select process_key from processes where process_key <> all($1::int[])',
        [known],
      )
      if (!row) throw new Error('a process that started is not written down')
      known.push(row.process_key)
      return { ...started, processKey: row.process_key }
    },
    putInService: (member) => void inService.push(member),
    takeOut: (member) => {
      const at = inService.indexOf(member)
      if (at >= 0) inService.splice(at, 1)
    },
    urlOf: (user) => {
      const member = inService[user % inService.length]
      if (!member) throw new Error('no process is in service')
      return member.url
    },
    heldBy: async ({ processKey }) => {
      const [row] = await database.query<Held>(
        `select count(*)::int as count, (count(*) filter (where ready_at <= now()))::int as overdue
          from (select claim_id, ready_at from lanes union all select claim_id, ready_at from turn_lanes) as claims
          where right(claim_id::text, 8) = $1`,
        [processKey.toString(16).padStart(8, '0')],
      )
      return row ?? { count: 0, overdue: 0 }
    },
    untilIdle: () =>
      until('no lane has anything left to do', async () => {
        const [row] = await database.query<{ count: number }>(
          `select ((select count(*) from lanes where ready_at is not null)
            + (select count(*) from turn_lanes where ready_at is not null))::int as count`,
        )
        return row?.count === 0
      }),
  }
}
