/** Lane ceiling of Dragoman: its own claim and completion over its own tables; only the POST is left out. */
import { randomUUID } from 'node:crypto'
import { openDatabase } from '../../server/src/store/db.ts'
import {
  type Completion,
  claimDeliveries,
  completeDeliveries,
} from '../../server/src/store/delivery-lanes.ts'
import { migrate } from '../../server/src/store/migrate.ts'
import { environment } from '../references/environment.ts'
import { jobsPerLane, lanes, measureLanes, work } from '../references/lane-job.ts'

/** As many as the in-flight cap would be if twenty webhooks had theirs full ten times over. */
const claimMax = 200
const loops = 2
const leaseSeconds = 40
const integrationId = '00000000-0000-4000-b000-000000000000'

const log = (): void => undefined
const { databaseUrl } = environment()
// Asynchronous commits, as the product does it: a lost claim or completion costs one redelivery, never an event.
const relaxedUrl = `${databaseUrl}?options=${encodeURIComponent('-c synchronous_commit=off')}`
const db = openDatabase({ url: relaxedUrl, poolMax: loops + 2, statementTimeoutMs: 60_000, log })
await migrate({ url: databaseUrl, log })

const run = (name: string, text: string, values: readonly unknown[] = []) =>
  db.rows<unknown>({ name, text }, values)
await run(
  'fill-environment',
  `insert into environments (environment_id, name) values ('${integrationId}', 'bench')`,
)
await run(
  'fill-integration',
  `insert into integrations (integration_id, environment_id, name, webhook_url, webhook_secrets)
   values ('${integrationId}', '${integrationId}', 'bench', 'http://127.0.0.1', '{sealed}')`,
)
await run('fill-endpoint', `insert into endpoints (integration_id) values ('${integrationId}')`)
await run(
  'fill-lanes',
  `insert into lanes (session_id, integration_id, head, tail, ready_at)
   select ('00000000-0000-4000-8000-' || lpad(to_hex(lane), 12, '0'))::uuid, '${integrationId}', 1, $1::int, now()
   from generate_series(0, $2::int - 1) lane`,
  [jobsPerLane, lanes],
)
await run(
  'fill-events',
  `insert into events (session_id, sequence, integration_id, event_id, position, event_type, body, created_at)
   select ('00000000-0000-4000-8000-' || lpad(to_hex(lane), 12, '0'))::uuid, place, '${integrationId}',
     gen_random_uuid(), nextval('events_position'), 'message:brain_send', repeat('x', 600), now()
   from generate_series(1, $1::int) place, generate_series(0, $2::int - 1) lane`,
  [jobsPerLane, lanes],
)
await run('analyze', 'analyze')

const workOff = async (): Promise<void> => {
  for (;;) {
    const claimId = randomUUID()
    const claimed = await claimDeliveries(db, {
      endpoints: [{ integrationId, room: claimMax }],
      claimId,
      leaseSeconds,
    })
    if (claimed.length === 0) return
    const completions = claimed.map((delivery): Completion => {
      work({ lane: Number.parseInt(delivery.sessionId.slice(24), 16), place: delivery.sequence })
      return {
        sessionId: delivery.sessionId,
        integrationId,
        sequence: delivery.sequence,
        claimId,
        isReplay: false,
        next: 'advance',
        attempts: 0,
        delayMs: 0,
        attempt: { atMs: Date.now(), statusCode: 200, error: null, durationMs: 1, answer: '' },
      }
    })
    await completeDeliveries(db, completions)
  }
}

await measureLanes(async () => {
  for (let loop = 0; loop < loops; loop++)
    workOff().catch((error: unknown) => {
      throw error
    })
})
