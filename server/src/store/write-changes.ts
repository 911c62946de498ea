import type { Proof } from './commit-outcome.ts'
import type { Statement, Transaction } from './db.ts'
import type { DirectClaims } from './direct-claims.ts'
import { eventParts, finishedParts, turnParts } from './lane-parts.ts'
import type { MarkKind } from './message-marks.ts'
import { at, columns, type Part, statementOf } from './statement-parts.ts'
import type { LaneRow, MessageWrite, SessionWrite, Writes } from './writes.ts'

/**
 * All of it in one statement made of the parts that are there, so a plain message pays for nothing else. A statement
 * must not write a row twice: no batch both ends turns and makes some due.
 *
 * @returns with the COMMIT's answer, what became of the lanes that work was added to
 */
export const writeChanges = (tx: Transaction, writes: Writes, direct?: DirectClaims): Promise<LaneRow[]> => {
  const proof = proofOf(writes)
  if (proof) tx.provenBy(proof, proof.values)
  const written = writeStatement(writes, direct)
  return written ? tx.later<LaneRow>(written.statement, written.values) : Promise.resolve([])
}

/** Null when there is nothing to write. */
export const writeStatement = (
  writes: Writes,
  direct?: DirectClaims,
): { readonly statement: Statement; readonly values: readonly unknown[] } | null => {
  const parts = [
    sessionsPart(writes.sessions),
    messagesPart(writes.messages),
    ...turnParts(writes.turns, direct),
    ...finishedParts(writes.finishedTurns),
    ...eventParts(writes.events, direct),
    marksPart(writes.marks, 'delivered'),
    marksPart(writes.marks, 'read'),
    filesPart(writes.files),
  ].filter((part) => part !== null)
  if (parts.length === 0) return null
  return { statement: statementOf(parts), values: parts.flatMap((part) => part.values) }
}

/** What only this transaction can have written: a message or an event under its own id. */
export const proofOf = ({ messages: [message], events: [event] }: Writes): Proof | undefined => {
  if (message)
    return { ...messageStatement, values: [message.sessionId, message.position, message.messageId] }
  if (event) return { ...eventStatement, values: [event.sessionId, event.sequence, event.eventId] }
  return undefined
}

const messageStatement: Statement = {
  name: 'prove-a-message',
  text: 'select from messages where session_id = $1 and position = $2 and message_id = $3',
}

const eventStatement: Statement = {
  name: 'prove-an-event',
  text: 'select from events where session_id = $1 and sequence = $2 and event_id = $3',
}

const sessionsPart = (writes: readonly SessionWrite[]): Part | null => {
  if (writes.length === 0) return null
  const sorted = writes.toSorted((a, b) => (a.session.sessionId < b.session.sessionId ? -1 : 1))
  return {
    name: 'sessions_written',
    sql: `update sessions s set state = w.state, conversation = w.conversation, owner = w.owner, human = w.human::json,
        context = coalesce(w.context::json, s.context), dialog_state = coalesce(w.dialog_state::json, s.dialog_state),
        user_message_count = w.user_message_count, last_position = w.last_position, last_turn = w.last_turn,
        last_sequence = w.last_sequence, last_activity_at = ${at('w.last_activity_at')}, expires_at = ${at('w.expires_at')},
        resolved_at = ${at('w.resolved_at')}, resolved_until = ${at('w.resolved_until')}, check_at = ${at('w.check_at')},
        handover = w.handover::json, silenced_turn = w.silenced_turn
      from unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::int[], $9::int[],
        $10::int[], $11::int[], $12::float8[], $13::float8[], $14::float8[], $15::float8[], $16::float8[],
        $17::text[], $18::int[])
        as w(session_id, state, conversation, owner, human, context, dialog_state, user_message_count, last_position,
        last_turn, last_sequence, last_activity_at, expires_at, resolved_at, resolved_until, check_at, handover, silenced_turn)
      where s.session_id = w.session_id`,
    values: columns(sorted, [
      (w) => w.session.sessionId,
      (w) => w.session.state,
      (w) => w.session.conversation,
      (w) => w.session.owner,
      { jsonText: (w) => (w.session.human === null ? null : JSON.stringify(w.session.human)) },
      { jsonText: (w) => w.context },
      { jsonText: (w) => w.dialogState },
      (w) => w.session.userMessageCount,
      (w) => w.lastPosition,
      (w) => w.lastTurn,
      (w) => w.lastSequence,
      (w) => w.session.lastActivityAt,
      (w) => w.session.expiresAt,
      (w) => w.session.resolvedAt,
      (w) => w.session.resolvedUntil,
      (w) => w.checkAt,
      { jsonText: (w) => (w.session.handover === null ? null : JSON.stringify(w.session.handover)) },
      (w) => w.session.silencedTurn,
    ]),
  }
}

const messagesPart = (writes: readonly MessageWrite[]): Part | null =>
  writes.length === 0
    ? null
    : {
        name: 'messages_added',
        sql: `insert into messages (session_id, position, message_id, author, body, agent, request_id, in_reply_to, created_at)
          select session_id, position, message_id, author, body::json, agent::json, request_id, in_reply_to, ${at('created_at')}
          from unnest($1::uuid[], $2::int[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::uuid[], $8::uuid[],
            $9::float8[])
            as w(session_id, position, message_id, author, body, agent, request_id, in_reply_to, created_at)`,
        values: columns(writes, [
          (w) => w.sessionId,
          (w) => w.position,
          (w) => w.messageId,
          (w) => w.author,
          { jsonText: (w) => JSON.stringify(w.body) },
          { jsonText: (w) => (w.agent === undefined ? null : JSON.stringify(w.agent)) },
          (w) => w.requestId,
          (w) => w.inReplyTo ?? null,
          (w) => w.createdAt,
        ]),
      }

const marksPart = (writes: Writes['marks'], kind: MarkKind): Part | null => {
  const own = writes.filter((write) => write.kind === kind)
  if (own.length === 0) return null
  const alsoDelivered = kind === 'read' ? `, delivered_at = coalesce(m.delivered_at, ${at('w.at')})` : ''
  return {
    name: `messages_${kind}`,
    sql: `update messages m set ${kind}_at = ${at('w.at')}${alsoDelivered}
      from unnest($1::uuid[], $2::uuid[], $3::float8[]) as w(session_id, message_id, at)
      where m.session_id = w.session_id and m.message_id = w.message_id`,
    values: columns(own, [(w) => w.sessionId, (w) => w.messageId, (w) => w.at]),
  }
}

const filesPart = (writes: Writes['files']): Part | null =>
  writes.length === 0
    ? null
    : {
        name: 'files_added',
        sql: `insert into files (file_id, session_id, integration_id, filename, content_type)
          select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])`,
        values: columns(writes, [
          (w) => w.fileId,
          (w) => w.sessionId,
          (w) => w.integrationId,
          (w) => w.filename,
          (w) => w.contentType,
        ]),
      }
