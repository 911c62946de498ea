import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Session } from '../../src/domain/session.ts'
import { type AgentWish, type TurnOutcome, turnOutcome } from '../../src/domain/turn-outcome.ts'

const open: Session = {
  sessionId: 's',
  integrationId: 'i',
  environmentId: 'e',
  externalSessionId: null,
  channelUserId: null,
  userId: 'u',
  state: 'active',
  conversation: 'open',
  owner: 'bot',
  human: null,
  handover: null,
  agent: { agentId: 'a', version: 1, name: 'Testa' },
  context: { user: { user_id: 'u', custom_psid: 'c' }, channels: { custom: {} }, tags: ['vip'] },
  userMessageCount: 1,
  lastTurn: 1,
  silencedTurn: 0,
  createdAt: 0,
  lastActivityAt: 0,
  expiresAt: 600_000,
  resolvedAt: null,
  resolvedUntil: null,
}
const facts = {
  turn: 1,
  messageId: 'm',
  inReplyTo: 'r',
  now: 1_000,
  timeoutSeconds: 600,
  keepAliveSeconds: 120,
}
const hello = { type: 'text', text: 'Hello' } as const
const saysHello: AgentWish = { responses: [hello], effects: [] }

const typesOf = (outcome: TurnOutcome): string[] => outcome.events.map((event) => event.event_type)

test('an answer becomes one event that names the message it replies to, and counts as activity', () => {
  const outcome = turnOutcome(open, saysHello, facts)
  assert.equal(outcome.outcome, 'answered')
  assert.deepEqual(outcome.events, [
    { event_type: 'message:brain_send', message_id: 'm', in_reply_to: 'r', output: { responses: [hello] } },
  ])
  assert.deepEqual(outcome.session, { ...open, lastActivityAt: 1_000, expiresAt: 601_000 })
})

test('a greeting replies to nothing', () => {
  const [event] = turnOutcome(open, saysHello, { ...facts, inReplyTo: undefined }).events
  assert.deepEqual(event, {
    event_type: 'message:brain_send',
    message_id: 'm',
    output: { responses: [hello] },
  })
})

test('an agent that says nothing sends nothing', () => {
  const outcome = turnOutcome(open, { responses: [], effects: [] }, facts)
  assert.deepEqual([outcome.outcome, outcome.events], ['answered', []])
})

test('an agent that lost the word meanwhile says nothing and changes nothing, whatever it wished', () => {
  const human = { agent_id: 'ann', desk: 'external' } as const
  const lost: [why: string, session: Session][] = [
    ['a person owns it', { ...open, owner: 'human', human }],
    ['a person is awaited', { ...open, owner: 'waiting' }],
    ['a person had it since, and gave it back', { ...open, lastTurn: 2, silencedTurn: 1 }],
    [
      'the conversation is resolved',
      { ...open, conversation: 'resolved', resolvedAt: 0, resolvedUntil: 120_000 },
    ],
    ['the session is closed', { ...open, state: 'closed' }],
    ['the session is expired', { ...open, state: 'expired' }],
    ['the time has come, though nobody has said so yet', { ...open, expiresAt: 1_000 }],
    ['the keep_alive is over', { ...open, conversation: 'resolved', resolvedAt: 0, resolvedUntil: 1_000 }],
  ]
  const wish: AgentWish = {
    responses: [hello],
    contextPatch: { plan: 'Starter' },
    effects: [{ type: 'tag', tag: 't' }, { type: 'handover' }, { type: 'close' }],
  }
  for (const [why, session] of lost) {
    const outcome = turnOutcome(session, wish, facts)
    assert.equal(outcome.outcome, 'silent', why)
    assert.equal(outcome.session, session, why)
    assert.deepEqual([outcome.events, outcome.responses], [[], []], why)
  }
})

test('a handover is told after the answer: the agent leaves and the user waits for a person', () => {
  const outcome = turnOutcome(open, { ...saysHello, effects: [{ type: 'handover' }] }, facts)
  assert.deepEqual(typesOf(outcome), ['message:brain_send', 'conversation:member_leave'])
  assert.equal(outcome.session.owner, 'waiting')
})

