import type { Json, JsonObject } from '../../domain/json.ts'
import type { TestAnswer } from '../document/document.ts'
import type { Answer, Ask, Thinking } from '../turn-types.ts'

/** Somebody outside who did not answer although the agent asked: its author forgot to script it. */
export interface Unanswered {
  readonly who: string
  readonly error: string
}

/** What one run of a test has been answered so far. */
export interface Script {
  readonly answers: ReadonlyMap<string, readonly TestAnswer[]>
  readonly given: Map<string, number>
  /** A language model outside answered: another run may end otherwise. */
  isSampled: boolean
}

export const openScript = (answers: readonly TestAnswer[]): Script => ({
  answers: Map.groupBy(answers, keyOfAnswer),
  given: new Map(),
  isSampled: false,
})

/** Thinks with the script's answers; what it does not answer is asked outside. */
export function* scripted<Result>(
  script: Script,
  thinking: Thinking<Result>,
  unanswered: Unanswered[],
): Thinking<Result> {
  let step = thinking.next()
  while (!step.done) {
    const question = step.value
    const answer = fromScript(script, question) ?? (yield* outside(script, question, unanswered))
    step = thinking.next(answer)
  }
  return step.value
}

function* outside(script: Script, question: Ask, unanswered: Unanswered[]): Thinking<Answer> {
  const answer: Answer = yield question
  if (question.kind === 'model' && answer.ok) script.isSampled = true
  if (!answer.ok && mustAnswer.has(question.kind))
    unanswered.push({ who: keyOfAsk(question), error: answer.error })
  return answer
}

/** An agent gets on without a model or its meaning of a text, as it must; a webhook is part of what it does. */
const mustAnswer: ReadonlySet<Ask['kind']> = new Set(['webhook', 'tool'])

const fromScript = (script: Script, question: Ask): Answer | undefined => {
  const key = keyOfAsk(question)
  const answers = script.answers.get(key)
  if (!answers) return undefined
  const given = script.given.get(key) ?? 0
  script.given.set(key, given + 1)
  const answer = answers[Math.min(given, answers.length - 1)]
  if (!answer) return undefined
  return answer.error === undefined
    ? { ok: true, value: valueFor(answer, given) }
    : { ok: false, error: answer.error }
}

const keyOfAsk = (question: Ask): string => {
  switch (question.kind) {
    case 'webhook':
      return `webhook ${question.webhook_id}`
    case 'tool':
      return `tool ${question.server_id}.${question.tool}`
    case 'model':
      return 'model'
    case 'search':
      return 'knowledge'
    case 'embed':
      return 'meaning'
  }
}

const keyOfAnswer = (answer: TestAnswer): string => {
  if (answer.webhook !== undefined) return `webhook ${answer.webhook}`
  if (answer.tool !== undefined) return `tool ${answer.tool}`
  return answer.passages === undefined ? 'model' : 'knowledge'
}

const valueFor = (answer: TestAnswer, given: number): Json => {
  if (answer.webhook !== undefined) return answer.response ?? {}
  if (answer.tool !== undefined) return answer.result ?? null
  return answer.passages === undefined ? modelValue(answer, given) : { passages: passagesOf(answer.passages) }
}

const modelValue = (answer: TestAnswer, given: number): JsonObject => ({
  text: answer.model ?? '',
  ...(answer.tool_calls === undefined
    ? {}
    : {
        toolCalls: answer.tool_calls.map((call, index) => ({
          callId: `call-${given}-${index}`,
          tool: call.tool,
          arguments: call.arguments ?? {},
        })),
      }),
  model: 'test/scripted',
  tokens: { input: 0, output: 0 },
})

const passagesOf = (passages: NonNullable<TestAnswer['passages']>): Json =>
  passages.map((passage, index) => ({ score: 1, ...passage, passage_id: `passage-${index + 1}` }))
