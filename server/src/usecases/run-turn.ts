import type { Agent } from '../brain/agent.ts'
import { builtinSentences } from '../brain/builtin-sentences.ts'
import { think } from '../brain/turn.ts'
import { historyLine, turnInputOf } from '../brain/turn-input.ts'
import type { Ask, DialogState, RecordedAsk, TurnInput, TurnResult } from '../brain/turn-types.ts'
import type { Deps } from '../deps.ts'
import { type AgentWish, lostWord, type TurnOutcome, turnOutcome } from '../domain/turn-outcome.ts'
import { patiently } from '../store/patiently.ts'
import { readHistory } from '../store/read-history.ts'
import { type ChangeRequest, LostClaim } from '../store/session-change.ts'
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
      return await giveUp(deps, turn, claimId, {
        error: `no process survived ${deps.limits.turnAttemptsMax} tries`,
      })
    if (!turn.hasWord) return await staySilent(deps, turn, claimId)
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
  | 'answerAsk'
  | 'brainTyping'
  | 'db'
  | 'changeSession'
  | 'newId'
  | 'chance'
  | 'clock'
  | 'log'
  | 'limits'
  | 'settings'
  | 'relaxedDb'
  | 'metrics'
  | 'isUnavailable'
>

interface Thought {
  readonly input: TurnInput
  readonly asks: readonly RecordedAsk[]
  readonly result: TurnResult
}

/** Far beyond what the brain itself allows (open-turn.ts); only a fault of ours goes on for so long. */
const asksMax = 200

/** The brain asks, we answer, until it is done. What was asked and answered is all that a replay needs. */
const thinkTurn = async (deps: RunTurnDeps, turn: ClaimedTurn): Promise<Thought> => {
  const { agentId, version, agent } = await agentOf(deps, turn)
  const input = await inputOf(deps, turn, agent)
  const timeoutSeconds = agent.document.agent.turn_limits?.timeout ?? turnTimeoutSeconds
  const abort = new AbortController()
  const typing = deps.brainTyping({
    sessionId: turn.sessionId,
    integrationId: turn.integrationId,
    requestId: turn.requestId,
  })
  const circumstances = {
    agent,
    agentId,
    version,
    sessionId: turn.sessionId,
    integrationId: turn.integrationId,
    environmentId: turn.environmentId,
    requestId: turn.requestId,
    channel: 'custom' as const,
    deadlineAt: deps.clock.now() + timeoutSeconds * 1000,
    signal: abort.signal,
    onText: () => typing.goesOn(),
  }
  const asks: RecordedAsk[] = []
  const thinking = think(agent, input)
  try {
    let step = thinking.next()
    while (!step.done) {
      if (asks.length >= asksMax)
        throw new Error(`the agent asked for more than ${asksMax} things in one turn`)
      if (isWriting(step.value)) typing.begins()
      const askedAt = deps.clock.now()
      const answer = await deps.answerAsk(step.value, circumstances)
      asks.push({ ask: step.value, answer, ms: deps.clock.now() - askedAt })
      step = thinking.next(answer)
    }
    return { input, asks, result: step.value }
  } finally {
    typing.ends()
    // A reason of our own: the default one is an exception with its stack, made anew for each turn.
    abort.abort(turnOver)
  }
}

const turnOver = new Error('the turn is over')

/** A model at work is to be seen as somebody who types; one that only judges is not. */
const isWriting = (ask: Ask): boolean => ask.kind === 'model' && ask.purpose !== 'judge'

/** Spec 2.2: after it the turn goes on without what it asked for. */
const turnTimeoutSeconds = 17

const agentOf = async (
  deps: RunTurnDeps,
  { agentId, agentVersion: version }: ClaimedTurn,
): Promise<{ readonly agentId: string; readonly version: number; readonly agent: Agent }> => {
  const agent = agentId === null || version === null ? undefined : await deps.agents.version(agentId, version)
  if (!agent || agentId === null || version === null)
    throw new Error(`agent ${agentId} has no version ${version}`)
  return { agentId, version, agent }
}

const inputOf = async (deps: RunTurnDeps, turn: ClaimedTurn, agent: Agent): Promise<TurnInput> => {
  const around = {
    seed: Math.floor(deps.chance() * 0x1_0000_0000),
    bundles: (await deps.settings.of(turn.integrationId))?.bundles ?? {},
  }
  if (!agent.hasModels || turn.kind !== 'message') return turnInputOf(turn, around)
  const before = await readHistory(deps.db, { ...turn, messagesMax: historyMessagesMax })
  const history = before.flatMap(({ author, body }) => historyLine(author, body) ?? [])
  return turnInputOf(turn, around, history)
}

