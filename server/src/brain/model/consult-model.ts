import { isJsonObject, type Json } from '../../domain/json.ts'
import { ask, note, type OpenTurn } from '../open-turn.ts'
import type { ModelAnswer, ModelAsk, Thinking, ToolCall } from '../turn-types.ts'

/** Asks a language model within what the turn may still cost; undefined without an answer, with a note why. */
export function* consultModel(
  turn: OpenTurn,
  question: Omit<ModelAsk, 'kind'>,
): Thinking<ModelAnswer | undefined> {
  if (!turn.agent.hasModels) return undefined
  const asked = askedTokens(question)
  if (turn.modelCallsLeft <= 0 || asked + question.maxTokens > turn.modelTokensLeft) {
    note(turn, `model (${question.purpose}): not asked, because this turn has used up its calls or tokens`)
    return undefined
  }
  turn.modelCallsLeft -= 1
  const value = yield* ask(turn, { kind: 'model', ...question })
  if (value === undefined) {
    turn.modelTokensLeft -= asked
    return undefined
  }
  const answer = readModelAnswer(value)
  if (answer === undefined) {
    note(turn, `model (${question.purpose}): its answer has not the right form`)
    return undefined
  }
  turn.modelTokensLeft -= answer.tokens.input + answer.tokens.output
  return answer
}

const charactersPerToken = 4

/** About so many; a model counts for itself only afterwards. */
const askedTokens = ({ system, messages, tools = [] }: Omit<ModelAsk, 'kind'>): number =>
  Math.ceil(
    (system.length + JSON.stringify(messages).length + JSON.stringify(tools).length) / charactersPerToken,
  )

/** It may be a recorded answer, so its form is looked at. */
const readModelAnswer = (value: Json): ModelAnswer | undefined => {
  if (!isJsonObject(value) || typeof value['text'] !== 'string') return undefined
  const { text, model, tokens, toolCalls } = value
  return {
    text,
    model: typeof model === 'string' ? model : 'unknown',
    tokens: { input: countOf(tokens, 'input'), output: countOf(tokens, 'output') },
    ...(Array.isArray(toolCalls) ? { toolCalls: toolCalls.filter(isToolCall) } : {}),
  }
}

const countOf = (tokens: Json | undefined, name: string): number => {
  const count = isJsonObject(tokens) ? tokens[name] : undefined
  return typeof count === 'number' && count >= 0 ? count : 0
}

const isToolCall = (value: Json): value is ToolCall =>
  isJsonObject(value) &&
  typeof value['callId'] === 'string' &&
  typeof value['tool'] === 'string' &&
  isJsonObject(value['arguments'])
