import { setTimeout as pause } from 'node:timers/promises'
import { Type } from 'typebox'
import { runAccept } from './accept.ts'
import { runFill } from './fill.ts'
import { runIdleTurns } from './idle-turns.ts'
import { checked, isJobName, type JobInput, type JobName, type JobReport, jobs } from './jobs.ts'
import { ledger } from './ledger.ts'
import { runSustainedTurns } from './sustained-turns.ts'
import { readDelivery } from './traffic.ts'
import { runTwoWebhooks } from './two-webhooks.ts'
import { webhookReceiver } from './webhook-receiver.ts'

/**
 * The load process: client and webhook in one, so that a turn is timed by one clock. Its webhooks:
 * `/measured` answers at once and is booked, `/other` answers at once, `/hang` never answers.
 * A forked child; it takes one job at a time and ends when its parent lets go of it.
 */
type Listener = (sessionId: string, ms: number | undefined) => void

const sequences = new Map<string, number>()
let book = ledger(sequences)
let listener: Listener = () => undefined
let booked = noArrivals()
let others = noArrivals()
let refuseEvery = 0
let attempted = 0
const refusedOnce = new Set<string>()

interface Arrivals {
  count: number
  firstAt: number
  lastAt: number
}

function noArrivals(): Arrivals {
  return { count: 0, firstAt: 0, lastAt: 0 }
}

const count = (arrivals: Arrivals, at: number): void => {
  if (arrivals.count === 0) arrivals.firstAt = at
  arrivals.count += 1
  arrivals.lastAt = at
}

const rateOf = ({ count, firstAt, lastAt }: Arrivals): { arrived: number; perSecond: number } => ({
  arrived: count,
  perSecond: count > 1 ? (count - 1) / ((lastAt - firstAt) / 1000) : 0,
})

const until = async (isSo: () => boolean, msMax: number): Promise<void> => {
  for (let waitedMs = 0; !isSo() && waitedMs < msMax; waitedMs += 20) await pause(20)
}

const receiver = await webhookReceiver((path, body, at) => {
  if (path.startsWith('/hang')) {
    count(others, at)
    return 'hang'
  }
  if (path.startsWith('/other')) {
    count(others, at)
    return 200
  }
  const delivery = readDelivery(path, body)
  if (refuseEvery > 0 && isRefusedNow(`${delivery.sessionId} ${delivery.inReplyTo}`)) return 503
  count(booked, at)
  listener(delivery.sessionId, book.delivered(delivery, at))
  return 200
})

const isRefusedNow = (delivery: string): boolean => {
  if (refusedOnce.has(delivery)) return false
  attempted += 1
  if (attempted % refuseEvery !== 0) return false
  refusedOnce.add(delivery)
  return true
}

const urls = {
  measured: `${receiver.origin}/measured`,
  other: `${receiver.origin}/other`,
  hang: `${receiver.origin}/hang`,
}

const onDelivered = (next: Listener): void => {
  listener = next
}

const startOver = (): void => {
  book = ledger(sequences)
  booked = noArrivals()
  others = noArrivals()
  refuseEvery = 0
  attempted = 0
  refusedOnce.clear()
  listener = () => undefined
}

type Runners = { [Name in JobName]: (input: JobInput<Name>) => Promise<JobReport<Name>> }

const runners: Runners = {
  accept: (input) => runAccept(input, urls.measured),
  'idle-turns': (input) => {
    startOver()
    return runIdleTurns(
      input,
      urls.measured,
      book,
      () => new Promise((resolve) => onDelivered((_, ms) => resolve(ms))),
    )
  },
  'sustained-turns': (input) => {
    startOver()
    return runSustainedTurns(input, urls.measured, book, onDelivered)
  },
  fill: (input) => {
    startOver()
    return runFill(input, urls.measured, book)
  },
  'await-deliveries': async ({ deliveries, timeoutMs }) => {
    await until(() => booked.count >= deliveries, timeoutMs)
    return { ...rateOf(booked), order: book.verdict() }
  },
  'count-deliveries': async () => {
    startOver()
    return {}
  },
  'await-others': async ({ deliveries, timeoutMs }) => {
    await until(() => others.count >= deliveries, timeoutMs)
    return rateOf(others)
  },
  'two-webhooks': async (input) => {
    startOver()
    const report = await runTwoWebhooks(input, urls, book, onDelivered)
    return { ...report, otherArrived: others.count }
  },
  'order-over-retries': async ({ traffic, messagesPerSession, refuseEvery: every, drainMsMax }) => {
    startOver()
    refuseEvery = every
    await runFill({ traffic, connections: 8, messagesPerSession }, urls.measured, book)
    await until(() => traffic.sessionIds.every((sessionId) => book.isSettled(sessionId)), drainMsMax)
    return { order: book.verdict() }
  },
}

const Call = Type.Object({ name: Type.String(), input: Type.Unknown() })

const perform = async <Name extends JobName>(name: Name, input: unknown): Promise<JobReport<Name>> =>
  runners[name](jobs[name].input(input))

process.on('message', (message) => {
  const { name, input } = checked(Call, message)
  const performed = isJobName(name) ? perform(name, input) : Promise.reject(new Error(`no job ${name}`))
  performed.then(
    (report) => process.send?.({ report }),
    (error: unknown) => process.send?.({ error: error instanceof Error ? error.message : String(error) }),
  )
})
process.on('disconnect', () => process.exit(0))
process.send?.({ urls })
