import assert from 'node:assert/strict'
import { prepareAgent } from '../../../src/brain/agent.ts'
import type { AgentDocument } from '../../../src/brain/document/document.ts'
import { type OpenTurn, openTurn } from '../../../src/brain/open-turn.ts'
import {
  type Answer,
  type Ask,
  initialDialogState,
  type ModelAsk,
  type Passage,
  type Thinking,
  type ToolCall,
  type TurnInput,
} from '../../../src/brain/turn-types.ts'
import type { Json } from '../../../src/domain/json.ts'
import { smallDocument } from '../small-document.ts'

/** A turn of the small restaurant with a language model. */
export const turnWith = (document: Partial<AgentDocument> = {}, input: Partial<TurnInput> = {}): OpenTurn =>
  openTurn(
    prepareAgent(
      { ...smallDocument({}), models: [{ provider: 'openai', model: 'small', key: 'OPENAI' }], ...document },
      null,
    ),
    { kind: 'message', text: 'Hello', context: {}, state: initialDialogState, now: 0, seed: 1, ...input },
  )

/** What a model says, one after the other. */
export type Line = string | { readonly text?: string; readonly toolCalls: readonly ToolCall[] } | Answer

export interface Scripted<Result> {
  readonly result: Result
  readonly asks: readonly Ask[]
  readonly modelAsks: readonly ModelAsk[]
}

/** Lets the brain think with a model that says these lines, and tools that answer this. */
export const withModel = <Result>(
  thinking: Thinking<Result>,
  lines: readonly Line[],
  toolAnswer: (ask: Ask) => Json | undefined = () => undefined,
): Scripted<Result> => {
  const asks: Ask[] = []
  const modelAsks: ModelAsk[] = []
  let step = thinking.next()
  while (!step.done) {
    const ask = step.value
    asks.push(ask)
    if (ask.kind === 'model') {
      const line = lines[modelAsks.length]
      modelAsks.push(ask)
      assert.ok(line !== undefined, 'the model was asked more often than it has lines')
      step = thinking.next(answerOf(line))
    } else {
      const value = toolAnswer(ask)
      step = thinking.next(value === undefined ? { ok: false, error: 'down' } : { ok: true, value })
    }
  }
  return { result: step.value, asks, modelAsks }
}

const answerOf = (line: Line): Answer => {
  if (typeof line === 'object' && 'ok' in line) return line
  const { text = '', toolCalls = [] } = typeof line === 'string' ? { text: line } : line
  return {
    ok: true,
    value: {
      text,
      model: 'openai/small',
      tokens: { input: 10, output: 5 },
      ...(toolCalls.length ? { toolCalls } : {}),
    },
  }
}

export const passage = (text: string, changes: Partial<Passage> = {}): Passage => ({
  passage_id: 'p1',
  title: 'Returns',
  text,
  score: 0.9,
  ...changes,
})
