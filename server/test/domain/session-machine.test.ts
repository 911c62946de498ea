import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { EventPayload } from '../../src/domain/event.ts'
import { isOver, nextCheckAt, type Session } from '../../src/domain/session.ts'
import {
  awaitHuman,
  closeSession,
  expireSession,
  handBack,
  type Moved,
  oweTurn,
  passTime,
  reopenConversation,
  resolveConversation,
  takeOver,
  touch,
} from '../../src/domain/session-moves.ts'

const timeoutSeconds = 600
const keepAliveSeconds = 120

const fresh = (agent: boolean): Session => ({
  sessionId: 's',
  integrationId: 'i',
  environmentId: 'e',
  externalSessionId: null,
  channelUserId: null,
  userId: 'u',
  state: 'active',
  conversation: 'open',
  owner: agent ? 'bot' : 'waiting',
  human: null,
  handover: null,
  agent: agent ? { agentId: 'a', version: 1, name: 'Agent' } : null,
  context: {},
  userMessageCount: 0,
  lastTurn: 0,
  silencedTurn: 0,
  createdAt: 0,
  lastActivityAt: 0,
  expiresAt: timeoutSeconds * 1000,
  resolvedAt: null,
  resolvedUntil: null,
})

type Move = (session: Session, now: number) => Moved

const people = ['ann', 'bob'].map((name) => ({ agent_id: name, agent_name: name, desk: 'desk' as const }))

const moves: Record<string, Move> = {
  message: (session, now) => {
    const reopened = reopenConversation(session, { type: 'user' })
    return { session: touch(reopened.session, now, timeoutSeconds), events: reopened.events }
  },
  resolve: (session, now) => resolveConversation(session, { by: { type: 'api' }, now, keepAliveSeconds }),
  reopen: (session) => reopenConversation(session, { type: 'api' }),
  handover: (session) => awaitHuman(session),
  handoverToSales: (session) => awaitHuman(session, { department: 'sales' }),
  takeAnn: (session) => takeOver(session, people[0] ?? never()),
  takeBob: (session) => takeOver(session, people[1] ?? never()),
  handBack: (session) => handBack(session),
  close: (session) => closeSession(session, 'api'),
  wait: (session, now) => passTime(session, now),
}

const never = (): never => {
  throw new Error('never')
}

const journeys = fc.array(
  fc.record({
    move: fc.constantFrom(...Object.keys(moves)),
    afterMs: fc.constantFrom(0, 1, 1_000, keepAliveSeconds * 1000, timeoutSeconds * 1000),
  }),
  { maxLength: 40 },
)

/** Who speaks, as the events tell it. */
const speakersOf = (
  initial: Session,
  events: readonly EventPayload[],
): { speakers: Set<string>; clashes: string[] } => {
  const speakers = new Set<string>(initial.owner === 'bot' && initial.agent ? [initial.agent.agentId] : [])
  const clashes: string[] = []
  for (const event of events) {
    if (event.event_type === 'conversation:member_join') {
      speakers.add(event.member.id)
      if (speakers.size > 1) clashes.push([...speakers].join(' and '))
    }
    if (event.event_type === 'conversation:member_leave' && !speakers.delete(event.member.id))
      clashes.push(`${event.member.id} left without having been there`)
  }
  return { speakers, clashes }
}

const travel = (agent: boolean, journey: readonly { move: string; afterMs: number }[]) => {
  let session = fresh(agent)
  let now = 0
  const events: EventPayload[] = []
  const steps: { before: Session; after: Session; now: number; events: readonly EventPayload[] }[] = []
  for (const { move, afterMs } of journey) {
    now += afterMs
    if (move !== 'wait' && isOver(session, now)) continue
    const moved = (moves[move] ?? never)(session, now)
    steps.push({ before: session, after: moved.session, now, events: moved.events })
    session = moved.session
    events.push(...moved.events)
  }
  return { session, events, steps }
}

test('whatever happens, at most one speaker is in the conversation, and the events tell who', () => {
  fc.assert(
    fc.property(fc.boolean(), journeys, (agent, journey) => {
      const { session, events } = travel(agent, journey)
      const { speakers, clashes } = speakersOf(fresh(agent), events)
      assert.deepEqual(clashes, [])
      const expected =
        session.owner === 'human' ? [session.human?.agent_id] : session.owner === 'bot' && agent ? ['a'] : []
      if (session.conversation === 'open' && session.state === 'active')
        assert.deepEqual([...speakers], expected)
    }),
    { numRuns: 2_000 },
  )
})

test('a move that changes nothing tells nothing, and one that changes a state tells of it', () => {
  fc.assert(
    fc.property(fc.boolean(), journeys, (agent, journey) => {
      for (const { before, after, events } of travel(agent, journey).steps) {
        const changed =
          before.state !== after.state ||
          before.conversation !== after.conversation ||
          before.owner !== after.owner ||
          before.human?.agent_id !== after.human?.agent_id
        const onlyWaitingEnds =
          before.owner === 'waiting' && after.owner !== 'human' && before.conversation === after.conversation
        if (!changed) assert.deepEqual(events, [])
        else if (!onlyWaitingEnds) assert.notEqual(events.length, 0)
      }
    }),
    { numRuns: 2_000 },
  )
})

