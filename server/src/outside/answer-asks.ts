import type { Agent } from '../brain/agent.ts'
import type { Answer, Ask, EmbedAsk, ModelAsk, SearchAsk, ToolAsk, WebhookAsk } from '../brain/turn-types.ts'
import { isNestedAtMost } from '../domain/json.ts'

/** For whom and until when something outside is asked. */
export interface Circumstances {
  readonly agent: Agent
  readonly agentId: string
  /** Of the agent; 0 is the draft. */
  readonly version: number
  readonly sessionId: string
  readonly integrationId: string
  readonly environmentId: string
  readonly requestId: string
  readonly channel: 'custom'
  /** When the whole turn is given up, ms since 1970. */
  readonly deadlineAt: number
  readonly signal: AbortSignal
  /**
   * What a model writes, as it comes. Raw and unchecked, also of a model that fails later: a sign of life, never to
   * be shown to a user.
   */
  readonly onText?: (delta: string) => void
}

export type AnswerAsk = (ask: Ask, circumstances: Circumstances) => Promise<Answer>

/** Answers one kind of ask. It may throw; `signal` ends at the deadline, too. */
export type Perform<Kind extends Ask> = (ask: Kind, circumstances: Circumstances) => Promise<Answer>

export interface Performers {
  readonly embed?: Perform<EmbedAsk>
  readonly search?: Perform<SearchAsk>
  readonly webhook: Perform<WebhookAsk>
  readonly model: Perform<ModelAsk>
  readonly tool: Perform<ToolAsk>
}

/**
 * Performs what the brain asks for. It never throws and never outlasts the turn's deadline: whatever goes wrong is
 * an answer with a sentence, because a turn goes on without a model or a webhook.
 */
export const createAnswerAsk =
  (performers: Performers): AnswerAsk =>
  async (ask, circumstances) => {
    const { signal, deadlineAt } = circumstances
    const leftMs = deadlineAt - Date.now()
    if (signal.aborted || leftMs <= 0) return failed(tooLate)
    const ends = endOf(signal, leftMs)
    try {
      const answered = perform(performers, ask, { ...circumstances, signal: ends.signal })
      const answer = await Promise.race([answered, ends.answer])
      return answer.ok && !isNestedAtMost(answer.value, nestingMax) ? failed(tooDeep) : answer
    } catch (error) {
      return failed(error instanceof Error ? error.message : 'failed for an unknown reason')
    } finally {
      ends.forget()
    }
  }

/** An answer that is none; the sentence goes into the turn's notes. */
export const failed = (error: string): Answer => ({ ok: false, error })

/** As of a body that we are sent. */
const nestingMax = 64
const tooDeep = `its answer is nested deeper than ${nestingMax} levels`

const tooLate = 'no answer before the time of the turn was up'

const perform = async (performers: Performers, ask: Ask, circumstances: Circumstances): Promise<Answer> => {
  switch (ask.kind) {
    case 'embed':
      return (await performers.embed?.(ask, circumstances)) ?? failed('not available here')
    case 'search':
      return (await performers.search?.(ask, circumstances)) ?? failed('not available here')
    case 'webhook':
      return await performers.webhook(ask, circumstances)
    case 'model':
      return await performers.model(ask, circumstances)
    case 'tool':
      return await performers.tool(ask, circumstances)
  }
}

/** The turn's own end or its deadline, whichever is first: as a signal, and as the answer that is given then. */
const endOf = (outer: AbortSignal, leftMs: number) => {
  const controller = new AbortController()
  const end = (): void => controller.abort(new Error(tooLate))
  const timer = setTimeout(end, leftMs)
  outer.addEventListener('abort', end, { once: true })
  return {
    signal: controller.signal,
    answer: new Promise<Answer>((resolve) => {
      controller.signal.addEventListener('abort', () => resolve(failed(tooLate)), { once: true })
    }),
    forget: (): void => {
      clearTimeout(timer)
      outer.removeEventListener('abort', end)
    },
  }
}
