import type { Deps } from '../deps.ts'
import { claimDueTurns } from '../usecases/claim-turns.ts'
import { runTurn } from '../usecases/run-turn.ts'

/**
 * Runs the turns that are due: woken after each commit that made one due, and by a poll in case a wake-up was lost.
 * Up to `turnsInFlightMax` at once; of one session always one.
 */
export const startTurns = (deps: TurnsDeps) => {
  let inFlight = 0
  let due = true
  let claiming = false
  /** The last round of claims: a stop waits for it, or what it claimed would lie until its lease ends. */
  let claims = Promise.resolve()
  let stopped = false
  let idle: (() => void) | undefined

  const wake = (): void => {
    due = true
    claim()
  }

  const claim = (): void => {
    if (!claiming && !stopped) claims = claimAll()
  }

  const claimAll = async (): Promise<void> => {
    claiming = true
    try {
      while (due && !stopped && inFlight < turnsInFlightMax) {
        due = false
        const room = turnsInFlightMax - inFlight
        const { turns, claimId, more } = await claimDueTurns(deps, room)
        if (more) due = true
        for (const turn of turns) void start(turn, claimId)
      }
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'turns could not be claimed')
    } finally {
      claiming = false
    }
  }

  const start = async (turn: Parameters<typeof runTurn>[1], claimId: string): Promise<void> => {
    inFlight += 1
    await runTurn(deps, turn, claimId)
    inFlight -= 1
    if (inFlight === 0) idle?.()
    if (due) claim()
  }

  const unsubscribe = deps.signals.onWakeUp(({ turnsDue }) => {
    if (turnsDue) wake()
  })
  const poll = setInterval(wake, deps.limits.pollMs)
  wake()

  return {
    inFlight: () => inFlight,
    /** No new turns; resolves when those under way have ended. */
    stop: async (): Promise<void> => {
      stopped = true
      unsubscribe()
      clearInterval(poll)
      await claims
      if (inFlight > 0) await new Promise<void>((resolve) => (idle = resolve))
    },
  }
}

type TurnsDeps = Pick<
  Deps,
  | 'agents'
  | 'answerAsk'
  | 'brainTyping'
  | 'db'
  | 'changeSession'
  | 'newId'
  | 'newClaimId'
  | 'chance'
  | 'clock'
  | 'log'
  | 'metrics'
  | 'limits'
  | 'settings'
  | 'relaxedDb'
  | 'isUnavailable'
  | 'signals'
>

const turnsInFlightMax = 128
