import type { Json, JsonObject } from '../domain/json.ts'
import type { Session } from '../domain/session.ts'
import { createBatcher } from './batch.ts'
import type { Db, Transaction } from './db.ts'
import { findAnswers, type IdempotencyClaim, keepAnswers, keyConflict, newAnswers } from './idempotency.ts'
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

export const createSessionOpener = (deps: { readonly db: Db; readonly turnsDue: () => void }) => {
  const batcher = createBatcher<OpenRequest, Json>({
    run: async (requests) => {
      const { results, greetings } = await deps.db.transaction((tx) => openAll(tx, requests), {
        certain: true,
      })
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
): Promise<{ results: (Json | Error)[]; greetings: number }> => {
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
  if (fresh.length > 0) await insertSessions(tx, fresh)
  await keepAnswers(tx, newAnswers(answered, known))
  return { results, greetings: fresh.filter((request) => request.greets).length }
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
    )
    insert into turn_lanes (session_id, integration_id, head, tail, ready_at)
    select session_id, integration_id, 1, 1, now() from w where greets`,
}

const proofStatement = { name: 'prove-a-session', text: 'select from sessions where session_id = $1' }

const insertSessions = async (tx: Transaction, requests: readonly OpenRequest[]): Promise<void> => {
  const of = <Value>(column: (request: OpenRequest) => Value): Value[] => requests.map(column)
  tx.provenBy(proofStatement, [requests[0]?.session.sessionId])
  await tx.rows(insertStatement, [
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
}
