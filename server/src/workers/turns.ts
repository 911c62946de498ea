import type { Deps } from '../deps.ts'
import { shareOf } from '../domain/endpoint.ts'
import { claimDueTurns } from '../usecases/claim-turns.ts'
import { runTurn } from '../usecases/run-turn.ts'

/**
 * Runs the turns that are due. Most of them come with the commit that made them due, claimed by it; the others are
 * claimed here: after a wake-up, and by a poll in case a wake-up was lost.
 *
 * 1. Of one session always one turn.
 * 2. Up to `all` at once, and of one integration `ofOne` while half of them are free, then in proportion: an agent
 *    whose webhook hangs for hundreds of users holds half, the next such one a quarter, and their neighbours are
 *    answered. One claim takes half of what is free at most, so that this holds within it too.
 * 3. Who was left out for that is claimed again as soon as a turn's end gives it room.
 * 4. A commit gets no room for its turns while older ones of the same integration may wait.
 */
export const startTurns = (deps: TurnsDeps, slots: TurnSlots = defaultSlots) => {
  let inFlight = 0
  const inFlightOf = new Map<string, number>()
  /** Integrations that had all they might have when turns were last claimed. */
  let heldBack: readonly string[] = []
  /** Integrations of which the last claim may have left turns waiting; null = of any. */
  let behind: ReadonlySet<string> | null = null
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

  const ofOneMax = (): number => shareOf(slots.ofOne, { free: slots.all - inFlight, max: slots.all })

  const isFull = (integrationId: string): boolean => (inFlightOf.get(integrationId) ?? 0) >= ofOneMax()

  const claimAll = async (): Promise<void> => {
    claiming = true
    try {
      while (due && !stopped && inFlight < slots.all) {
        due = false
        const full = [...inFlightOf.keys()].filter(isFull)
        const claimed = await claimDueTurns(deps, {
          turnsMax: Math.ceil((slots.all - inFlight) / 2),
          ofOneMax: ofOneMax(),
          inFlightOf,
        })
        behind = claimed.isFull ? null : new Set([...claimed.behind, ...full])
        for (const turn of claimed.turns) {
          count(turn.integrationId, 1)
          void run(turn, claimed.claimId)
        }
        // Who was full was left out, and may have got room meanwhile.
        if (claimed.isFull || claimed.behind.size > 0 || !full.every(isFull)) due = true
        heldBack = [...inFlightOf.keys()].filter(isFull)
      }
    } catch (error) {
      deps.log.warn({ error: String(error) }, 'turns could not be claimed')
    } finally {
      claiming = false
    }
  }

  const run = async (turn: ClaimedTurn, claimId: string): Promise<void> => {
    await runTurn(deps, turn, claimId)
    leave(turn.integrationId)
  }

  /** A slot is free. */
  const leave = (integrationId: string): void => {
    count(integrationId, -1)
    if (inFlight === 0) idle?.()
    if (heldBack.some((integrationId) => !isFull(integrationId))) due = true
    if (due) claim()
  }

  const count = (integrationId: string, change: 1 | -1): void => {
    inFlight += change
    const held = (inFlightOf.get(integrationId) ?? 0) + change
    if (held === 0) inFlightOf.delete(integrationId)
    else inFlightOf.set(integrationId, held)
  }

  const taker: Taker = {
    reserve: (integrationId) => {
      const isOlderWaiting = behind === null || behind.has(integrationId)
      if (stopped || isOlderWaiting || inFlight >= slots.all || isFull(integrationId)) return false
      count(integrationId, 1)
      return true
    },
    letGo: leave,
    take: (turn, { claimId }) => void run(turn, claimId),
  }
  deps.takers.turns = taker

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
      if (deps.takers.turns === taker) deps.takers.turns = null
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
  | 'takers'
>

type Taker = NonNullable<Deps['takers']['turns']>
type ClaimedTurn = Parameters<typeof runTurn>[1]

/** How many turns may be in flight at once in this process. Most of their time they wait for somebody outside. */
export interface TurnSlots {
  readonly all: number
  /** Of one integration, while half of all are free. */
  readonly ofOne: number
}

const defaultSlots: TurnSlots = { all: 256, ofOne: 128 }
