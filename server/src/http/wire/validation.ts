import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import type { FastifyInstance, FastifySchemaCompiler, FastifySchemaValidationError } from 'fastify'
import { didYouMean } from '../../domain/closest-name.ts'
import { Refusal } from '../../domain/errors.ts'

/** Bodies are taken as they are; only query and path parameters, which are always text, are coerced. */
export const validateWithOwnSentences = (app: FastifyInstance): void => {
  const options = {
    allErrors: false,
    removeAdditional: false,
    strict: false,
    verbose: true,
    useDefaults: true,
  } as const
  const strict = new Ajv({ ...options, coerceTypes: false, useDefaults: false })
  const coercing = new Ajv({ ...options, coerceTypes: true })
  for (const ajv of [strict, coercing]) {
    ajv.addFormat('uuid', uuidPattern)
    ajv.addFormat('iri', (text) => URL.canParse(text))
  }
  app.setValidatorCompiler(({ schema, httpPart }) =>
    compiledOnFirstUse(httpPart === 'body' ? strict : coercing, schema as object),
  )
}

type Validate = ReturnType<FastifySchemaCompiler<unknown>>

/** Compiling the schemas of all routes takes 130 ms, a tenth of the time until the server listens. */
const compiledOnFirstUse = (ajv: Ajv, schema: object): Validate => {
  let compiled: ValidateFunction | undefined
  const validate: Validate = (value: unknown): boolean => {
    compiled ??= ajv.compile(schema)
    const isValid = compiled(value)
    validate.errors = compiled.errors ?? null
    return isValid
  }
  return validate
}

const uuidPattern = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

/** A sentence that names the field, what is wrong, and so the cure. */
export const validationRefusal = (
  errors: readonly FastifySchemaValidationError[],
  part: string | undefined,
): Refusal => {
  const error = tellingError(errors as readonly ErrorObject[])
  if (!error) return new Refusal('invalid-payload', 'body: is not as described in /openapi.json')
  const path = pathOf(error.instancePath)
  const field = error.keyword === 'required' ? childPath(path, String(error.params['missingProperty'])) : path
  const name = field === '' ? (part ?? 'body') : field
  return new Refusal('invalid-payload', `${name}: ${reasonOf(error)}`)
}

/**
 * Of an anyOf the failure of the whole comes last. Either it has a sentence of its own, or the branch tells that was
 * meant: the one whose fault lies deepest.
 */
const tellingError = (errors: readonly ErrorObject[]): ErrorObject | undefined => {
  const last = errors.at(-1)
  if (last?.keyword !== 'anyOf' || ownSentence(last) !== undefined) return last
  const depth = (error: ErrorObject): number => error.instancePath.split('/').length
  return errors.slice(0, -1).toSorted((a, b) => depth(b) - depth(a))[0] ?? last
}

const ownSentence = (error: ErrorObject): string | undefined =>
  (error.parentSchema as { errorSentence?: string } | undefined)?.errorSentence

const pathOf = (instancePath: string): string =>
  instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce((path, part) => (/^\d+$/.test(part) ? `${path}[${part}]` : childPath(path, part)), '')

const childPath = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`)

const reasonOf = (error: ErrorObject): string => {
  const own = ownSentence(error)
  if (own !== undefined && error.keyword !== 'required' && error.keyword !== 'type') return own
  const { params } = error
  switch (error.keyword) {
    case 'required':
      return 'is required'
    case 'type':
      return `must be ${article(String(params['type']))}`
    case 'enum':
      return `must be one of ${(params['allowedValues'] as unknown[]).map((value) => JSON.stringify(value)).join(', ')}`
    case 'const':
      return `must be ${JSON.stringify(params['allowedValue'])}`
    case 'minLength':
      return params['limit'] === 1 ? 'must not be empty' : `must have at least ${params['limit']} characters`
    case 'maxLength':
      return `must have at most ${params['limit']} characters`
    case 'minItems':
      return params['limit'] === 1 ? 'must not be empty' : `must have at least ${params['limit']} items`
    case 'maxItems':
      return `must have at most ${params['limit']} items`
    case 'uniqueItems':
      return 'must not have the same item twice'
    case 'minimum':
      return `must be at least ${params['limit']}`
    case 'maximum':
      return `must be at most ${params['limit']}`
    case 'format':
      return params['format'] === 'uuid' ? 'must be a UUID' : `must be a valid ${params['format']}`
    case 'additionalProperties':
      return unknownKey(String(params['additionalProperty']), error)
    default:
      return error.message ?? 'is not valid'
  }
}

const unknownKey = (key: string, { parentSchema }: ErrorObject): string => {
  const { properties = {} } = (parentSchema ?? {}) as { readonly properties?: object }
  const known = Object.keys(properties)
  const cure = known.length === 0 ? 'leave it out' : `known here: ${known.join(', ')}`
  return `does not know the key ${JSON.stringify(key)}; ${didYouMean(key, known, cure)}`
}

const article = (type: string): string =>
  type
    .split(',')
    .map((name) => (/^[aeiou]/.test(name) ? `an ${name}` : `a ${name}`))
    .join(' or ')
