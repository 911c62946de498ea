import { type JsonBody, listOf, recordOf } from './management-api.ts'

/** The report for a person: what changed where, and the sums at the end, where one looks first. */
export const printReplay = (report: JsonBody): string => {
  const conversations = listOf(report['conversations'])
  return [
    ...conversations.slice(0, conversationsShownMax).flatMap(conversationLines),
    ...leftOff(conversations.length - conversationsShownMax + Number(report['left_off'])),
    ...totalLines(recordOf(report['totals'])),
    '',
  ].join('\n')
}

const conversationsShownMax = 50

const leftOff = (count: number): string[] =>
  count > 0 ? [`... and ${count} more conversations; --json has them`, ''] : []

const conversationLines = (conversation: JsonBody): string[] => [
  `session ${String(conversation['session_id'])} (held by version ${String(conversation['version'])})`,
  ...listOf(conversation['turns']).flatMap(({ turn, said, differences }) => [
    `  turn ${String(turn)}  "${String(said)}"`,
    ...listOf(differences).flatMap(({ what, before, after }) =>
      what === 'unrecorded_ask'
        ? [`    asks what was not recorded: ${shown(after)}`]
        : [`    ${String(what)}`, ...wasAndIs(before, after)],
    ),
  ]),
  ...listOf(conversation['refused']).map(
    ({ turn, reason }) => `  turn ${String(turn)}  cannot be replayed: ${String(reason)}`,
  ),
  '',
]

const totalLines = (totals: JsonBody): string[] => {
  const count = (key: string): string => String(totals[key])
  const changed = Object.entries(recordOf(totals['changed'])).filter(([, turns]) => turns !== 0)
  const { before, after } = recordOf(totals['containment'])
  if (totals['conversations'] === 0) return ['There are no conversations to replay.']
  return [
    `${count('turns_changed')} of ${count('turns')} turns changed, in ${count('conversations_changed')} of ${count('conversations')} conversations`,
    ...(changed.length === 0
      ? []
      : [`by turns: ${changed.map(([what, turns]) => `${what} ${String(turns)}`).join(', ')}`]),
    ...(totals['turns_refused'] === 0 ? [] : [`${count('turns_refused')} turns could not be replayed`]),
    ...(totals['turns_unreached'] === 0 ? [] : [`${count('turns_unreached')} turns were not reached`]),
    `containment: was ${percent(before)}, is ${percent(after)}`,
  ]
}

const percent = (share: unknown): string =>
  typeof share === 'number' ? `${(share * 100).toFixed(1)} %` : 'unknown'

/** What two lists share at the beginning and at the end is left out, and of long texts what is far from the change. */
const wasAndIs = (before: unknown, after: unknown): string[] => {
  const [was, is] = [textsOf(before), textsOf(after)]
  const first = sharedLength(was, is)
  const last = sharedLength(was.slice(first).reverse(), is.slice(first).reverse())
  const changed = (texts: readonly string[], others: readonly string[]): string => {
    const some = texts
      .slice(first, texts.length - last)
      .map((text, index) => around(text, sharedLength([...text], [...(others[first + index] ?? '')])))
    return [
      ...(first > 0 ? ['...'] : []),
      ...(some.length > 0 ? some : ['nothing']),
      ...(last > 0 ? ['...'] : []),
    ].join(' | ')
  }
  return [`      was  ${changed(was, is)}`, `      is   ${changed(is, was)}`]
}

const sharedLength = (some: readonly string[], others: readonly string[]): number => {
  const different = some.findIndex((text, index) => text !== others[index])
  return different === -1 ? some.length : different
}

const shownLengthMax = 300
const shownBeforeChange = 60

/** The characters around a place. */
const around = (text: string, place: number): string => {
  const characters = [...text]
  if (characters.length <= shownLengthMax) return text
  const from = place < shownLengthMax - shownBeforeChange ? 0 : place - shownBeforeChange
  const to = from + shownLengthMax
  const part = characters.slice(from, to).join('')
  return `${from > 0 ? '... ' : ''}${part}${to < characters.length ? ' ...' : ''}`
}

const shown = (value: unknown): string => around(textsOf(value).join(' | '), 0)

const textsOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(textOf) : [textOf(value)])

/** What is said is shown as it is said, with its quick replies. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  const { type, text, options, ...others } = recordOf(value)
  if (type !== 'text' || typeof text !== 'string' || Object.keys(others).length > 0)
    return JSON.stringify(value)
  return options === undefined ? text : `${text} ${JSON.stringify(options)}`
}
