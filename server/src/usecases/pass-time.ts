import type { Deps } from '../deps.ts'
import { passTime as pass } from '../domain/session-moves.ts'
import { findSessionsToCheck } from '../store/read-sessions.ts'

const sessionsPerRoundMax = 500

/**
 * Sessions whose timer ran out: expire them, close them, or set the timer anew because they were active meanwhile.
 * @returns how many were looked at; as many as `sessionsPerRoundMax` means there are more
 */
export const passTime = async (
  deps: Pick<Deps, 'db' | 'changeSession' | 'newId' | 'log'>,
): Promise<{ looked: number; more: boolean }> => {
  const due = await findSessionsToCheck(deps.db, sessionsPerRoundMax)
  const requestId = deps.newId()
  const outcomes = await Promise.allSettled(
    due.map((session) =>
      deps.changeSession({
        ...session,
        decide: (before, { now }) => {
          const moved = pass(before, now)
          return {
            session: moved.session,
            events: moved.events.map((payload) => ({ payload, requestId })),
            recheck: true,
            answer: null,
          }
        },
      }),
    ),
  )
  const failed = outcomes.find((outcome) => outcome.status === 'rejected')
  if (failed) deps.log.warn({ error: String(failed.reason), sessions: due.length }, 'expiry')
  return { looked: due.length, more: due.length === sessionsPerRoundMax && !failed }
}
