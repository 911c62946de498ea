import type { JsonObject } from '../domain/json.ts'
import type { Db } from './db.ts'

const historyStatement = {
  name: 'read-history',
  text: `select author, body from messages
    where session_id = $1
      and position < (select message_position from turns where session_id = $1 and turn = $2)
    order by position desc limit $3`,
}

/** The last messages before the one that a turn answers, oldest first. */
export const readHistory = async (
  db: Db,
  turn: { readonly sessionId: string; readonly turn: number; readonly messagesMax: number },
): Promise<readonly { readonly author: 'user' | 'brain' | 'agent'; readonly body: JsonObject }[]> =>
  (
    await db.rows<{ author: 'user' | 'brain' | 'agent'; body: JsonObject }>(historyStatement, [
      turn.sessionId,
      turn.turn,
      turn.messagesMax,
    ])
  ).reverse()