/** What a language model is told of the conversation so far. */
const historyMessagesMax = 20

const finishTurn = (
  deps: RunTurnDeps,
  turn: ClaimedTurn,
  claimId: string,
  { input, asks, result }: Thought,
): Promise<TurnOutcome['outcome']> => {
  const { trace, ...rest } = result
  return endTurn(deps, turn, claimId, {
    wish: result,
    state: result.state,
    recorded: { input, asks, result: rest, trace },
  })
}

interface TurnEnd {
  readonly wish: AgentWish
  /** What the agent remembers; without it, what it did before. */
  readonly state?: DialogState
  readonly recorded: object
  readonly hasFailed?: boolean
}

/** While the store is away it waits, because thinking again would ask the agent's webhooks twice. */
const endTurn = async (
  deps: RunTurnDeps,
  turn: ClaimedTurn,
  claimId: string,
  { wish, state, recorded, hasFailed = false }: TurnEnd,
): Promise<TurnOutcome['outcome']> => {
  const messageId = deps.newId()
  const turnRequestId = deps.newId()
  const inReplyTo = turn.kind === 'message' ? turn.requestId : undefined
  const end: ChangeRequest<TurnOutcome['outcome']> = {
    sessionId: turn.sessionId,
    integrationId: turn.integrationId,
    turn: { turn: turn.turn, claimId },
    decide: (before, { now, settings, dialogState, hasLaterTurns }) => {
      const { outcome, session, responses, events, notes } = turnOutcome(before, wish, {
        turn: turn.turn,
        messageId,
        inReplyTo,
        now,
        timeoutSeconds: settings.sessionTimeoutSeconds,
        keepAliveSeconds: settings.keepAliveSeconds,
        hasLaterMessages: hasLaterTurns,
      })
      const said = {
        messageId,
        author: 'brain',
        body: { responses },
        requestId: turnRequestId,
        inReplyTo,
      } as const
      return {
        session,
        messages: responses.length === 0 ? [] : [said],
        events: events.map((payload) => ({ payload, requestId: turnRequestId })),
        finishedTurn: {
          outcome: hasFailed ? 'failed' : outcome,
          // What nobody heard was not asked: the next message does not answer it.
          dialogState: outcome === 'silent' ? dialogState : (state ?? dialogState),
          recorded: { ...recorded, notes },
        },
        answer: outcome,
      }
    },
  }
  return await patiently(deps.limits.turnLeaseSeconds * 1000, () => deps.changeSession(end))
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
    if (isLast)
      await giveUp(deps, turn, claimId, { error: String(error), language: await languageOf(deps, turn) })
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

/** It is not even thought about: a webhook of the agent would be called for nobody, and might order something. */
const staySilent = async (deps: RunTurnDeps, turn: ClaimedTurn, claimId: string): Promise<void> => {
  await deps.changeSession({
    sessionId: turn.sessionId,
    integrationId: turn.integrationId,
    turn: { turn: turn.turn, claimId },
    decide: (session, { dialogState }) => ({
      session,
      finishedTurn: { outcome: 'silent', dialogState, recorded: { notes: [lostWord] } },
      answer: null,
    }),
  })
  deps.metrics.turnEnded('silent')
}

/** A person is the floor: what the agent cannot answer waits for one, and the user is told. */
const giveUp = async (
  deps: RunTurnDeps,
  turn: ClaimedTurn,
  claimId: string,
  { error, language }: { readonly error: string; readonly language?: string | undefined },
): Promise<void> => {
  await endTurn(deps, turn, claimId, {
    wish: {
      responses: [{ type: 'text', text: builtinSentences(language).handover }, { type: 'handover' }],
      effects: [{ type: 'handover', reason: 'the agent failed' }],
    },
    recorded: { error },
    hasFailed: true,
  })
}

/** Its document may be what is broken. */
const languageOf = async (deps: RunTurnDeps, turn: ClaimedTurn): Promise<string | undefined> =>
  (await agentOf(deps, turn).catch(() => undefined))?.agent.document.agent.language

const turnLine = (turn: ClaimedTurn): object => ({
  sessionId: turn.sessionId,
  integrationId: turn.integrationId,
  turn: turn.turn,
  attempts: turn.attempts,
  agentId: turn.agentId,
  agentVersion: turn.agentVersion,
})
