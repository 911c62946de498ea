import { mergeContext } from '../../domain/context.ts'
import type { Json, JsonObject } from '../../domain/json.ts'
import { isJsonObject } from '../../domain/json.ts'
import { note, type OpenTurn } from '../open-turn.ts'
import type { Passage } from '../turn-types.ts'
import { variable } from '../variables.ts'
import type { Evidence } from './claims/evidence.ts'
import { languagesOf } from './speaking.ts'
import { cleanedJson, recordsOf } from './untrusted.ts'

/**
 * What a model's text of this turn may stand on. What the user said, also when it was saved as a variable or stands in
 * their profile, is theirs: it carries no address, price or promise of ours.
 */
export const evidenceOf = (
  turn: OpenTurn,
  sources: {
    readonly passages?: readonly Passage[]
    /** Answers of tools, cleaned. */
    readonly results?: readonly Json[]
    /** One of these tools may have done something. */
    readonly hasActed?: boolean
    /** Texts of the document that this text is made from. */
    readonly texts?: readonly string[]
    readonly secret?: readonly string[]
  },
): Evidence => {
  const { input, agent, text } = turn
  const { guidelines = {}, agent: self } = agent.document
  const { passages = [], results = [], hasActed = false, texts = [], secret = [] } = sources
  const history = input.history ?? []
  return {
    ours: [
      ...passages.map(passageText),
      ...texts,
      ...[self.name, self.description, guidelines.overview].flatMap((one) => one ?? []),
      ...(guidelines.objections ?? []).map(({ response }) => response),
      ...history.flatMap((line) => (line.author === 'user' ? [] : [line.text])),
      ...turn.responses.flatMap((response) => (response.type === 'text' ? [response.text] : [])),
    ],
    records: [...recordsOf(cleanedJson(ownVariables(turn)).value), ...results.flatMap(recordsOf)],
    theirs: [
      text,
      ...history.flatMap((line) => (line.author === 'user' ? [line.text] : [])),
      ...recordsOf(turn.context['user'] ?? null),
      ...saidByUser(turn).flatMap((path) => recordsOf(variable(turn.context, path) ?? null)),
    ],
    confidential: [
      ...[guidelines.goal, guidelines.custom_instructions].flatMap((one) => one ?? []),
      ...recordsOf(turn.context['live_instructions'] ?? null),
    ],
    secret,
    languages: languagesOf(turn),
    hasActed,
  }
}

const passageText = ({ title, heading, url, text }: Passage): string =>
  [title, heading ?? '', text, url ?? ''].filter((part) => part !== '').join('\n')

/** The context as the model sees it: without what is ours to know. */
export const variablesText = (turn: OpenTurn): string => {
  const { value, hadInstructions } = cleanedJson(visible(turn.context))
  if (hadInstructions) note(turn, 'context: it has instructions to a language model; they were left out')
  return JSON.stringify(value).slice(0, variablesLengthMax)
}

const variablesLengthMax = 4_000

const visible = (context: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(context).filter(([key]) => !key.startsWith('sys-') && !hidden.has(key)))

const hidden: ReadonlySet<string> = new Set(['channels', 'live_instructions'])

/** What the operator's systems set, and not the user. */
const ownVariables = (turn: OpenTurn): JsonObject =>
  [...saidByUser(turn), 'user'].reduce((rest, path) => without(rest, path.split('.')), visible(turn.context))

const without = (context: JsonObject, [name = '', ...rest]: readonly string[]): JsonObject => {
  const value = context[name]
  if (rest.length === 0 || !isJsonObject(value)) return mergeContext(context, { [name]: null })
  return { ...context, [name]: without(value, rest) }
}

const kept = new WeakMap<OpenTurn['agent'], readonly string[]>()

/** Variables that hold what users wrote: answers to questions, and what is rendered from other variables. */
const saidByUser = ({ agent }: OpenTurn): readonly string[] => {
  const known = kept.get(agent)
  if (known !== undefined) return known
  const paths = new Set<string>()
  for (const { requisites = [], actions = [], conditions = [] } of agent.nodes.values()) {
    for (const { save_as } of requisites) paths.add(save_as)
    for (const action of [...actions, ...conditions.flatMap((condition) => condition.actions)])
      if (action.type === 'set_variables')
        for (const [path, value] of Object.entries(action.variables))
          if (JSON.stringify(value).includes('{{')) paths.add(path)
  }
  kept.set(agent, [...paths])
  return [...paths]
}
