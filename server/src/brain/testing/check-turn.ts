import { RE2JS } from 're2js'
import type { Json } from '../../domain/json.ts'
import type { AgentResponse } from '../../domain/message.ts'
import { type Expectation, type ExpectedResponse, offtopicsIntent } from '../document/document.ts'
import type { Trace } from '../turn-types.ts'
import { variable } from '../variables.ts'
import type { TurnOutcomeInTest } from './test-conversation.ts'

/** One expectation that was not met: what was expected, what came, and why the agent did so. */
export interface Miss {
  /** `intent`, `node`, `responses[0]`, `variables.plan`, ... */
  readonly what: string
  readonly expected: Json
  readonly came: Json
  readonly because: string
}

export const checkTurn = (expect: Expectation, outcome: TurnOutcomeInTest): readonly Miss[] => [
  ...intentMisses(expect, outcome),
  ...nodeMisses(expect, outcome),
  ...responseMisses(expect, outcome),
  ...variableMisses(expect, outcome),
  ...eventMisses(expect, outcome),
  ...silenceMisses(expect, outcome),
  ...sourceMisses(expect, outcome),
]

/** The intent that was accepted, if one was. */
export const understoodIntent = (trace: Trace | undefined): string | null => {
  const intent = trace?.intent
  if (!intent || intent.confidence === 0 || intent.confidence < intent.threshold) return null
  return intent.name === offtopicsIntent ? null : intent.name
}

const intentMisses = ({ intent }: Expectation, { trace }: TurnOutcomeInTest): Miss[] => {
  const came = understoodIntent(trace)
  if (intent === undefined || intent === came) return []
  return [{ what: 'intent', expected: intent, came, because: whyIntent(trace) }]
}

const nodeMisses = ({ node }: Expectation, { trace }: TurnOutcomeInTest): Miss[] => {
  const nodes = trace?.nodes ?? []
  if (node === undefined || nodes.includes(node)) return []
  return [{ what: 'node', expected: node, came: [...nodes], because: whyPath(trace) }]
}

const responseMisses = (expect: Expectation, { responses, trace }: TurnOutcomeInTest): Miss[] => {
  const misses: Miss[] = []
  const because = whyPath(trace)
  const came = responses.map(spokenOf)
  let from = 0
  for (const [index, expected] of (expect.responses ?? []).entries()) {
    const at = responses.findIndex((response, place) => place >= from && meets(expected, response))
    if (at >= 0) from = at + 1
    else misses.push({ what: `responses[${index}]`, expected: jsonOf(expected), came, because })
  }
  for (const text of expect.never_says ?? [])
    if (responses.some((response) => spokenText(response).includes(text)))
      misses.push({ what: 'never_says', expected: text, came, because })
  return misses
}

const meets = (expected: ExpectedResponse, response: AgentResponse): boolean => {
  const { type, exact, contains, pattern, options } = expected
  const text = spokenText(response)
  return (
    (type === undefined || type === response.type) &&
    (exact === undefined || exact === text) &&
    (contains === undefined || text.includes(contains)) &&
    (pattern === undefined || RE2JS.compile(pattern).matcher(text).find()) &&
    (options === undefined || JSON.stringify(options) === JSON.stringify(labelsOf(response)))
  )
}

const labelsOf = (response: AgentResponse): readonly string[] =>
  response.type === 'text' ? (response.options ?? []).map(({ label }) => label) : []

/** What an expectation of text is held against; of a carousel its cards, of what has no text its address. */
const spokenText = (response: AgentResponse): string => {
  if (response.type === 'text') return response.text
  if (response.type === 'carousel')
    return response.cards.map(({ title, subtitle = '' }) => `${title}\n${subtitle}`).join('\n')
  return 'url' in response ? response.url : ''
}

