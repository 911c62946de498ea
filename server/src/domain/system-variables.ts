import type { JsonObject } from './json.ts'

/** The read-only variables that the agent sees beside the context (wire spec 1.4). */
export const withSystemVariables = (
  context: JsonObject,
  facts: {
    readonly integrationId: string
    readonly environmentId: string
    readonly sessionId: string
    readonly unknownCounter: number
    readonly userMessageCount: number
  },
): JsonObject => ({
  ...context,
  'sys-channel': 'custom',
  'sys-unknown_counter': facts.unknownCounter,
  'sys-business': facts.integrationId,
  'sys-desk': facts.environmentId,
  'sys-session': facts.sessionId,
  'sys-user_message_counter': facts.userMessageCount,
})
