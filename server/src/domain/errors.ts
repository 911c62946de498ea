/**
 * The catalogue of refusals: everything the API may answer that is not a success. Codes are API and never change;
 * the sentence is for the caller and says what to do. Anything else that is thrown is a bug and becomes a 500.
 */
const catalogue = {
  'invalid-payload': 400,
  unauthorized: 401,
  forbidden: 403,
  'session-not-found': 404,
  'file-not-found': 404,
  'integration-not-found': 404,
  'not-found': 404,
  'conversation-closed': 409,
  'idempotency-conflict': 409,
  conflict: 409,
  'payload-too-large': 413,
  'rate-limited': 429,
  'internal-server-error': 500,
  unavailable: 503,
} as const

export type ErrorCode = keyof typeof catalogue

export const errorStatus = (code: ErrorCode): number => catalogue[code]

export const errorCodes = Object.keys(catalogue) as readonly ErrorCode[]

/** One of several faults of a document: where, what is wrong, what to do. */
export interface Fault {
  readonly path: string
  readonly message: string
  readonly cure: string
}

/** A refusal: part of the API, not a fault of ours. `retryAfterSeconds` becomes the Retry-After header. */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly retryAfterSeconds: number | undefined
  /** All that is wrong, where a sentence cannot say it; `errors` of the body. */
  readonly faults: readonly Fault[]

  constructor(
    code: ErrorCode,
    sentence: string,
    options: { cause?: unknown; retryAfterSeconds?: number; faults?: readonly Fault[] } = {},
  ) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause })
    this.name = 'Refusal'
    this.code = code
    this.retryAfterSeconds = options.retryAfterSeconds
    this.faults = options.faults ?? []
  }
}

/** One sentence for four cases, so that nobody learns which ids exist. */
export const sessionNotFound = (): Refusal =>
  new Refusal('session-not-found', 'session_id: no such active session in this integration; create a new one')

/** What the sentence of a refused document shows of its faults; `errors` has them all. */
const faultsInSentenceMax = 10

export const documentRefusal = (name: string, faults: readonly Fault[]): Refusal => {
  const sentences = faults
    .slice(0, faultsInSentenceMax)
    .map(({ path, message, cure }) => `${path === '' ? name : path} ${message}; ${cure}`)
  const more = faults.length - sentences.length
  return new Refusal(
    'invalid-payload',
    `${name}: ${sentences.join(' · ')}${more > 0 ? ` · and ${more} more` : ''}`,
    { faults },
  )
}
