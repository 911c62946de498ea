import type { Trace } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { turnBehindInboxEvent } from '../store/inbox.ts'

/** Why the agent said what the inbox shows. */
export interface Explanation {
  /** What the user had written; null for a greeting. */
  readonly said: string | null
  readonly trace: Trace
  /** What was asked outside meanwhile, and how long the answer took. */
  readonly asks: readonly { readonly kind: string; readonly ms: number }[]
}

/** @param answer.requestId the event's `in_reply_to`; null for the greeting of a session */
export const explainInboxAnswer = async (
  deps: Pick<Deps, 'db'>,
  answer: { readonly sessionId: string; readonly requestId: string | null },
): Promise<Explanation> => {
  const recorded = (await turnBehindInboxEvent(deps.db, answer)) as Partial<RecordedTurn> | undefined
  if (!recorded?.trace)
    throw new Refusal(
      'not-found',
      'request_id: no turn of the agent in this session, or nothing was recorded of it',
    )
  return {
    said: recorded.input?.text ?? null,
    trace: recorded.trace,
    asks: (recorded.asks ?? []).map(({ ask, ms }) => ({ kind: ask.kind, ms })),
  }
}

/** As run-turn.ts writes it; a turn that failed has none of it. */
interface RecordedTurn {
  readonly input: { readonly text?: string }
  readonly asks: readonly { readonly ask: { readonly kind: string }; readonly ms: number }[]
  readonly trace: Trace
}
