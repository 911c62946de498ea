import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Agent, prepareAgent } from '../../../src/brain/agent.ts'
import type { AgentDocument } from '../../../src/brain/document/document.ts'
import { type RecordedTurn, recordedTurnOf } from '../../../src/brain/replay/recorded-turn.ts'
import { type ReplayMode, replayConversation } from '../../../src/brain/replay/replay-conversation.ts'
import { initialDialogState, type TurnInput } from '../../../src/brain/turn-types.ts'
import { mergeContext } from '../../../src/domain/context.ts'
import type { JsonObject } from '../../../src/domain/json.ts'
import { thinkThrough } from '../think-through.ts'

/** Understood by their very words; `topic` is what the first node remembers. */
const agentWith = (
  topic: string,
  more: Partial<AgentDocument['agent']> = {},
  phrases: readonly string[] = [],
): Agent =>
  prepareAgent(
    {
      agent: { name: 'Shop', ...more },
      intents: [
        { intent: 'plans', examples: ['plans'] },
        { intent: 'which', examples: ['which', ...phrases] },
      ],
      workflows: [
        {
          workflow_id: 'main',
          name: 'Main',
          nodes: [
            node('plans', [
              { type: 'set_variables', variables: { topic } },
              { type: 'text', texts: ['Noted.'] },
            ]),
            node('which', [{ type: 'text', texts: ['{{$topic}} {{$vip}}'] }]),
          ],
        },
      ],
    },
    null,
  )

const node = (
  intent: string,
  actions: NonNullable<AgentDocument['workflows'][number]['nodes'][number]['actions']>,
) => ({
  node_id: intent,
  name: intent,
  type: 'intent' as const,
  intent,
  actions,
})

/**
 * What a session records of these messages; `sent` is what the customer's system changes before one of them, and a
 * person may have spoken before it.
 */
const record = (
  agent: Agent,
  says: readonly { readonly text: string; readonly sent?: JsonObject; readonly isAfterPerson?: true }[],
): RecordedTurn[] => {
  let context: JsonObject = { vip: 'no' }
  let state = initialDialogState
  return says.map(({ text, sent = {}, isAfterPerson }, index) => {
    if (isAfterPerson) state = initialDialogState
    context = mergeContext(context, sent)
    const input: TurnInput = { kind: 'message', text, context, state, now: 1_000 * index, seed: index }
    const { trace, ...result } = thinkThrough(agent, input)
    context = mergeContext(context, result.contextPatch ?? {})
    state = result.state
    const kept = recordedTurnOf(index + 1, JSON.parse(JSON.stringify({ input, asks: [], trace, result })))
    if (typeof kept === 'string') throw new Error(kept)
    return kept
  })
}

const replayed = (agent: Agent, turns: readonly RecordedTurn[], mode: ReplayMode) => {
  const running = replayConversation({ agent, turns, mode, isOwnVersion: false })
  const step = running.next()
  assert.ok(step.done === true, 'nobody is asked')
  return step.value.turns.map(({ differences }) =>
    differences.map(
      ({ what, before, after }) => `${what} ${JSON.stringify(before)} ${JSON.stringify(after)}`,
    ),
  )
}

const says = [{ text: 'plans' }, { text: 'which', sent: { vip: 'yes' } }, { text: 'hm?' }, { text: 'hm?' }]
const spoken = (text: string): string => JSON.stringify([{ type: 'text', text }])
const changed = ['variables {"topic":"old"} {"topic":"new"}']

test('turn by turn, a change shows in the turn that it altered and in none behind it', () => {
  const turns = record(agentWith('old'), says)
  assert.deepEqual(replayed(agentWith('new'), turns, 'turn_by_turn'), [changed, [], [], []])
})

test('threaded, what follows from a change shows, beside what others changed meanwhile', () => {
  const turns = record(agentWith('old'), says)
  assert.deepEqual(replayed(agentWith('new'), turns, 'threaded'), [
    changed,
    [`responses ${spoken('old yes')} ${spoken('new yes')}`],
    [],
    [],
  ])
})

test('threaded, the agent goes on from its own state; turn by turn, from the recorded one', () => {
  const strict = { unknown_handover_after: 2 }
  const turns = record(agentWith('old', strict), [{ text: 'huh' }, { text: 'zzz' }])
  const better = agentWith('old', strict, ['huh'])
  const whatIn = (mode: ReplayMode): string[][] =>
    replayed(better, turns, mode).map((differences) => differences.map((one) => one.split(' ')[0] ?? ''))
  const understood = ['intent', 'nodes', 'responses']
  assert.deepEqual(
    whatIn('turn_by_turn').map((what) => what.filter((one) => one !== 'variables')),
    [understood, []],
  )
  assert.deepEqual(
    whatIn('threaded').map((what) => what.filter((one) => one !== 'variables')),
    [understood, ['responses', 'handover']],
  )
})

test('threaded, what a person ended in between is ended for the replayed agent, too', () => {
  const strict = agentWith('old', { unknown_handover_after: 2 })
  const turns = record(strict, [{ text: 'huh' }, { text: 'zzz', isAfterPerson: true }])
  assert.deepEqual(replayed(strict, turns, 'threaded'), [[], []])
})

for (const mode of ['turn_by_turn', 'threaded'] as const)
  test(`${mode}, the same agent says and becomes the same to the letter`, () => {
    const agent = agentWith('old')
    const running = replayConversation({ agent, turns: record(agent, says), mode, isOwnVersion: true })
    const step = running.next()
    assert.ok(step.done === true)
    assert.deepEqual(
      step.value.turns.map((turn) => [turn.is_identical, turn.differences]),
      says.map(() => [true, []]),
    )
  })
