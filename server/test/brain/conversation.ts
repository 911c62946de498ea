import { prepareAgent, trainingExamples } from '../../src/brain/agent.ts'
import type { AgentDocument } from '../../src/brain/document/document.ts'
import { validateDocument } from '../../src/brain/document/document-validation.ts'
import { trainIntents } from '../../src/brain/intents/train.ts'
import {
  type Answer,
  type Ask,
  initialDialogState,
  type TurnInput,
  type TurnResult,
} from '../../src/brain/turn-types.ts'
import { mergeContext } from '../../src/domain/context.ts'
import type { JsonObject } from '../../src/domain/json.ts'
import { thinkThrough } from './think-through.ts'

/**
 * Talks with an agent: state and context go from turn to turn as they do in a session. The clock stands at `at`
 * until a turn says otherwise.
 */
export const conversation = (
  document: AgentDocument,
  options: { readonly answer?: (ask: Ask) => Answer; readonly context?: JsonObject } = {},
) => {
  const checked = validateDocument(document)
  if (!checked.ok) throw new Error(JSON.stringify(checked.errors))
  const agent = prepareAgent(document, trainIntents(trainingExamples(document), { seed: 1 }))
  let state = initialDialogState
  let context: JsonObject = options.context ?? {}
  let turnCount = 0
  return (input: string | Partial<TurnInput>): TurnResult => {
    const given = typeof input === 'string' ? { text: input } : input
    turnCount++
    const result = thinkThrough(
      agent,
      {
        kind: 'message',
        context: { ...context, 'sys-user_message_counter': turnCount },
        now: at,
        seed: 1,
        state,
        ...given,
      },
      options.answer,
    )
    state = JSON.parse(JSON.stringify(result.state))
    context = mergeContext(context, result.contextPatch ?? {})
    return result
  }
}

/** A Wednesday. */
export const at = Date.parse('2026-03-04T10:00:00Z')

export const textsOf = ({ responses }: TurnResult): readonly string[] =>
  responses.flatMap((response) => (response.type === 'text' ? [response.text] : []))
