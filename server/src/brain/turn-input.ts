import { isJsonObject, type Json, type JsonObject } from '../domain/json.ts'
import { withSystemVariables } from '../domain/system-variables.ts'
import type { DialogState, HistoryLine, TurnInput } from './turn-types.ts'

/** A turn as it lies in the store, as the brain's input. */
export const turnInputOf = (
  stored: StoredTurn,
  { seed, bundles }: { readonly seed: number; readonly bundles: JsonObject },
  history?: readonly HistoryLine[],
): TurnInput => {
  const state = dialogStateOf(stored.dialogState)
  const message = (stored.message ?? {}) as Pick<TurnInput, 'text' | 'attachments'>
  return {
    kind: stored.kind,
    ...(message.text === undefined ? {} : { text: message.text }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    context: withSystemVariables(withBundles(stored.context, bundles), {
      integrationId: stored.integrationId,
      environmentId: stored.environmentId,
      sessionId: stored.sessionId,
      unknownCounter: state.unknown_counter,
      userMessageCount: stored.userMessageCount,
    }),
    state,
    ...(stored.agentId === null ? {} : { agentId: stored.agentId }),
    now: stored.now,
    seed,
    ...(history === undefined ? {} : { history }),
  }
}

/** The environment's shared values stand beside what the customer's system sent as `global`. */
const withBundles = (context: JsonObject, bundles: JsonObject): JsonObject => {
  if (Object.keys(bundles).length === 0) return context
  const global = context['global']
  return { ...context, global: { ...(isJsonObject(global) ? global : {}), ...bundles } }
}

export interface StoredTurn {
  readonly kind: TurnInput['kind']
  readonly message: JsonObject | null
  readonly context: JsonObject
  readonly dialogState: JsonObject
  readonly sessionId: string
  readonly integrationId: string
  readonly environmentId: string
  readonly agentId: string | null
  readonly userMessageCount: number
  readonly now: number
}

const dialogStateOf = (state: JsonObject): DialogState => {
  const counter = state['unknown_counter']
  return { ...state, unknown_counter: typeof counter === 'number' ? counter : 0 }
}

/** What a message said, as a line for the language model; undefined when it had no words. */
export const historyLine = (author: HistoryLine['author'], body: JsonObject): HistoryLine | undefined => {
  const text = author === 'brain' ? spokenText(body['responses']) : body['text']
  return typeof text === 'string' && text !== '' ? { author, text: text.slice(0, lineLengthMax) } : undefined
}

const lineLengthMax = 1_000

const spokenText = (responses: Json | undefined): string =>
  (Array.isArray(responses) ? responses : [])
    .flatMap((response) =>
      isJsonObject(response) && typeof response['text'] === 'string' ? [response['text']] : [],
    )
    .join('\n')