test('the department and the reason of a handover are told and kept, as much as a caller might say', () => {
  const effect = { type: 'handover', department: 'Sales', reason: 'r'.repeat(2_000) } as const
  const outcome = turnOutcome(open, { ...saysHello, effects: [effect] }, facts)
  const wish = { department: 'Sales', reason: 'r'.repeat(1_000) }
  assert.deepEqual(outcome.session.handover, wish)
  assert.deepEqual(outcome.events.at(-1), {
    event_type: 'conversation:member_leave',
    member: { type: 'brain', id: 'a', name: 'Testa' },
    ...wish,
  })
})

test('closing resolves the conversation for keep_alive, by the agent', () => {
  const outcome = turnOutcome(open, { ...saysHello, effects: [{ type: 'close' }] }, facts)
  assert.deepEqual(outcome.events.at(-1), {
    event_type: 'conversation:closed',
    by: { type: 'brain', id: 'a', name: 'Testa' },
  })
  assert.equal(outcome.session.conversation, 'resolved')
  assert.equal(outcome.session.resolvedUntil, 121_000)
})

test('handing over and closing in one turn leaves a resolved conversation that the agent owns', () => {
  const outcome = turnOutcome(
    open,
    { ...saysHello, effects: [{ type: 'handover' }, { type: 'close' }] },
    facts,
  )
  assert.deepEqual([outcome.session.conversation, outcome.session.owner], ['resolved', 'bot'])
  assert.deepEqual(typesOf(outcome), [
    'message:brain_send',
    'conversation:member_leave',
    'conversation:member_join',
    'conversation:closed',
  ])
})

test('tags are added to those there are, each once', () => {
  const tag = (name: string) => ({ type: 'tag', tag: name }) as const
  const outcome = turnOutcome(open, { responses: [], effects: [tag('new'), tag('vip'), tag('new')] }, facts)
  assert.deepEqual(outcome.session.context['tags'], ['vip', 'new'])
})

test("an agent's variables merge into the context, but not over what is ours", () => {
  const contextPatch = {
    plan: 'Starter',
    user: { language: 'el', user_id: 'stolen', custom_psid: 'stolen' },
    channels: { custom: { external_session_id: 'stolen' } },
    'sys-channel': 'stolen',
  }
  const { session } = turnOutcome(open, { responses: [], contextPatch, effects: [] }, facts)
  assert.deepEqual(session.context, {
    user: { user_id: 'u', custom_psid: 'c', language: 'el' },
    channels: { custom: {} },
    tags: ['vip'],
    plan: 'Starter',
  })
})

test('an agent cannot delete what is ours', () => {
  const contextPatch = { user: null, channels: null }
  const { session } = turnOutcome(open, { responses: [], contextPatch, effects: [] }, facts)
  assert.deepEqual(session.context, open.context)
})

test('variables beyond the limits are dropped with a note, and the answer goes out all the same', () => {
  const contextPatch = { essay: 'x'.repeat(40_000) }
  const outcome = turnOutcome(open, { ...saysHello, contextPatch, effects: [] }, facts)
  assert.deepEqual(typesOf(outcome), ['message:brain_send'])
  assert.deepEqual(outcome.session.context, open.context)
  assert.match(outcome.notes.join(), /context was dropped/)
})

test('a user who has written again is answered before the agent may close the conversation', () => {
  const wish: AgentWish = { ...saysHello, effects: [{ type: 'close' }, { type: 'tag', tag: 'bye' }] }
  const outcome = turnOutcome(open, wish, { ...facts, hasLaterMessages: true })
  assert.deepEqual(typesOf(outcome), ['message:brain_send'])
  assert.equal(outcome.session.conversation, 'open')
  assert.deepEqual(outcome.session.context['tags'], ['vip', 'bye'])
  assert.match(outcome.notes.join(), /stays open/)
})
