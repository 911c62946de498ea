import type { BrainTyping, Deps, TypingTurn } from '../deps.ts'
import { readSession } from '../store/read-sessions.ts'

/** A sign that is older than this is shown no more by most, so it is told again. */
const againAfterMs = 4_000

/**
 * Told as `message:compose` of the brain: one start, again while the model goes on, one stop before the answer.
 * Nothing waits for it, and when it fails nobody misses it.
 */
export const createBrainTyping =
  (deps: Pick<Deps, 'db' | 'settings' | 'tellCompose' | 'clock' | 'log'>) =>
  (turn: TypingTurn): BrainTyping => {
    let isOn = false
    let toldAt = 0
    let told: Promise<void> = Promise.resolve()

    const tell = (action: 'start' | 'stop'): void => {
      toldAt = deps.clock.now()
      told = told
        .then(() => tellNow(deps, turn, action))
        .catch((error) => deps.log.debug({ error: String(error) }, 'typing'))
    }
    return {
      begins: () => {
        if (!isOn) tell('start')
        isOn = true
      },
      goesOn: () => {
        if (isOn && deps.clock.now() - toldAt >= againAfterMs) tell('start')
      },
      ends: () => {
        if (isOn) tell('stop')
        isOn = false
      },
    }
  }

const tellNow = async (
  deps: Pick<Deps, 'db' | 'settings' | 'tellCompose'>,
  { sessionId, integrationId, requestId }: TypingTurn,
  action: 'start' | 'stop',
): Promise<void> => {
  const [settings, found] = await Promise.all([
    deps.settings.of(integrationId),
    readSession(deps.db, integrationId, sessionId),
  ])
  if (!settings || !found) return
  deps.tellCompose(
    settings,
    found.session,
    { event_type: 'message:compose', action, author: 'brain' },
    { requestId, timestamp: Math.floor(found.now) },
  )
}
