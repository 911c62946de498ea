import type { Agent } from '../brain/agent.ts'
import { think } from '../brain/turn.ts'
import type { Answer, DialogState, TurnInput, TurnResult } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { isJsonObject, type JsonObject } from '../domain/json.ts'
import { withSystemVariables } from '../domain/system-variables.ts'
import { type TurnOutcome, turnOutcome } from '../domain/turn-outcome.ts'
import { patiently } from '../store/patiently.ts'
import { LostClaim } from '../store/session-change.ts'
import { type ClaimedTurn, releaseTurn } from '../store/turn-lanes.ts'

/**
 * One piece of thinking the agent owes: ask the brain, perform what it asks for, ask again; then one transaction
 * writes replies, state, context, events and the end of the turn. No transaction is open while it thinks. The turn
 * is fenced by its claim: if the lease ran out and another process has it, this one's result is thrown away.
 */
export const runTurn = async (deps: RunTurnDeps, turn: ClaimedTurn, claimId: string): Promise<void> => {
  const startedAt = deps.clock.now()
  try {
    // Claimed more often than tried: it took its process down each time.
    if (turn.attempts > deps.limits.turnAttemptsMax)
      return await giveUp(deps, turn, claimId, `no process survived ${deps.limits.turnAttemptsMax} tries`)
    const thought = await thinkTurn(deps, turn)
    const outcome = await finishTurn(deps, turn, claimId, thought)
    deps.metrics.turnEnded(outcome)
    deps.log.info(
      {
        ...turnLine(turn),
        outcome,
        durationMs: deps.clock.now() - startedAt,
        intent: thought.result.trace.intent?.name,
      },
      'turn',
    )
  } catch (error) {
    await giveBack(deps, turn, claimId, error)
  }
}

type RunTurnDeps = Pick<
  Deps,
  | 'agents'
  | 'changeSession'
  | 'newId'
  | 'chance'
  | 'clock'
  | 'log'
  | 'limits'
  | 'relaxedDb'
  | 'metrics'
  | 'isUnavailable'
>

interface Thought {
  readonly input: TurnInput
  readonly answers: readonly Answer[]
  readonly result: TurnResult
}

const asksMax = 20

const thinkTurn = async (deps: RunTurnDeps, turn: ClaimedTurn): Promise<Thought> => {
  const agent = await agentOf(deps, turn)
  const input = inputOf(deps, turn)
  const answers: Answer[] = []
  for (;;) {
    const step = think(agent, input, answers)
    if (step.type === 'done') return { input, answers, result: step.result }
    if (answers.length >= asksMax)
      throw new Error(`the agent asked for more than ${asksMax} things in one turn`)
    answers.push({ ok: false, error: `${step.ask.kind}: not available in this version` })
  }
}

const agentOf = async (deps: RunTurnDeps, turn: ClaimedTurn): Promise<Agent> => {
  const agent =
    turn.agentId === null || turn.agentVersion === null
      ? undefined
      : await deps.agents.version(turn.agentId, turn.agentVersion)
  if (!agent) throw new Error(`agent ${turn.agentId} has no version ${turn.agentVersion}`)
  return agent
}

const inputOf = (deps: RunTurnDeps, turn: ClaimedTurn): TurnInput => {
  const state = dialogStateOf(turn.dialogState)
  const body: unknown = turn.messageBody === null ? {} : JSON.parse(turn.messageBody)
  const message = isJsonObject(body) ? (body as Pick<TurnInput, 'text' | 'attachments'>) : {}
  const context: unknown = JSON.parse(turn.context)
  return {
    kind: turn.kind,
    ...(message.text === undefined ? {} : { text: message.text }),
    ...(message.attachments === undefined ? {} : { attachments: message.attachments }),
    context: withSystemVariables(isJsonObject(context) ? context : {}, {
      integrationId: turn.integrationId,
      environmentId: turn.environmentId,
      sessionId: turn.sessionId,
      unknownCounter: state.unknown_counter,
      userMessageCount: turn.userMessageCount,
    }),
    state,
    now: turn.now,
    seed: Math.floor(deps.chance() * 0x1_0000_0000),
  }
}

const dialogStateOf = (text: string): DialogState => {
  const state: unknown = JSON.parse(text)
  const known: JsonObject = isJsonObject(state) ? state : {}
  const counter = known['unknown_counter']
  return { ...known, unknown_counter: typeof counter === 'number' ? counter : 0 }
}

