/** What can take a message on its way through a turn; the `path` of its trace names those that did. */
export const turnSteps = [
  'start',
  'first_message webhook',
  'pre_message webhook',
  'post_message webhook',
  'choice',
  'person',
  'stop',
  'attachment',
  'intent',
  'clarify',
  'question',
  'corrected',
  'declined',
  'asked again',
  'given up',
  'digression',
  'resumed',
  'knowledge',
  'model',
  'not understood',
  'fallen back',
] as const

export type TurnStep = (typeof turnSteps)[number]
