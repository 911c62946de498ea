import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Verdict } from '../domain/delivery.ts'

/**
 * What this process counts, in Prometheus' text form. No label is taken from a caller's hands or grows with the number
 * of integrations: the series stay a few hundred, whoever calls. A sample costs below 1 us.
 */
export interface Metrics {
  readonly messageAccepted: () => void
  readonly turnEnded: (outcome: TurnEnd) => void
  readonly attemptMade: (verdict: Verdict['kind'], durationMs: number) => void
  readonly requestAnswered: (request: AnsweredRequest) => void
  /** A number that is read when somebody scrapes. */
  readonly watch: (name: string, help: string, read: () => number) => void
  /** @param backlog as the store tells it now; null when it cannot be reached */
  readonly expose: (backlog: Backlog | null) => Promise<{ readonly type: string; readonly text: string }>
}

const turnEnds = ['answered', 'silent', 'failed', 'retried', 'taken over'] as const
export type TurnEnd = (typeof turnEnds)[number]

const verdicts = ['delivered', 'later', 'dead'] as const satisfies readonly Verdict['kind'][]

export interface AnsweredRequest {
  readonly method: string
  /** The route's pattern, never the path. */
  readonly route: string
  readonly status: number
  readonly durationMs: number
}

/** Over all integrations. */
export interface Backlog {
  readonly lanesWaiting: number
  /** How long the lane that is due longest has been due; 0 when none is. */
  readonly lanesDueSeconds: number
  readonly turnsWaiting: number
  readonly turnsDueSeconds: number
  readonly circuitsOpen: number
  readonly endpointsPaused: number
}

export const createMetrics = (): Metrics => {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  // Gauges that are called as a counter is; the same without `_total` are there, too.
  for (const name of ['resources', 'handles', 'requests'])
    registry.removeSingleMetric(`nodejs_active_${name}_total`)

  const accepted = new Counter({
    name: 'dragoman_messages_accepted_total',
    help: 'User messages answered with 202.',
    registers,
  })
  const turns = new Counter({
    name: 'dragoman_turns_total',
    help: 'Turns of agents by how they ended.',
    labelNames: ['outcome'],
    registers,
  })
  const attempts = new Counter({
    name: 'dragoman_delivery_attempts_total',
    help: 'Attempts to deliver an event by verdict: delivered, later (a retry follows), dead.',
    labelNames: ['verdict'],
    registers,
  })
  // A series that appears with its first failure shows no increase to whoever watches for one.
  for (const outcome of turnEnds) turns.inc({ outcome }, 0)
  for (const verdict of verdicts) attempts.inc({ verdict }, 0)
  const attemptSeconds = new Histogram({
    name: 'dragoman_delivery_attempt_duration_seconds',
    help: 'From the post to the end of the answer.',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers,
  })
  const requestSeconds = new Histogram({
    name: 'dragoman_http_request_duration_seconds',
    help: 'Requests answered, by route and status.',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const showBacklog = backlogGauges(registers)

  return {
    messageAccepted: () => accepted.inc(),
    turnEnded: (outcome) => turns.inc({ outcome }),
    attemptMade: (verdict, durationMs) => {
      attempts.inc({ verdict })
      attemptSeconds.observe(durationMs / 1000)
    },
    requestAnswered: ({ method, route, status, durationMs }) =>
      requestSeconds.observe({ method, route, status }, durationMs / 1000),
    watch: (name, help, read) => {
      const gauge: Gauge = new Gauge({ name, help, registers, collect: () => gauge.set(read()) })
    },
    expose: async (backlog) => {
      showBacklog(backlog)
      return { type: registry.contentType, text: await registry.metrics() }
    },
  }
}

const backlogGauges = (registers: Registry[]): ((backlog: Backlog | null) => void) => {
  const gauge = (name: string, help: string): Gauge => new Gauge({ name, help, registers })
  const isUp = gauge('dragoman_store_up', 'Could the store be asked for this scrape: 1 or 0.')
  const gauges = {
    lanesWaiting: gauge('dragoman_lanes_waiting', 'Sessions with events to deliver; counted to 100000.'),
    lanesDueSeconds: gauge(
      'dragoman_lanes_due_seconds',
      'How long the session that should be delivered to longest has been due.',
    ),
    turnsWaiting: gauge('dragoman_turns_waiting', 'Sessions whose agent owes an answer; counted to 100000.'),
    turnsDueSeconds: gauge(
      'dragoman_turns_due_seconds',
      'How long the turn that waits longest has been due.',
    ),
    circuitsOpen: gauge('dragoman_circuits_open', 'Webhooks that failed so often that they are only probed.'),
    endpointsPaused: gauge('dragoman_endpoints_paused', 'Webhooks that said 410 and wait for a person.'),
  } satisfies Record<keyof Backlog, Gauge>

  return (backlog) => {
    isUp.set(backlog === null ? 0 : 1)
    if (backlog) for (const name of namesOf(gauges)) gauges[name].set(backlog[name])
  }
}

const namesOf = <Name extends string>(record: Record<Name, unknown>): Name[] => Object.keys(record) as Name[]
