import type { Json } from '../domain/json.ts'
import type { AgentResponse } from '../domain/message.ts'
import { responseOf } from './actions/response-of.ts'
import { say } from './actions/say.ts'
import { asksBack } from './asks-back.ts'
import { bareAnswer } from './bare-answers.ts'
import type { OpenQuestion } from './dialog-state.ts'
import type { DocumentNode, DocumentRequisite, SpokenAction } from './document/document.ts'
import type { FoundEntity } from './entities/entity.ts'
import { linearPattern } from './entities/linear-pattern.ts'
import { prepareEntities } from './entities/prepare-entities.ts'
import { judge } from './model/judge.ts'
import { note, type OpenTurn } from './open-turn.ts'
import { daysInOtherLanguages, entitiesIn, entitiesNamed, entitiesOf } from './turn-entities.ts'
import type { Thinking } from './turn-types.ts'
import { isFilled, setVariable, variable } from './variables.ts'
import { hasReservation, meaningOfChoice, yesOrNo } from './yes-or-no.ts'

/*
 * Requisites: what a node must know before it acts.
 *
 * 1. A question is asked only while its variable is empty; whatever fills it (the user's first message, a webhook, an
 *    earlier talk) answers it.
 * 2. An answer is believed only in the form that the document asks for, and saved as the value, not as the words.
 */

/** What a message may fill: what is still open, or also what was known before ("actually, on Friday"). */
export type TakeFromMessage = 'nothing' | 'open' | 'all'

/**
 * The first requisite of the node that is still open. What the user's message already says is taken from it, also for
 * those behind: nobody says it twice.
 */
export const nextRequisite = (
  turn: OpenTurn,
  node: DocumentNode,
  skipped: readonly string[],
  take: TakeFromMessage,
): DocumentRequisite | undefined => {
  let open: DocumentRequisite | undefined
  for (const requisite of node.requisites ?? []) {
    const { save_as: saveAs, validate } = requisite
    const isKnown = skipped.includes(saveAs) || isFilled(variable(turn.context, saveAs))
    if (isKnown && take !== 'all') continue
    const value =
      take !== 'nothing' && validate?.entity ? takeEntity(turn, validate.entity, entitiesIn(turn)) : undefined
    const isTaken = value !== undefined && setVariable(turn, saveAs, value)
    if (!isTaken && !isKnown) open ??= requisite
  }
  return open
}

/** What an answer may fill beside its own question: where its words are the value, nothing is left of them. */
export const takenBeside = ({ validate }: DocumentRequisite): TakeFromMessage =>
  validate?.entity === undefined && validate?.enum === undefined ? 'nothing' : 'open'

export const openRequisite = (turn: OpenTurn, question: OpenQuestion): OpenRequisite | undefined => {
  const node = turn.agent.nodes.get(question.node_id)
  const requisite = node?.requisites?.find(({ save_as: saveAs }) => saveAs === question.save_as)
  return node && requisite ? { node, requisite } : undefined
}

export interface OpenRequisite {
  readonly node: DocumentNode
  readonly requisite: DocumentRequisite
}

/** Says the question. The choices of an enum are offered as quick replies, unless the document offers its own. */
export const sayPrompt = (
  turn: OpenTurn,
  { prompt, validate }: DocumentRequisite,
  actions: readonly SpokenAction[] = prompt,
): void => {
  const responses = actions.flatMap((action) => responseOf(turn, action) ?? [])
  const choices = (validate?.enum ?? []).map((label) => ({ label, text: label }))
  for (const [index, response] of responses.entries())
    say(turn, index === responses.length - 1 ? withChoices(response, choices) : response)
}

const withChoices = (
  response: AgentResponse,
  choices: readonly { readonly label: string; readonly text: string }[],
): AgentResponse =>
  response.type === 'text' && response.options === undefined && choices.length > 0
    ? { ...response, options: choices }
    : response

/**
 * Answers to other questions of the node ("no, the skin doctor"): taken, where they cannot be mistaken for one to the
 * question that is open. `same`: all that was said was known.
 */