const spokenOf = (response: AgentResponse): Json => {
  const text = spokenText(response)
  const labels = labelsOf(response)
  return {
    type: response.type,
    ...(text === '' ? {} : { text }),
    ...(labels.length === 0 ? {} : { options: [...labels] }),
  }
}

const variableMisses = (expect: Expectation, { contextAfter, trace }: TurnOutcomeInTest): Miss[] =>
  Object.entries(expect.variables ?? {}).flatMap(([path, expected]) => {
    const came = variable(contextAfter, path) ?? null
    if (isSame(expected, came)) return []
    return [{ what: `variables.${path}`, expected, came, because: whyPath(trace) }]
  })

const eventMisses = (expect: Expectation, { events, trace }: TurnOutcomeInTest): Miss[] => {
  if (expect.events === undefined) return []
  const names = expect.events.map((event) => {
    if (typeof event === 'string') return event
    return event.tag === undefined ? `handover:${event.handover}` : `tag:${event.tag}`
  })
  // A handover that is expected without a department may have one.
  const came = events.map((event) =>
    !names.includes(event) && event.startsWith('handover:') && names.includes('handover')
      ? 'handover'
      : event,
  )
  if (isSame([...names].sort(), [...came].sort())) return []
  return [{ what: 'events', expected: names, came: [...events], because: whyPath(trace) }]
}

const silenceMisses = ({ silence }: Expectation, { responses, trace }: TurnOutcomeInTest): Miss[] => {
  if (silence === undefined || silence === (responses.length === 0)) return []
  return [{ what: 'silence', expected: silence, came: responses.map(spokenOf), because: whyPath(trace) }]
}

const sourceMisses = ({ sources = [] }: Expectation, { trace }: TurnOutcomeInTest): Miss[] => {
  const came = [...new Set((trace?.passages ?? []).map(({ title }) => title))]
  return sources
    .filter((title) => !came.includes(title))
    .map((title) => ({ what: 'sources', expected: title, came, because: whyPath(trace) }))
}

const notThought =
  'the agent was not asked: a person has the conversation since the handover, no starting_node_id greets, or only time passed'

const whyIntent = (trace: Trace | undefined): string => {
  if (!trace) return notThought
  const { intent } = trace
  if (!intent) return whyPath(trace)
  const ranking = intent.ranking.map(({ name, confidence }) => `${name} ${confidence.toFixed(2)}`).join(', ')
  const features = intent.because.map(({ feature }) => feature).join(', ')
  return `${ranking}; accepted from ${intent.threshold.toFixed(2)}${features === '' ? '' : `; decided by ${features}`}`
}

const nodesShownMax = 12

/** A circle of jumps walks all nodes that a turn may. */
const way = (nodes: readonly string[]): string =>
  nodes.length <= nodesShownMax
    ? nodes.join(' > ')
    : `${nodes.slice(0, nodesShownMax).join(' > ')} > ... (${nodes.length} in all)`

const whyPath = (trace: Trace | undefined): string => {
  if (!trace) return notThought
  const { path, intent, nodes, passages = [], notes } = trace
  const isUnderstood = intent !== undefined && path.includes('intent')
  return [
    path.join(', '),
    ...(isUnderstood
      ? [`${intent.name} ${intent.confidence.toFixed(2)}, accepted from ${intent.threshold.toFixed(2)}`]
      : []),
    ...(nodes.length === 0 ? [] : [`nodes ${way(nodes)}`]),
    ...passages.map(({ title, score }) => `passage "${title}" ${score.toFixed(2)}`),
    ...notes,
  ].join('; ')
}

/** Objects are alike whatever the order of their keys. */
const isSame = (one: Json, other: Json): boolean => canonical(one) === canonical(other)

const canonical = (value: Json): string =>
  JSON.stringify(value, (_, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([one], [other]) => (one < other ? -1 : 1)))
      : part,
  )

const jsonOf = (expected: ExpectedResponse): Json => ({
  ...expected,
  ...(expected.options === undefined ? {} : { options: [...expected.options] }),
})
