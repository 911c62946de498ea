import { type TSchema, Type } from 'typebox'
import { type ErrorCode, errorStatus } from '../../domain/errors.ts'

/**
 * What a route answers, for /openapi.json and for the compiler: the success with its schema, and every refusal it
 * may give. The compiler holds the handler to the success; refusals are thrown, so they have no type here.
 */
export const answers = <Status extends number, Schema extends TSchema>(
  status: Status,
  schema: Schema,
  refusals: readonly ErrorCode[] = [],
): Record<Status, Schema> => {
  const described: Record<number, unknown> = { [status]: schema, ...refusalAnswers(refusals) }
  return described as Record<Status, Schema>
}

export const ErrorBody = Type.Object(
  {
    error_code: Type.String({ description: 'Never changes; decide by it.' }),
    error_message: Type.String({ description: 'For people: names the field, what was wrong, and the cure.' }),
    errors: Type.Optional(
      Type.Array(
        Type.Object({
          path: Type.String(),
          message: Type.String(),
          cure: Type.String(),
        }),
        { description: 'Only of a document with several faults.' },
      ),
    ),
  },
  { title: 'Error' },
)

export const Accepted = Type.Object(
  { request_id: Type.String({ format: 'uuid', description: 'X-Request-Id too' }) },
  { title: 'Accepted', description: 'Done, or accepted and sure to be done.' },
)

/** Each status once, with an example of each of its codes. */
export const refusalAnswers = (codes: readonly ErrorCode[]): Record<number, unknown> =>
  Object.fromEntries(
    [...Map.groupBy([...new Set([...codes, ...alwaysPossible])].sort(), errorStatus)].map(([status, of]) => [
      status,
      {
        description: of.map((code) => `\`${code}\`: ${meanings[code]}`).join(' '),
        content: {
          'application/json': {
            schema: ErrorBody,
            examples: Object.fromEntries(
              of.map((code) => [code, { value: { error_code: code, error_message: examples[code] } }]),
            ),
          },
        },
      },
    ]),
  )

const alwaysPossible: readonly ErrorCode[] = ['invalid-payload', 'internal-server-error', 'unavailable']

const meanings: Record<ErrorCode, string> = {
  'invalid-payload': 'Bad JSON, a wrong type, a missing field, an empty message, or over a limit.',
  unauthorized: 'No, malformed, wrong or revoked credentials, or a source address that is not allowed.',
  forbidden: 'The signature of the URL is wrong or too old.',
  'session-not-found': 'Unknown, expired or closed, or of another integration: they look alike.',
  'file-not-found': 'Unknown, not uploaded yet, or of another session.',
  'integration-not-found': 'There is no such integration.',
  'not-found': 'There is no such thing.',
  'conversation-closed': 'The conversation is closed and the grace time is over.',
  'idempotency-conflict': 'The Idempotency-Key was used with another request.',
  conflict: 'It does not go together with how things stand.',
  'payload-too-large': 'The body is larger than it may be.',
  'rate-limited': 'Too many requests with this key; wait for Retry-After.',
  'internal-server-error': 'A fault of ours; the log knows it by the request id.',
  unavailable: 'The store is away and nothing was accepted; wait for Retry-After.',
}

const examples: Record<ErrorCode, string> = {
  'invalid-payload': 'input.text: must have at most 10000 characters',
  unauthorized: 'Authorization: header is missing; send "Authorization: apikey KEY"',
  forbidden: 'signature: this URL has expired; ask for a new one',
  'session-not-found': 'session_id: no such active session in this integration; create a new one',
  'file-not-found': 'file_id: no such file in this session',
  'integration-not-found': 'integration_id: there is no integration 0199c0de-0000-7000-8000-000000000000',
  'not-found': 'delivery_id: there is no delivery 0199c0de-0000-7000-8000-000000000000.1',
  'conversation-closed': 'conversation: is closed; reopen it before you hand it over',
  'idempotency-conflict':
    'Idempotency-Key: was used with another request within 24 hours; use a new key for a new request',
  conflict: 'file_id: was uploaded before; ask for a new upload URL',
  'payload-too-large': 'body: is larger than 262144 bytes',
  'rate-limited': 'too many requests with this API key, at most 50 a second; wait for Retry-After',
  'internal-server-error': 'something failed on our side; the log knows it by request_id 0199c0de-...',
  unavailable: 'the store cannot be reached just now; nothing was accepted, try again',
}
