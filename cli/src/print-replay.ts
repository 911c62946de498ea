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
        : [`    ${String(what)}`, `      was  ${shown(before)}`, `      is   ${shown(after)}`],
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

const shownLengthMax = 300

const shown = (value: unknown): string => {
  const texts = Array.isArray(value) ? value.map(textOf) : [textOf(value)]
  const text = texts.length === 0 ? 'nothing' : texts.join(' | ')
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)} ...` : text
}

/** What is said is shown as it is said. */
const textOf = (value: unknown): string => {
  if (typeof value === 'string') return value
  const { type, text } = recordOf(value)
  return type === 'text' && typeof text === 'string' ? text : JSON.stringify(value)
}
