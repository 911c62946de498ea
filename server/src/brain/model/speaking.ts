import type { OpenTurn } from '../open-turn.ts'
import { variable } from '../variables.ts'

/** How the model is told to speak, and how much. */

/** The agent's own language first, then the user's. */
export const languagesOf = (turn: OpenTurn): readonly string[] => {
  const own = turn.agent.document.agent.language ?? 'en'
  const user = variable(turn.context, 'user.language')
  const isTag = typeof user === 'string' && /^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$/i.test(user)
  return isTag && user !== own ? [own, user] : [own]
}

export const maxTokensOf = (turn: OpenTurn): number =>
  sizes[turn.agent.document.guidelines?.response_size ?? 'medium'].maxTokens

const sizes = {
  short: { maxTokens: 250, words: 'one or two sentences' },
  medium: { maxTokens: 500, words: 'at most five sentences' },
  long: { maxTokens: 1_000, words: 'as long as it takes, at most fifteen sentences' },
} as const

const tones: Readonly<Record<string, string>> = {
  '-1': 'formal and reserved',
  '0': 'neutral and clear',
  '1': 'friendly and warm',
  '2': 'playful, with a light touch',
}

/** The rules of one purpose, and what the operator wants of every text. */
export const systemText = (turn: OpenTurn, rules: string): string =>
  [rules, '', 'Guidelines of the operator:', ...guidelineLines(turn).map((line) => `- ${line}`)].join('\n')

const guidelineLines = (turn: OpenTurn): readonly string[] => {
  const { agent, guidelines = {} } = turn.agent.document
  const { goal, overview, custom_instructions, objections = [], match_user_language = true } = guidelines
  const live = turn.context['live_instructions']
  return [
    `Name: ${agent.name}`,
    ...(agent.description === undefined ? [] : [`Who you are: ${agent.description}`]),
    ...(goal === undefined ? [] : [`Goal: ${goal}`]),
    ...(overview === undefined ? [] : [`About us: ${overview}`]),
    ...(custom_instructions === undefined ? [] : [`Instructions: ${custom_instructions}`]),
    ...(live === undefined || live === null || live === ''
      ? []
      : [`Instructions for now: ${typeof live === 'string' ? live : JSON.stringify(live)}`]),
    ...objections.map(
      ({ message, response }) => `When a user says something like "${message}", say: ${response}`,
    ),
    `Tone: ${tones[String(guidelines.tone_of_voice ?? 0)] ?? 'neutral'}`,
    `Length: ${sizes[guidelines.response_size ?? 'medium'].words}`,
    match_user_language
      ? `Language: that of the user's message; ${agent.language ?? 'en'} when in doubt`
      : `Language: always ${agent.language ?? 'en'}`,
  ]
}
