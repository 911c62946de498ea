import { type Static, type TSchema, Type } from 'typebox'
import { Value } from 'typebox/value'
import { Latency } from './latencies.ts'

/**
 * What the load process can be asked to do, and what it reports. Both cross a process border, so both are checked.
 * Counts and times are bounded by their schemas: no run can be asked to last.
 */
const count = Type.Integer({ minimum: 1, maximum: 1_000_000 })
const ms = Type.Number({ minimum: 0, maximum: 300_000 })

/** One integration, bot or queue, and its sessions. `path` has `:session` where the session's id goes. */
export const Traffic = Type.Object({
  origin: Type.String(),
  path: Type.String(),
  headers: Type.Record(Type.String(), Type.String()),
  sessionIds: Type.Array(Type.String(), { minItems: 1 }),
  /** `channel`: the custom channel's messages and events. `activity`: the Bot Framework's. */
  wire: Type.Union([Type.Literal('channel'), Type.Literal('activity')]),
  /** `example`: the question of the worked example, always. `new`: no text twice (wordings.ts). */
  texts: Type.Optional(Type.Union([Type.Literal('example'), Type.Literal('new')])),
})
export type Traffic = Static<typeof Traffic>

export const OrderVerdict = Type.Object({
  accepted: Type.Number(),
  delivered: Type.Number(),
  lost: Type.Number(),
  duplicates: Type.Number(),
  swapped: Type.Number(),
  gaps: Type.Number(),
})

/** Both sides throw what is wrong, so that a fault in the harness is seen and not measured. */
const job = <Input extends TSchema, Report extends TSchema>(input: Input, report: Report) => ({
  input: (value: unknown) => checked(input, value),
  report: (value: unknown) => checked(report, value),
})

export const checked = <Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> =>
  Value.Parse(schema, value)

const definitions = {
  /** As many accepted messages as the connections can carry; nothing is awaited but the answers. */
  accept: job(
    Type.Object({ traffic: Traffic, connections: count, warmUpMs: ms, durationMs: ms }),
    Type.Object({
      perSecond: Type.Number(),
      acceptedInAll: Type.Number(),
      refused: Type.Number(),
      latency: Latency,
    }),
  ),
  /** One message at a time, the next after the reply and a pause. */
  'idle-turns': job(
    Type.Object({ traffic: Traffic, warmUpTurns: count, turns: count, pauseMsMax: ms }),
    Type.Object({ toWebhook: Latency, toAnswer: Latency, order: OrderVerdict }),
  ),
  /** Sessions that each post a burst, wait for all its replies, and go to the back of the queue. */
  'sustained-turns': job(
    Type.Object({
      traffic: Traffic,
      connections: count,
      sessionsAtOnce: count,
      burst: count,
      warmUpMs: ms,
      durationMs: ms,
      drainMsMax: ms,
    }),
    Type.Object({
      perSecond: Type.Number(),
      refused: Type.Number(),
      latency: Latency,
      order: OrderVerdict,
    }),
  ),
  /** The same number of messages to every session, without waiting for replies. */
  fill: job(
    Type.Object({ traffic: Traffic, connections: count, messagesPerSession: count }),
    Type.Object({ accepted: Type.Number(), refused: Type.Number() }),
  ),
  /** Counts what arrives from now on, up to `deliveries`. */
  'await-deliveries': job(
    Type.Object({ deliveries: count, timeoutMs: ms }),
    Type.Object({ arrived: Type.Number(), perSecond: Type.Number(), order: OrderVerdict }),
  ),
  /** Begins to count what arrives at the other webhook, which books nothing; then waits for `deliveries` of it. */
  'count-deliveries': job(Type.Object({}), Type.Object({})),
  'await-others': job(
    Type.Object({ deliveries: count, timeoutMs: ms }),
    Type.Object({ arrived: Type.Number(), perSecond: Type.Number() }),
  ),
  /** Two webhooks at a fixed rate each; only the first one's latency counts. */
  'two-webhooks': job(
    Type.Object({
      measured: Traffic,
      measuredPerSecond: count,
      other: Type.Optional(Traffic),
      otherPerSecond: count,
      connections: count,
      warmUpMs: ms,
      durationMs: ms,
      drainMsMax: ms,
    }),
    Type.Object({
      latency: Latency,
      refused: Type.Number(),
      otherArrived: Type.Number(),
      order: OrderVerdict,
    }),
  ),
  /** Every n-th delivery is refused with 503 at its first attempt: does the order hold over retries? */
  'order-over-retries': job(
    Type.Object({ traffic: Traffic, messagesPerSession: count, refuseEvery: count, drainMsMax: ms }),
    Type.Object({ order: OrderVerdict }),
  ),
}

export type JobName = keyof typeof definitions
type Inputs = { [Name in JobName]: ReturnType<(typeof definitions)[Name]['input']> }
type Reports = { [Name in JobName]: ReturnType<(typeof definitions)[Name]['report']> }
export type JobInput<Name extends JobName> = Inputs[Name]
export type JobReport<Name extends JobName> = Reports[Name]

export const jobs: {
  readonly [Name in JobName]: {
    readonly input: (value: unknown) => Inputs[Name]
    readonly report: (value: unknown) => Reports[Name]
  }
} = definitions

export const isJobName = (name: string): name is JobName => Object.hasOwn(jobs, name)