test('a session that is over stays over: it ends once, with one last event', () => {
  fc.assert(
    fc.property(fc.boolean(), journeys, (agent, journey) => {
      const { session, events } = travel(agent, journey)
      const ends = events.filter(
        (event) => event.event_type === 'session:closed' || event.event_type === 'session:expired',
      )
      assert.equal(ends.length, session.state === 'active' ? 0 : 1)
      if (session.state !== 'active') assert.equal(events.at(-1), ends[0])
      assert.deepEqual(closeSession({ ...session, state: 'closed' }, 'api').events, [])
      assert.deepEqual(expireSession({ ...session, state: 'expired' }).events, [])
    }),
    { numRuns: 1_000 },
  )
})

test('the timer is never later than the end, and at the end time alone ends the session', () => {
  fc.assert(
    fc.property(fc.boolean(), journeys, (agent, journey) => {
      const { session } = travel(agent, journey)
      if (session.state !== 'active') return
      const checkAt = nextCheckAt(session)
      assert.equal(isOver(session, checkAt - 1), false)
      assert.equal(isOver(session, checkAt), true)
      assert.notEqual(passTime(session, checkAt).session.state, 'active')
    }),
    { numRuns: 1_000 },
  )
})

test('an idle session expires after session_timeout, a resolved one closes after keep_alive', () => {
  const idle = fresh(true)
  assert.deepEqual(passTime(idle, 599_999).events, [])
  assert.deepEqual(passTime(idle, 600_000).events, [{ event_type: 'session:expired', expired_at: 600_000 }])
  const resolved = resolveConversation(idle, { by: { type: 'api' }, now: 1_000, keepAliveSeconds }).session
  assert.deepEqual(passTime(resolved, 120_999).events, [])
  assert.deepEqual(passTime(resolved, 121_000).events, [{ event_type: 'session:closed', reason: 'resolved' }])
})

test('after a resolved conversation the agent has the word again', () => {
  const owned = takeOver(fresh(true), people[0] ?? never()).session
  const resolved = resolveConversation(owned, { by: { type: 'api' }, now: 0, keepAliveSeconds })
  assert.deepEqual(
    resolved.events.map((event) => event.event_type),
    ['conversation:member_leave', 'conversation:member_join', 'conversation:closed'],
  )
  assert.equal(reopenConversation(resolved.session, { type: 'user' }).session.owner, 'bot')
})

test('whom a handover asks for is known until the agent has the word again, and asking again changes what it says', () => {
  const asked = awaitHuman(fresh(true), { department: 'sales', reason: 'a discount' })
  assert.deepEqual(asked.session.handover, { department: 'sales', reason: 'a discount' })
  assert.deepEqual(asked.events, [
    {
      event_type: 'conversation:member_leave',
      member: { type: 'brain', id: 'a', name: 'Agent' },
      department: 'sales',
      reason: 'a discount',
    },
  ])
  const again = awaitHuman(asked.session, { department: 'billing' })
  assert.deepEqual(again.session.handover, { department: 'billing', reason: 'a discount' })
  assert.deepEqual(again.events, [])
  for (const wish of [{}, { department: 'billing' }])
    assert.equal(awaitHuman(again.session, wish).session, again.session)
  const taken = takeOver(again.session, people[0] ?? never()).session
  assert.deepEqual(taken.handover, again.session.handover)
  assert.equal(awaitHuman(taken, { department: 'sales' }).session, taken, 'somebody is there')
  assert.equal(handBack(taken).session.handover, null)
  const resolved = resolveConversation(again.session, { by: { type: 'api' }, now: 0, keepAliveSeconds })
  assert.equal(resolved.session.handover, null)
})

test('whoever takes the word from the agent silences the turns it owes until then, and none of later', () => {
  const said = oweTurn(oweTurn(fresh(true)))
  assert.deepEqual([said.lastTurn, said.silencedTurn], [2, 0])
  const takers: ((session: Session) => Moved)[] = [
    (session) => takeOver(session, people[0] ?? never()),
    (session) => awaitHuman(session),
    (session) => takeOver(awaitHuman(session).session, people[0] ?? never()),
  ]
  for (const take of takers) {
    const taken = take(said).session
    assert.equal(taken.silencedTurn, 2)
    assert.equal(oweTurn(taken), taken, 'a person answers')
    const back = oweTurn(handBack(taken).session)
    assert.deepEqual([back.lastTurn, back.silencedTurn], [3, 2])
  }
  const resolved = resolveConversation(said, { by: { type: 'api' }, now: 0, keepAliveSeconds }).session
  assert.equal(reopenConversation(resolved, { type: 'user' }).session.silencedTurn, 0)
})
