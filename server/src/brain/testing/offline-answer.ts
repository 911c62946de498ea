import type { Answer, Ask } from '../turn-types.ts'

/** What nobody answers where nobody is: tests and replays that run alone. */
export const offlineAnswer = (question: Ask): Answer => ({
  ok: false,
  error: `${question.kind}: nobody is asked in a test`,
})
