import { RE2JS } from 're2js'
import { didYouMean } from '../../../domain/closest-name.ts'
import type { AgentDocument, ConversationTest, Expectation, TestAnswer, TestTurn } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'
import type { Names } from '../placed-nodes.ts'
import { childPath } from '../schema-faults.ts'
import { duplicates, nodeReference, reference } from './references.ts'

/** What no schema can say of conversation tests: names that lead nowhere, turns and answers that contradict themselves. */
export const checkTests = (names: Names, document: AgentDocument): DocumentFault[] => {
  const tests = document.tests ?? []
  const webhookIds = new Set((document.webhooks ?? []).map(({ id }) => id))
  return [
    ...duplicates(
      tests.map(({ test }, index) => [test, `tests[${index}].test`]),
      'name',
    ),
    ...tests.flatMap((test, index) => {
      const path = `tests[${index}]`
      return [
        ...momentErrors(test, path),
        ...runErrors(test, path),
        ...test.turns.flatMap((turn, turnIndex) => turnErrors(names, turn, turnIndex, path)),
        ...(test.answers ?? []).flatMap((answer, answerIndex) =>
          answerErrors(webhookIds, answer, `${path}.answers[${answerIndex}]`),
        ),
      ]
    }),
  ]
}

const momentErrors = ({ at }: ConversationTest, path: string): DocumentFault[] =>
  at === undefined || !Number.isNaN(Date.parse(at))
    ? []
    : [{ path: `${path}.at`, message: `${at} is no moment`, cure: 'write it like 2026-01-05T09:00:00Z' }]

const runErrors = (
  { runs = 1, passes_min: passesMin = 1 }: ConversationTest,
  path: string,
): DocumentFault[] =>
  passesMin <= runs
    ? []
    : [
        {
          path: `${path}.passes_min`,
          message: `${passesMin} of ${runs} runs cannot hold`,
          cure: `raise runs, or ask for ${runs} or fewer`,
        },
      ]

const turnErrors = (names: Names, turn: TestTurn, index: number, test: string): DocumentFault[] => {
  const path = `${test}.turns[${index}]`
  const { advance, expect, user, attachments, context } = turn
  const isMessage = user !== undefined || attachments !== undefined
  if (advance !== undefined && isMessage)
    return [
      {
        path: `${path}.advance`,
        message: 'stands beside a message',
        cure: 'make it a turn of its own, before',
      },
    ]
  if (advance === undefined && !isMessage && index > 0)
    return [
      {
        path,
        message: 'has no message',
        cure: 'add user: text; only the first turn may expect what the agent says by itself',
      },
    ]
  if (context !== undefined && !isMessage)
    return [
      { path: `${path}.context`, message: 'comes with no message', cure: 'give it to a turn with user' },
    ]
  if (expect === undefined) return []
  const at = `${path}.expect`
  if (advance !== undefined) return clockErrors(expect, at)
  return [...expectationErrors(names, expect, at), ...silenceErrors(expect, at)]
}

/** While only time passes nobody thinks. */
const clockErrors = (expect: Expectation, path: string): DocumentFault[] =>
  Object.keys(expect)
    .filter((key) => key !== 'events')
    .map((key) => ({
      path: `${path}.${key}`,
      message: 'is not answered by the clock',
      cure: 'expect only events here; put the rest under the message that follows',
    }))

const silenceErrors = (expect: Expectation, path: string): DocumentFault[] =>
  expect.silence === true && (expect.responses !== undefined || expect.sources !== undefined)
    ? [
        {
          path: `${path}.silence`,
          message: 'contradicts what is to be said',
          cure: 'leave out one of the two',
        },
      ]
    : []

const expectationErrors = (names: Names, expect: Expectation, path: string): DocumentFault[] => [
  ...(typeof expect.intent === 'string'
    ? reference(names.intents, expect.intent, `${path}.intent`, {
        message: 'is none of the intents',
        cure: 'name an intent of this document, or null for none',
      })
    : []),
  ...(expect.node === undefined ? [] : nodeReference(names, expect.node, `${path}.node`)),
  ...(expect.responses ?? []).flatMap(({ pattern }, index) =>
    patternErrors(pattern, `${path}.responses[${index}].pattern`),
  ),
]

const patternErrors = (pattern: string | undefined, path: string): DocumentFault[] => {
  if (pattern === undefined) return []
  try {
    RE2JS.compile(pattern)
    return []
  } catch (error) {
    const message = `cannot be read: ${error instanceof Error ? error.message : String(error)}`
    return [{ path, message, cure: 'use a regular expression without look-around and back references' }]
  }
}

const answerKinds = ['webhook', 'tool', 'model', 'tool_calls', 'passages'] as const
const belongTo: readonly (readonly [keyof TestAnswer, readonly (keyof TestAnswer)[]])[] = [
  ['response', ['webhook']],
  ['result', ['tool']],
]

/** `output` is the older name of `context`. */
const answerParts = ['responses', 'context', 'output']

const answerErrors = (webhookIds: ReadonlySet<string>, answer: TestAnswer, path: string): DocumentFault[] => {
  const kinds = answerKinds.filter((kind) => answer[kind] !== undefined)
  const isOneKind = kinds.length === 1 || kinds.join() === 'model,tool_calls'
  if (!isOneKind)
    return [
      {
        path,
        message:
          kinds.length === 0 ? 'does not say who answers' : `answers for ${kinds.join(' and ')} at once`,
        cure: 'name one of webhook, tool, model (with or without tool_calls) and passages',
      },
    ]
  const faults: DocumentFault[] = belongTo
    .filter(
      ([key, owners]) => answer[key] !== undefined && !owners.some((owner) => answer[owner] !== undefined),
    )
    .map(([key, owners]) => ({
      path: `${path}.${key}`,
      message: `has no meaning beside ${kinds.join()}`,
      cure: `name a ${owners.join(' or ')}, or leave it out`,
    }))
  if (answer.webhook !== undefined)
    faults.push(
      ...reference(webhookIds, answer.webhook, `${path}.webhook`, {
        message: 'is none of the webhooks',
        cure: 'name the id of a webhook of this document',
      }),
    )
  for (const key of Object.keys(answer.response ?? {}))
    if (!answerParts.includes(key))
      faults.push({
        path: childPath(`${path}.response`, key),
        message: 'is no part of an answer',
        cure: didYouMean(key, answerParts, `write it below context:, as {context: {${key}: ...}}`),
      })
  if (answer.webhook !== undefined && answer.response === undefined && answer.error === undefined)
    faults.push({ path, message: 'has no answer', cure: 'add response: {} or error: why there is none' })
  return faults
}