const finishTurn = async (
  deps: RunTurnDeps,
  turn: ClaimedTurn,
  claimId: string,
  { input, answers, result }: Thought,
): Promise<TurnOutcome['outcome']> => {
  const messageId = deps.newId()
  const turnRequestId = deps.newId()
  return await deps.changeSession({
    sessionId: turn.sessionId,
    integrationId: turn.integrationId,
    turn: { turn: turn.turn, claimId },
    decide: (before, { now, settings }) => {
      const outcome = turnOutcome(before, result, {
        messageId,
        inReplyTo: turn.kind === 'message' ? turn.requestId : undefined,
        now,
        timeoutSeconds: settings.sessionTimeoutSeconds,
        keepAliveSeconds: settings.keepAliveSeconds,
      })
      return {
        session: outcome.session,
        messages:
          outcome.responses.length === 0
            ? []
            : [
                {
                  messageId,
                  author: 'brain',
                  body: { responses: outcome.responses },
                  requestId: turnRequestId,
                  inReplyTo: turn.kind === 'message' ? turn.requestId : undefined,
                },
              ],
        events: outcome.events.map((payload) => ({ payload, requestId: turnRequestId })),
        finishedTurn: {
          outcome: outcome.outcome,
          dialogState: result.state,
          recorded: { input, answers, trace: result.trace, notes: outcome.notes },
        },
        answer: outcome.outcome,
      }
    },
  })
}

const retryDelayMs = 1_000

const giveBack = async (
  deps: RunTurnDeps,
  turn: ClaimedTurn,
  claimId: string,
  error: unknown,
): Promise<void> => {
  const line = { ...turnLine(turn), error: String(error) }
  if (error instanceof LostClaim) {
    deps.metrics.turnEnded('taken over')
    return deps.log.warn(line, 'turn taken over by another process')
  }
  // That the store was away is not the agent's failure, however often it happens.
  const isTried = !deps.isUnavailable(error)
  const isLast = isTried && turn.attempts >= deps.limits.turnAttemptsMax
  deps.metrics.turnEnded(isLast ? 'failed' : 'retried')
  deps.log.error({ ...line, stack: error instanceof Error ? error.stack : undefined }, 'turn failed')
  try {
    if (isLast) await giveUp(deps, turn, claimId, String(error))
    else await release(deps, turn, { claimId, isTried })
  } catch (again) {
    // The store stays away: the lease runs out and the turn is claimed anew.
    deps.log.warn({ ...turnLine(turn), error: String(again) }, 'turn could not be given back')
  }
}

const release = (
  deps: RunTurnDeps,
  { sessionId }: ClaimedTurn,
  held: { readonly claimId: string; readonly isTried: boolean },
): Promise<void> =>
  patiently(deps.limits.turnLeaseSeconds * 1000, () =>
    releaseTurn(deps.relaxedDb, { sessionId, ...held, delayMs: retryDelayMs }),
  )

/** A person is the floor: what the agent cannot answer waits for one. */
const giveUp = async (
  deps: RunTurnDeps,
  turn: ClaimedTurn,
  claimId: string,
  error: string,
): Promise<void> => {
  const turnRequestId = deps.newId()
  await deps.changeSession({
    sessionId: turn.sessionId,
    integrationId: turn.integrationId,
    turn: { turn: turn.turn, claimId },
    decide: (before, { now, settings, dialogState }) => {
      const outcome = turnOutcome(
        before,
        { responses: [], effects: [{ type: 'handover', reason: 'the agent failed' }] },
        {
          messageId: turnRequestId,
          inReplyTo: undefined,
          now,
          timeoutSeconds: settings.sessionTimeoutSeconds,
          keepAliveSeconds: settings.keepAliveSeconds,
        },
      )
      return {
        session: outcome.session,
        events: outcome.events.map((payload) => ({ payload, requestId: turnRequestId })),
        finishedTurn: { outcome: 'failed', dialogState, recorded: { error } },
        answer: null,
      }
    },
  })
}

const turnLine = (turn: ClaimedTurn): object => ({
  sessionId: turn.sessionId,
  integrationId: turn.integrationId,
  turn: turn.turn,
  attempts: turn.attempts,
  agentId: turn.agentId,
  agentVersion: turn.agentVersion,
})
