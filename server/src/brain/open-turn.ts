import type { JsonObject } from '../domain/json.ts'
import type { AgentResponse } from '../domain/message.ts'
import { chance } from './chance.ts'
import { renderTemplate } from './template.ts'
import type { TurnEffect, TurnInput } from './turn-types.ts'

/** One turn while it is being thought. It lives inside one call of `think` and nobody else sees it. */
export interface OpenTurn {
  readonly now: number
  readonly random: () => number
  readonly responses: AgentResponse[]
  readonly effects: TurnEffect[]
  readonly nodes: string[]
  readonly notes: Set<string>
  readonly contextBefore: JsonObject
  /** The context as this turn has changed it so far. */
  context: JsonObject
}

export const openTurn = (input: TurnInput): OpenTurn => ({
  now: input.now,
  random: chance(input.seed),
  responses: [],
  effects: [],
  nodes: [],
  notes: new Set(),
  contextBefore: input.context,
  context: input.context,
})

const notesMax = 50

export const note = (turn: OpenTurn, sentence: string): void => {
  if (turn.notes.size < notesMax) turn.notes.add(sentence)
}

/** The template as text; what could not be rendered is empty and noted. */
export const rendered = (turn: OpenTurn, template: string): string => {
  const { text, notes } = renderTemplate(template, turn)
  for (const sentence of notes) note(turn, sentence)
  return text
}
