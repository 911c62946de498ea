import type { Json, JsonObject } from '../domain/json.ts'
import type { Session } from '../domain/session.ts'
import { createBatcher } from './batch.ts'
import type { Db, Transaction } from './db.ts'
import { findAnswers, type IdempotencyClaim, keepAnswers, keyConflict, newAnswers } from './idempotency.ts'
import type { SessionAtRest } from './session-cell.ts'
import type { SessionMemory } from './session-memory.ts'
import { jsonTexts } from './statement-parts.ts'
import { isStoreClash, isStoreUnavailable } from './store-errors.ts'

/** New sessions, many to a commit. With a greeting agent the first turn is due at once. */
export interface OpenRequest {
  readonly integrationId: string
  readonly idempotency?: IdempotencyClaim | undefined
  readonly requestId: string
  readonly session: Omit<Session, 'createdAt' | 'lastActivityAt' | 'expiresAt'>
  readonly timeoutSeconds: number
  readonly dialogState: JsonObject
  readonly greets: boolean
  /** What the caller is told: kept under the idempotency key. */
  readonly answer: JsonObject
}

const batchItemsMax = 200
const batchesInFlightMax = 2

export const createSessionOpener = (deps: {
  readonly db: Db
  readonly turnsDue: () => void
  readonly memory: SessionMemory
}) => {
  const batcher = createBatcher<OpenRequest, Json>({
    run: async (requests) => {
      const { results, greetings, opened } = await deps.db.transaction((tx) => openAll(tx, requests), {
        certain: true,
      })
      deps.memory.remember(opened)
      if (greetings > 0) deps.turnsDue()
      return results
    },
    itemsMax: batchItemsMax,
    inFlightMax: batchesInFlightMax,
    // One key at a time, so that the second of two equal requests finds the first one's answer.
    keyOf: (request) =>
      request.idempotency ? `${request.integrationId} ${request.idempotency.key}` : request.requestId,
    isFinal: isStoreUnavailable,
    isClash: isStoreClash,
  })
  return (request: OpenRequest): Promise<Json> => batcher.add(request)
}

const openAll = async (
  tx: Transaction,
  requests: readonly OpenRequest[],
): Promise<{
  readonly results: readonly (Json | Error)[]
  readonly greetings: number
  readonly opened: readonly SessionAtRest[]
}> => {
  const known = await findAnswers(tx, requests)
  const answered = new Map(known)
  const fresh: OpenRequest[] = []
  const results = requests.map((request): Json | Error => {
    if (!request.idempotency) {
      fresh.push(request)
      return request.answer
    }
    const key = `${request.integrationId} ${request.idempotency.key}`
    const earlier = answered.get(key)
    if (!earlier) {
      answered.set(key, { hash: request.idempotency.hash, answer: request.answer })
      fresh.push(request)
      return request.answer
    }
    return earlier.hash.equals(request.idempotency.hash) ? earlier.answer : keyConflict()
  })
  const openedAt = fresh.length > 0 ? await insertSessions(tx, fresh) : new Map<string, number>()
  await keepAnswers(tx, newAnswers(answered, known))
  return {
    results,
    greetings: fresh.filter((request) => request.greets).length,
    opened: fresh.flatMap((request) => stateOf(request, openedAt, tx.version()) ?? []),
  }
}

const stateOf = (
  { session, timeoutSeconds, dialogState, greets }: OpenRequest,
  openedAt: ReadonlyMap<string, number>,
  version: string | undefined,
): SessionAtRest | undefined => {
  const at = openedAt.get(session.sessionId)
  if (at === undefined || version === undefined) return undefined
  const expiresAt = at + timeoutSeconds * 1000
  return {
    session: { ...session, createdAt: at, lastActivityAt: at, expiresAt },
    dialogState,
    lastPosition: 0,
    lastTurn: greets ? 1 : 0,
    lastSequence: 0,
    checkAt: expiresAt,
    version,
  }
}

const insertStatement = {
  name: 'open-sessions',
  text: `with w as (
      select *, clock_timestamp() as at from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::uuid[],
        $7::text[], $8::uuid[], $9::int[], $10::text[], $11::text[], $12::text[], $13::int[], $14::bool[], $15::uuid[])
        as w(session_id, integration_id, environment_id, external_session_id, channel_user_id, user_id, owner, agent_id,
          agent_version, agent_name, context, dialog_state, timeout_seconds, greets, request_id)
    ), opened as (
      insert into sessions (session_id, integration_id, environment_id, external_session_id, channel_user_id, user_id,
        owner, agent_id, agent_version, agent_name, context, dialog_state, last_turn, created_at, last_activity_at,
        expires_at, check_at)
      select session_id, integration_id, environment_id, external_session_id, channel_user_id, user_id, owner, agent_id,
        agent_version, agent_name, context::json, dialog_state::json, greets::int, at, at,
        at + make_interval(secs => timeout_seconds), at + make_interval(secs => timeout_seconds)
      from w
    ), greeting as (
      insert into turns (session_id, turn, kind, request_id, created_at)
      select session_id, 1, 'session_start', request_id, at from w where greets
    ), greeting_lanes as (
      insert into turn_lanes (session_id, integration_id, head, tail, ready_at)
      select session_id, integration_id, 1, 1, now() from w where greets
    )
    select session_id, floor(extract(epoch from at) * 1000)::float8 as at from w`,
}

const proofStatement = { name: 'prove-a-session', text: 'select from sessions where session_id = $1' }

/** @returns when, by the database's clock, in ms */
const insertSessions = async (
  tx: Transaction,
  requests: readonly OpenRequest[],
): Promise<ReadonlyMap<string, number>> => {
  const of = <Value>(column: (request: OpenRequest) => Value): Value[] => requests.map(column)
  tx.provenBy(proofStatement, [requests[0]?.session.sessionId])
  const rows = await tx.rows<{ session_id: string; at: number }>(insertStatement, [
    of((r) => r.session.sessionId),
    of((r) => r.session.integrationId),
    of((r) => r.session.environmentId),
    of((r) => r.session.externalSessionId),
    of((r) => r.session.channelUserId),
    of((r) => r.session.userId),
    of((r) => r.session.owner),
    of((r) => r.session.agent?.agentId ?? null),
    of((r) => r.session.agent?.version ?? null),
    of((r) => r.session.agent?.name ?? null),
    jsonTexts(of((r) => JSON.stringify(r.session.context))),
    jsonTexts(of((r) => JSON.stringify(r.dialogState))),
    of((r) => r.timeoutSeconds),
    of((r) => r.greets),
    of((r) => r.requestId),
  ])
  return new Map(rows.map(({ session_id, at }) => [session_id, at]))
}
