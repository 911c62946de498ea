import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  afterSignal,
  type EndpointLoad,
  freshLoad,
  type LoadSignal,
  opensCircuit,
  rampedLoad,
  shareOf,
  untilProbeMs,
} from '../../src/domain/endpoint.ts'

const success: LoadSignal = { kind: 'success' }
const failure = (attempts: number, timedOut = false): LoadSignal => ({
  kind: 'failure',
  timedOut,
  fastRetriesLeft: attempts < 5,
  attempts,
})

const signals: fc.Arbitrary<LoadSignal> = fc.oneof(
  fc.constant(success),
  fc.record({
    kind: fc.constant('failure' as const),
    timedOut: fc.boolean(),
    fastRetriesLeft: fc.boolean(),
    attempts: fc.nat({ max: 15 }),
  }),
)

/** The load after these signals, and whether the circuit would have opened at each. */
const travel = (start: EndpointLoad, journey: readonly LoadSignal[]) => {
  let load = start
  const opened = journey.map((signal) => {
    load = afterSignal(load, signal)
    return opensCircuit(load, signal)
  })
  return { load, opened }
}

test('whatever an endpoint answers, at least one delivery and at most its cap may be in flight', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 50 }), fc.array(signals, { maxLength: 60 }), (capMax, journey) => {
      for (const start of [freshLoad(capMax), rampedLoad(capMax)]) {
        const { load } = travel(start, journey)
        assert.ok(load.cap >= 1 && load.cap <= capMax, `${load.cap}`)
        assert.ok(Number.isInteger(load.cap))
        assert.equal(load.capMax, capMax)
      }
    }),
  )
})

test('a probe comes 24 to 36 s later, or when the receiver asked for it if that is later still', () => {
  assert.equal(untilProbeMs(undefined, 0), 24_000)
  assert.equal(untilProbeMs(1_000, 0.5), 30_000)
  assert.equal(untilProbeMs(undefined, 0.999_999), 36_000)
  assert.equal(untilProbeMs(3_600_000, 0), 3_600_000)
})

test('timeouts halve the cap down to one, other failures leave it, successes raise it by one up to its maximum', () => {
  const after = (start: EndpointLoad, ...journey: LoadSignal[]): number => travel(start, journey).load.cap
  assert.equal(after(freshLoad(20), failure(0, true)), 10)
  assert.equal(after(freshLoad(20), ...Array.from({ length: 9 }, () => failure(0, true))), 1)
  assert.equal(after(freshLoad(20), ...Array.from({ length: 9 }, () => failure(0))), 20)
  assert.equal(after(freshLoad(20), success), 20)
  assert.equal(after(freshLoad(20), failure(0, true), success), 11)
})

test('after a recovery one delivery at a time, and each full round doubles it', () => {
  let load = rampedLoad(20)
  const rounds: number[] = []
  for (let round = 0; round < 6; round += 1) {
    rounds.push(load.cap)
    for (let sent = load.cap; sent > 0; sent -= 1) load = afterSignal(load, success)
  }
  assert.deepEqual(rounds, [1, 2, 4, 8, 16, 20])
})

test('the circuit opens when one lane used up its fast retries and nothing succeeded meanwhile', () => {
  const lane = [0, 1, 2, 3, 4, 5].map((attempts) => failure(attempts))
  assert.deepEqual(travel(freshLoad(20), lane).opened, [false, false, false, false, false, true])
})

test('one bad lane does not open the circuit of an endpoint that answers the others', () => {
  const lane = [0, 1, 2, 3, 4, 5, 6, 7, 8].map((attempts) => failure(attempts))
  const mixed = lane.flatMap((one) => [one, success])
  assert.ok(travel(freshLoad(20), mixed).opened.every((opened) => !opened))
  const late = [...lane.slice(0, 5), success, ...lane.slice(5, 8)]
  assert.ok(travel(freshLoad(20), late).opened.every((opened) => !opened))
})

test('twenty timeouts in a row open the circuit, nineteen and one answer do not', () => {
  const timeouts = Array.from({ length: 20 }, () => failure(0, true))
  assert.deepEqual(travel(freshLoad(20), timeouts).opened.indexOf(true), 19)
  const broken = [...timeouts.slice(0, 19), success, ...timeouts.slice(0, 19)]
  assert.ok(travel(freshLoad(20), broken).opened.every((opened) => !opened))
  const otherFailure = [...timeouts.slice(0, 19), failure(0), ...timeouts.slice(0, 19)]
  assert.ok(travel(freshLoad(20), otherFailure).opened.every((opened) => !opened))
})

test('a success never opens the circuit', () => {
  fc.assert(
    fc.property(fc.array(signals, { maxLength: 60 }), (journey) => {
      assert.equal(travel(freshLoad(20), [...journey, success]).opened.at(-1), false)
    }),
  )
})

test('a hundred endpoints that hang leave slots for those that answer; one alone may use its whole cap', () => {
  const max = 1024
  let free = max
  for (let hanging = 0; hanging < 100; hanging += 1)
    for (let sending = 0; free > 0 && sending < shareOf(20, { free, max }); sending += 1) free -= 1
  assert.ok(free >= 10, `${free} slots are left`)
  assert.equal(shareOf(20, { free: max, max }), 20)
  assert.equal(shareOf(20, { free: max / 2, max }), 20)
  assert.equal(shareOf(20, { free: 1, max }), 1)
  assert.equal(shareOf(1, { free: 1, max: 1 }), 1)
})
