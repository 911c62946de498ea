import { Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { limits } from '../domain/limits.ts'
import type { Queries } from './db.ts'
import { jsonTexts } from './statement-parts.ts'
import { storeClash } from './store-errors.ts'

/** The caller's Idempotency-Key and the SHA-256 of method, path and body it came with. */
export interface IdempotencyClaim {
  readonly key: string
  readonly hash: Buffer
}

/** Answers given under a key, by `integration_id key`. */
export type Answered = Map<string, { readonly hash: Buffer; readonly answer: Json }>

interface Claiming {
  readonly integrationId: string
  readonly idempotency?: IdempotencyClaim | undefined
}

const findStatement = {
  name: 'find-idempotent-answers',
  text: `select k.integration_id, k.key, k.request_hash, k.answer
    from unnest($1::uuid[], $2::text[]) as asked(integration_id, key)
    join idempotency_keys k on k.integration_id = asked.integration_id and k.key = asked.key
    where k.created_at > now() - make_interval(hours => ${limits.idempotencyHours})`,
}

/** The answers already given to these requests' keys within the last 24 hours. */
export const findAnswers = async (tx: Queries, requests: readonly Claiming[]): Promise<Answered> => {
  const claims = requests.filter((request) => request.idempotency !== undefined)
  if (claims.length === 0) return new Map()
  const rows = await tx.rows<{ integration_id: string; key: string; request_hash: Buffer; answer: Json }>(
    findStatement,
    [claims.map((claim) => claim.integrationId), claims.map((claim) => claim.idempotency?.key)],
  )
  return new Map(
    rows.map((row) => [`${row.integration_id} ${row.key}`, { hash: row.request_hash, answer: row.answer }]),
  )
}

export interface NewAnswer {
  readonly integrationId: string
  readonly key: string
  readonly hash: Buffer
  readonly answer: string
}

/** What this batch answered for the first time. */
export const newAnswers = (answered: Answered, known: Answered): NewAnswer[] =>
  [...answered]
    .filter(([key]) => !known.has(key))
    .map(([key, { hash, answer }]) => ({
      integrationId: key.slice(0, 36),
      key: key.slice(37),
      hash,
      answer: JSON.stringify(answer),
    }))

const keepStatement = {
  name: 'keep-answers',
  text: `insert into idempotency_keys as k (integration_id, key, request_hash, answer)
    select integration_id, key, request_hash, answer::json
    from unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[]) as w(integration_id, key, request_hash, answer)
    on conflict (integration_id, key) do update
      set request_hash = excluded.request_hash, answer = excluded.answer, created_at = now()
      where k.created_at <= now() - make_interval(hours => ${limits.idempotencyHours})
    returning 1`,
}

/**
 * Throws a clash when another batch answered one of the keys meanwhile: this one rolls back, the next try finds the
 * answer. In the order of the keys, so that two batches with the same ones do not wait for each other.
 */
export const keepAnswers = async (tx: Queries, unsorted: readonly NewAnswer[]): Promise<void> => {
  if (unsorted.length === 0) return
  const answers = unsorted.toSorted((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1))
  const rows = await tx.rows(keepStatement, [
    answers.map((answer) => answer.integrationId),
    answers.map((answer) => answer.key),
    answers.map((answer) => answer.hash),
    jsonTexts(answers.map((answer) => answer.answer)),
  ])
  if (rows.length !== answers.length)
    throw storeClash('an idempotency key was taken by another process meanwhile')
}

const placeOf = (answer: NewAnswer): string => `${answer.integrationId} ${answer.key}`

export const keyConflict = (): Refusal =>
  new Refusal(
    'idempotency-conflict',
    'Idempotency-Key: was used with another request within 24 hours; use a new key for a new request',
  )