export const takeCorrections = (
  turn: OpenTurn,
  node: DocumentNode,
  asked: DocumentRequisite,
): 'changed' | 'same' | undefined => {
  let correction: 'changed' | 'same' | undefined
  for (const { save_as: saveAs, validate } of node.requisites ?? []) {
    if (validate?.entity === undefined || validate.entity === asked.validate?.entity) continue
    const value = takeEntity(turn, validate.entity, entitiesIn(turn))
    if (value === undefined) continue
    const isSame = JSON.stringify(value) === JSON.stringify(variable(turn.context, saveAs))
    if (isSame) correction ??= 'same'
    else if (setVariable(turn, saveAs, value)) correction = 'changed'
  }
  return correction
}

/** The value that the user's message gives as an answer; undefined when it is none. */
export function* readAnswer(turn: OpenTurn, { validate }: DocumentRequisite): Thinking<Json | undefined> {
  const { text } = turn
  if (text === '') return undefined
  if (validate?.entity !== undefined)
    return (
      takeEntity(turn, validate.entity, entitiesIn(turn)) ??
      takeEntity(turn, validate.entity, entitiesNamed(turn, validate.entity)) ??
      bareAnswer(turn, validate.entity) ??
      takeEntity(turn, validate.entity, daysInOtherLanguages(turn, validate.entity))
    )
  if (validate?.pattern !== undefined) return matchOf(turn, validate.pattern)
  if (validate?.enum !== undefined) return choiceIn(turn, validate.enum)
  if (validate?.guideline !== undefined) {
    const isValid = yield* judge(turn, validate.guideline, text)
    if (isValid === undefined) note(turn, 'nobody could judge the answer, so it was taken as it is')
    return isValid === false ? undefined : text
  }
  return asksBack(text) ? undefined : text
}

/** Might the message, which is but a figure, be an answer that is none of the choices? */
export const couldAnswer = (turn: OpenTurn, { validate }: DocumentRequisite): boolean => {
  if (validate?.pattern !== undefined || validate?.guideline !== undefined) return true
  if (validate?.entity === undefined) return false
  return entitiesNamed(turn, validate.entity).length > 0 || bareAnswer(turn, validate.entity) !== undefined
}

/** Each entity of a message answers one question; a range ("from Monday to Friday") answers two. */
const takeEntity = (turn: OpenTurn, name: string, entities: readonly FoundEntity[]): Json | undefined => {
  for (const found of entities) {
    if (found.entity !== name || isDoubtful(turn, found)) continue
    const values = found.until === undefined ? [found.value] : [found.value, found.until]
    const taken = turn.takenEntities.get(found) ?? 0
    if (taken >= values.length) continue
    turn.takenEntities.set(found, taken + 1)
    return values[taken]
  }
  return undefined
}

/** "Block my card now" names no day; a message that is nothing else names one. */
const isDoubtful = (turn: OpenTurn, { confidence, text }: FoundEntity): boolean =>
  confidence <= doubtfulConfidence && text.length < turn.text.length

const doubtfulConfidence = 0.5

const matchOf = (turn: OpenTurn, pattern: string): string | undefined => {
  const match = linearPattern(`^(?:${pattern})$`).exec(turn.text)
  return match ? (match.groups.find((group) => group !== undefined) ?? match.text) : undefined
}

const choicesOf = new WeakMap<readonly string[], ReturnType<typeof prepareEntities>>()

/** One of the choices, also inside a sentence or with a typing error; yes and no also in other words. */
const choiceIn = (turn: OpenTurn, choices: readonly string[]): string | undefined => {
  const prepared =
    choicesOf.get(choices) ??
    prepareEntities([
      { entity: 'choice', type: 'synonym', values: choices.map((value) => ({ value, synonyms: [] })) },
    ])
  choicesOf.set(choices, prepared)
  const values = new Set(entitiesOf(turn, prepared, ['choice']).map(({ value }) => value))
  const [only] = values
  if (values.size === 1 && typeof only === 'string')
    return meaningOfChoice(only) && hasReservation(turn.text) ? undefined : only
  const said = values.size === 0 ? yesOrNo(turn.text) : undefined
  return said && choices.find((choice) => meaningOfChoice(choice) === said)
}
