import { isJsonObject, type Json } from '../../domain/json.ts'
import type { Answer, Ask, RecordedAsk, Thinking } from '../turn-types.ts'

/*
 * Thinks with what was recorded in place of the world. An ask gets the answer that the same ask got then: the same
 * by content, not by its place among the others, because a changed agent asks in another order. What is not part of
 * a question's meaning does not count: a webhook is asked the same thing when the user said the same in the same
 * context, however sure the agent was of the intent.
 *
 * An ask that was not recorded is a finding. Only the meaning of a text and the search of the knowledge may be
 * performed anew, by whoever drives this: they have no effect outside, and answer the same to the same question.
 */
export function* withFrozenAnswers<Result>(
  thinking: Thinking<Result>,
  frozen: FrozenAnswers,
): Thinking<{ readonly result: Result; readonly unrecorded: readonly Ask[] }> {
  const unrecorded: Ask[] = []
  let step = thinking.next()
  while (!step.done) {
    const question = step.value
    const answer = yield* answerOf(frozen, question)
    if (answer === undefined) unrecorded.push(question)
    step = thinking.next(answer ?? { ok: false, error: notRecorded })
  }
  return { result: step.value, unrecorded }
}

export const notRecorded = 'was not asked when this was recorded'

export interface FrozenAnswers {
  readonly answers: ReadonlyMap<string, readonly Answer[]>
  readonly given: Map<string, number>
  /** Another version may know other things, so it searches anew. */
  readonly searchesAnew: boolean
}

export const freezeAnswers = (asks: readonly RecordedAsk[], searchesAnew: boolean): FrozenAnswers => ({
  answers: new Map(
    [...Map.groupBy(asks, ({ ask }) => askKey(ask))].map(([key, same]) => [
      key,
      same.map(({ answer }) => answer),
    ]),
  ),
  given: new Map(),
  searchesAnew,
})

function* answerOf(frozen: FrozenAnswers, question: Ask): Thinking<Answer | undefined> {
  if (question.kind === 'search' && frozen.searchesAnew) {
    const anew: Answer = yield question
    if (anew.ok) return anew
  }
  const recorded = nextAnswer(frozen, askKey(question))
  if (recorded) return recorded
  if (question.kind !== 'embed' && question.kind !== 'search') return undefined
  const anew: Answer = yield question
  return anew.ok ? anew : undefined
}

/** Asked the same again, the answers come in their order, and the last one again and again. */
const nextAnswer = ({ answers, given }: FrozenAnswers, key: string): Answer | undefined => {
  const known = answers.get(key)
  if (!known) return undefined
  const count = given.get(key) ?? 0
  given.set(key, count + 1)
  return known[Math.min(count, known.length - 1)]
}

const askKey = (question: Ask): string => {
  if (question.kind !== 'webhook') return canonical(question)
  const { input, context, tags, output } = question.body
  const asked = { input, context: isJsonObject(context) ? contextKey(context) : context, tags, output }
  return canonical({ kind: 'webhook', webhook_id: question.webhook_id, asked })
}

/** How often the agent did not understand is the agent's own count. */
const contextKey = ({ 'sys-unknown_counter': _, ...context }: { readonly [key: string]: Json }): object =>
  context

/** Objects are alike whatever the order of their keys. */
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) =>
    isJsonObject(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )
