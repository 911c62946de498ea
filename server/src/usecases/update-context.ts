import type { UpdateContextRequest, UpdateContextResponse } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive, withContext } from '../domain/calls.ts'
import type { JsonObject } from '../domain/json.ts'
import { touch } from '../domain/session-moves.ts'

/** Objects merge deeply, arrays and scalars replace, null deletes; only what is sent changes. */
export const updateSessionContext = async (
  deps: Pick<Deps, 'changeSession'>,
  call: SessionCall,
  body: UpdateContextRequest,
): Promise<UpdateContextResponse> =>
  (await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    decide: (before, { now, settings }) => {
      requireActive(before, now)
      const session = withContext(
        touch(before, now, settings.sessionTimeoutSeconds),
        body.context as JsonObject,
      )
      return { session, answer: { request_id: call.requestId, context: session.context } }
    },
  })) as unknown as UpdateContextResponse
