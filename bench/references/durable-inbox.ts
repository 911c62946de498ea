import { Client } from 'pg'
import { batches } from './batches.ts'

/**
 * The least that a durable, ordered channel must write: the message, its number under the session's row lock, an
 * event with its sequence, and the turn that is owed; and for the reply the same with the turn done. No keys, no
 * states, no context, no idempotency: the reference is what the platform would cost if it did nothing else.
 */
export interface DurableInbox {
  readonly accept: (message: Accepted, onCommitted: (error?: unknown) => void) => void
  readonly reply: (reply: Accepted, onCommitted: (error?: unknown) => void) => void
  readonly close: () => Promise<void>
}

export interface Accepted {
  readonly sessionId: string
  readonly requestId: string
  readonly messageId: string
  readonly body: string
}

export const durableInbox = async (databaseUrl: string, sessionCount: number): Promise<DurableInbox> => {
  const client = new Client(databaseUrl)
  await client.connect()
  await client.query(schema)
  await client.query(
    `insert into sessions select ('00000000-0000-4000-8000-' || lpad(to_hex(n), 12, '0'))::uuid
     from generate_series(0, $1::int - 1) n`,
    [sessionCount],
  )
  const writeWith = (name: string, text: string) =>
    batches<Accepted>(async (items) => {
      await client.query({
        name,
        text,
        values: [
          items.map((item) => item.sessionId),
          items.map((item) => item.messageId),
          items.map((item) => item.requestId),
          items.map((item) => item.body),
        ],
      })
    })
  return {
    accept: writeWith('accept', writeMessages(owedTurn)),
    reply: writeWith('reply', writeMessages(finishedTurn)),
    close: () => client.end(),
  }
}

export const sessionIdOf = (index: number): string =>
  `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`

const schema = `
  create table sessions (
    session_id uuid primary key,
    last_position integer not null default 0
  ) with (fillfactor = 70);
  create table messages (
    session_id uuid not null,
    position integer not null,
    message_id uuid not null,
    body json not null,
    request_id uuid not null,
    created_at timestamptz not null,
    primary key (session_id, position)
  );
  create table events (
    session_id uuid not null,
    sequence integer not null,
    event_id uuid not null,
    body text not null,
    created_at timestamptz not null,
    primary key (session_id, sequence)
  );
  create table turns (
    session_id uuid not null,
    turn integer not null,
    request_id uuid not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    primary key (session_id, turn)
  );`

const owedTurn = `insert into turns (session_id, turn, request_id, created_at)
  select session_id, position, request_id, now() from numbered`

const finishedTurn = `update turns set finished_at = now() from given
  where turns.session_id = given.session_id and turns.request_id = given.request_id`

const writeMessages = (turnStatement: string): string => `
  with given as (
    select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[])
      with ordinality as given (session_id, message_id, request_id, body, place)
  ), moved as (
    update sessions set last_position = last_position + wanted
    from (select session_id, count(*)::int as wanted from given group by session_id) as each
    where sessions.session_id = each.session_id
    returning sessions.session_id, last_position - wanted as base
  ), numbered as (
    select given.*, (base + row_number() over (partition by session_id order by place))::int as position
    from given join moved using (session_id)
  ), written as (
    insert into messages (session_id, position, message_id, body, request_id, created_at)
    select session_id, position, message_id, body::json, request_id, now() from numbered
  ), told as (
    insert into events (session_id, sequence, event_id, body, created_at)
    select session_id, position, message_id, body, now() from numbered
  )
  ${turnStatement}`
