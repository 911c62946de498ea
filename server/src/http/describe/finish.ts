import { asTree, type Tree, withNamedSchemas } from './components.ts'
import { webhooks } from './webhooks.ts'

/** The last touches on the gathered document. */
export const finished = (document: Tree): Tree => {
  const responses: Tree = {}
  const paths = Object.fromEntries(
    Object.entries(asTree(document['paths'])).map(([path, item]) => [
      path,
      Object.fromEntries(
        Object.entries(asTree(item)).map(([method, operation]) => [
          method,
          finishedOperation({ path, method, operation: asTree(operation), responses }),
        ]),
      ),
    ]),
  )
  const components = {
    ...asTree(document['components']),
    parameters: { IdempotencyKey: idempotencyKey },
    headers: { RequestId: requestIdHeader, RetryAfter: retryAfterHeader },
    responses,
  }
  return withNamedSchemas({ ...document, paths, webhooks, components })
}

interface Gathered {
  readonly path: string
  readonly method: string
  readonly operation: Tree
  /** Refusals that several operations have in common: `components/responses`. */
  readonly responses: Tree
}

const finishedOperation = ({ path, method, operation, responses }: Gathered): Tree => {
  const isIdempotent = method === 'post' && /^\/(?:v1\/custom|api\/v1\/desk)\//.test(path)
  const parameters = [
    ...(Array.isArray(operation['parameters']) ? operation['parameters'] : []),
    ...(isIdempotent ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ]
  return {
    ...operation,
    ...byteBodies[`${method} ${path}`],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(operation['requestBody'] === undefined
      ? {}
      : { requestBody: finishedBody(asTree(operation['requestBody'])) }),
    responses: Object.fromEntries(
      Object.entries(asTree(operation['responses'])).map(([status, response]) => [
        status,
        finishedResponse(status, asTree(response), responses),
      ]),
    ),
  }
}

const finishedResponse = (status: string, response: Tree, responses: Tree): Tree => {
  const finished = {
    ...response,
    headers: {
      'X-Request-Id': { $ref: '#/components/headers/RequestId' },
      ...(status === '429' || status === '503'
        ? { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } }
        : {}),
    },
  }
  const json = asTree(asTree(response['content'])['application/json'])
  const codes = Object.keys(asTree(json['examples']))
  if (status.startsWith('2') || codes.length === 0) return finished
  const name = codes.map(inCapitals).join('Or')
  responses[name] = finished
  return { $ref: `#/components/responses/${name}` }
}

const inCapitals = (code: string): string =>
  code.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase())

const bytes = { schema: { type: 'string', format: 'binary' } }

/** What has no schema: bytes, and text that is not JSON. */
const byteBodies: Readonly<Record<string, Tree>> = {
  'put /files/{file_id}': {
    description: 'Use the upload_url as it is; its query is signed.',
    requestBody: {
      required: true,
      description: 'The bytes, with the Content-Type the URL was asked for; at most 25 MiB.',
      content: { '*/*': bytes },
    },
  },
  'get /files/{file_id}': { description: 'Use the download_url as it is; its query is signed.' },
}

/** A body that may be left out is not one that may be null. */
const finishedBody = (body: Tree): Tree => {
  const content = asTree(asTree(body['content'])['application/json'])
  const { anyOf } = asTree(content['schema'])
  if (!Array.isArray(anyOf)) return { ...body, required: true }
  const schema = anyOf.find((one) => asTree(one)['type'] !== 'null')
  return { ...body, required: false, content: { 'application/json': { ...content, schema } } }
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'The same key with the same request gives the first answer again and does nothing twice; with another one it is refused with 409.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
}

const requestIdHeader = {
  description: 'The id of this request, as in the body.',
  schema: { type: 'string', format: 'uuid' },
}

const retryAfterHeader = { description: 'Seconds to wait.', schema: { type: 'integer' } }
