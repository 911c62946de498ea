import type { Json, JsonObject } from '../domain/json.ts'
import type { AgentResponse } from '../domain/message.ts'
import type { Agent } from './agent.ts'
import { chance } from './chance.ts'
import type { FoundEntity } from './entities/entity.ts'
import type { Understanding } from './intents/model.ts'
import { renderTemplate } from './template.ts'
import type { TurnStep } from './turn-steps.ts'
import type { Answer, Ask, Thinking, Trace, TurnEffect, TurnInput } from './turn-types.ts'

/** One turn while it is being thought. It lives inside one call of `think` and nobody else sees it. */
export interface OpenTurn {
  readonly agent: Agent
  readonly input: TurnInput
  /** What the user wrote, trimmed, or the text of the choice that it names; empty without text. */
  text: string
  readonly now: number
  readonly random: () => number
  readonly responses: AgentResponse[]
  readonly effects: TurnEffect[]
  readonly nodes: string[]
  readonly notes: Set<string>
  readonly path: TurnStep[]
  readonly conditions: NonNullable<Trace['conditions']>[number][]
  readonly passages: NonNullable<Trace['passages']>[number][]
  /** Entities of the message that answers have been taken from, and how many. */
  readonly takenEntities: Map<FoundEntity, number>
  readonly contextBefore: JsonObject
  /** The context as this turn has changed it so far. */
  context: JsonObject
  /** Read from the message when first asked for. */
  entities?: readonly FoundEntity[]
  readonly entitiesByName: Map<string, readonly FoundEntity[]>
  understanding?: Understanding
  /** What the models of this turn may still cost. */
  modelCallsLeft: number
  modelTokensLeft: number
  /** What this turn may still ask outside, and be answered: all of it is kept with the turn. */
  asksLeft: number
  answeredLengthLeft: number
}

export const openTurn = (agent: Agent, input: TurnInput): OpenTurn => ({
  agent,
  input,
  text: input.text?.trim() ?? '',
  now: input.now,
  random: chance(input.seed),
  responses: [],
  effects: [],
  nodes: [],
  notes: new Set(),
  path: [],
  conditions: [],
  passages: [],
  takenEntities: new Map(),
  entitiesByName: new Map(),
  contextBefore: input.context,
  context: input.context,
  modelCallsLeft: agent.document.agent.turn_limits?.model_calls_max ?? modelCallsMaxDefault,
  modelTokensLeft: agent.document.agent.turn_limits?.model_tokens_max ?? modelTokensMaxDefault,
  asksLeft: asksMax,
  answeredLengthLeft: answeredLengthMax,
})

/** A circle of webhooks is one of the document's faults; it must neither go on for long nor fill the store. */
const asksMax = 40
/** Characters of JSON. */
const answeredLengthMax = 1_000_000

const modelCallsMaxDefault = 4
const modelTokensMaxDefault = 20_000

/** Asks somebody outside; undefined when there was no answer, with a note why. */
export function* ask(turn: OpenTurn, question: Ask): Thinking<Json | undefined> {
  if (turn.asksLeft <= 0 || turn.answeredLengthLeft <= 0) {
    note(turn, `${nameOf(question)}: not asked, because this turn has asked enough`)
    return undefined
  }
  turn.asksLeft -= 1
  const answer: Answer = yield question
  if (answer.ok) {
    turn.answeredLengthLeft -= JSON.stringify(answer.value).length
    return answer.value
  }
  note(turn, `${nameOf(question)}: ${answer.error}`)
  return undefined
}

const nameOf = (question: Ask): string => {
  if (question.kind === 'webhook') return `webhook ${question.webhook_id}`
  if (question.kind === 'tool') return `tool ${question.server_id}.${question.tool}`
  return question.kind
}

const notesMax = 50
const noteLengthMax = 500

export const note = (turn: OpenTurn, sentence: string): void => {
  if (turn.notes.size < notesMax) turn.notes.add(sentence.slice(0, noteLengthMax))
}

/** The template as text; what could not be rendered is empty and noted. */
export const rendered = (turn: OpenTurn, template: string): string => {
  const { text, notes } = renderTemplate(template, turn)
  for (const sentence of notes) note(turn, sentence)
  return text
}
