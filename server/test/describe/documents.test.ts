import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, test } from 'node:test'
import type { EventType } from '@dragoman/sdk'
import { Validator } from '@seriousme/openapi-schema-validator'
import { Ajv } from 'ajv'
import { errorCodes, errorStatus } from '../../src/domain/errors.ts'
import { eventTypes } from '../../src/domain/event.ts'
import { eventSchemas } from '../../src/http/channel/event-schemas.ts'
import { eventExamples } from '../../src/http/describe/examples.ts'
import { addCustomer } from '../support/customer.ts'
import { testDragoman } from '../support/dragoman.ts'
import { type Item, operatorOf } from '../support/operator.ts'

const dragoman = await testDragoman({ after }, { demo: false })
const read = async (path: string): Promise<Item> => {
  const response = await fetch(`${dragoman.url}${path}`)
  assert.equal(response.status, 200)
  assert.match(response.headers.get('content-type') ?? '', /^application\/json/)
  return await response.json()
}
const openapi = await read('/openapi.json')
const asyncapi = await read('/asyncapi.json')

interface Operation {
  readonly path: string
  readonly method: string
  readonly operation: Item
}

const operations: Operation[] = Object.entries<Item>(openapi.paths).flatMap(([path, item]) =>
  Object.entries<Item>(item).map(([method, operation]) => ({ path, method, operation })),
)

const resolved = (one: Item): Item =>
  one?.$ref === undefined ? one : openapi.components.responses[one.$ref.split('/').at(-1)]

/** The schemas of the document as a validator of their own. */
const validatorOf = (document: Item) => {
  const ajv = new Ajv({ strict: false })
  ajv.addFormat('uuid', /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/)
  ajv.addFormat('binary', true)
  ajv.addFormat('iri', true)
  ajv.addSchema({ $id: 'document', components: document.components })
  return (schema: Item, value: unknown): string | null => {
    const pointed = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"document#/'))
    const check = ajv.compile(pointed)
    return check(value) ? null : ajv.errorsText(check.errors)
  }
}
const faultOf = validatorOf(openapi)

test('/openapi.json is a valid OpenAPI 3.1 document, and all it refers to is there', async () => {
  const result = await new Validator().validate(structuredClone(openapi))
  assert.deepEqual(result.errors ?? [], [])
  assert.ok(result.valid)
  assert.match(openapi.openapi, /^3\.1\./)
  for (const [, name] of JSON.stringify(openapi).matchAll(/"#\/components\/([^"]+)"/g)) {
    const [kind, one] = String(name).split('/')
    assert.ok(openapi.components[kind ?? ''][one ?? ''], name)
  }
})

test('/asyncapi.json is a valid AsyncAPI 3.0 document with one message an event', () => {
  const schemaPath = createRequire(import.meta.url).resolve('@asyncapi/specs/schemas/3.0.0-without-$id.json')
  const ajv = new Ajv({ strict: false, validateFormats: false, validateSchema: false })
  const check = ajv.compile(JSON.parse(readFileSync(schemaPath, 'utf8')))
  const isValid: boolean = check(structuredClone(asyncapi))
  assert.ok(isValid, ajv.errorsText(check.errors))
  const messages = Object.values<Item>(asyncapi.components.messages)
  assert.deepEqual(messages.map((message) => message.name).sort(), [...eventTypes].sort())
  assert.equal(Object.keys(asyncapi.channels.webhook.messages).length, eventTypes.length)
})

test('every event type is a webhook with its signature headers', () => {
  assert.deepEqual(Object.keys(openapi.webhooks).sort(), [...eventTypes].sort())
  for (const item of Object.values<Item>(openapi.webhooks)) {
    const names = item.post.parameters.map((parameter: Item) => parameter.name)
    for (const name of ['X-Moveo-Signature', 'webhook-id', 'webhook-timestamp', 'webhook-signature'])
      assert.ok(names.includes(name))
  }
})

test('every route is described: what it is called, what it answers, and how it refuses', () => {
  const ids = operations.map(({ operation }) => operation.operationId)
  assert.equal(new Set(ids).size, ids.length)
  const known = new Set(errorCodes.map((code) => String(errorStatus(code))))
  for (const { path, method, operation } of operations) {
    const name = `${method} ${path}`
    assert.ok(operation.operationId && operation.summary && operation.tags?.length === 1, name)
    const statuses = Object.keys(operation.responses)
    assert.ok(
      statuses.some((status) => status.startsWith('2')),
      name,
    )
    for (const status of statuses) assert.ok(status.startsWith('2') || known.has(status), `${name} ${status}`)
    if (path.startsWith('/v1/') || path.startsWith('/api/'))
      for (const status of ['400', '401', '500', '503'])
        assert.ok(statuses.includes(status), `${name} ${status}`)
    assert.deepEqual(
      operation.security.flatMap((one: Item) => Object.keys(one)),
      path.startsWith('/v1/') ? ['apiKey'] : path.startsWith('/api/') ? ['operator'] : [],
      name,
    )
  }
})

test('the twelve requests of the contract and our additions are all there', () => {
  const shown = new Set(operations.map(({ path, method }) => `${method} ${path}`))
  const prefix = '/v1/custom/{integration_id}'
  const session = `${prefix}/sessions/{session_id}`
  for (const one of [
    `post ${prefix}/sessions`,
    `patch ${session}/context`,
    `post ${session}/close`,
    `post ${session}/messages`,
    `post ${session}/messages/agent`,
    `post ${session}/messages/read`,
    `post ${session}/messages/delivered`,
    `post ${session}/messages/compose`,
    `post ${session}/conversation/close`,
    `post ${session}/conversation/reopen`,
    `post ${session}/handover`,
    `post ${session}/files/upload-url`,
    `post ${session}/files/download-url`,
    `get ${session}`,
    `get ${session}/messages`,
    `get ${session}/events`,
    `get ${prefix}/events`,
    'get /healthz',
    'get /readyz',
    'get /metrics',
  ])
    assert.ok(shown.has(one), one)
})

test('every POST of the channel says that it takes an Idempotency-Key', () => {
  for (const { path, method, operation } of operations)
    if (path.startsWith('/v1/custom/'))
      assert.equal(
        (operation.parameters ?? []).some(
          (one: Item) => one.$ref === '#/components/parameters/IdempotencyKey',
        ),
        method === 'post',
        `${method} ${path}`,
      )
})

test('nothing of our own making is left in the documents', () => {
  for (const document of [openapi, asyncapi])
    assert.doesNotMatch(JSON.stringify(document), /errorSentence|~kind|~optional/)
})

test('the examples hold what the schemas promise', () => {
  for (const { operation, path, method } of operations)
    for (const part of [operation.requestBody, ...Object.values<Item>(operation.responses).map(resolved)]) {
      const json = part?.content?.['application/json']
      const examples = [json?.example, ...Object.values<Item>(json?.examples ?? {}).map((one) => one.value)]
      for (const example of examples.filter((one) => one !== undefined))
        assert.equal(faultOf(json.schema, example), null, `${method} ${path}`)
    }
  for (const type of eventTypes)
    assert.equal(
      faultOf(
        openapi.webhooks[type].post.requestBody.content['application/json'].schema,
        eventExamples[type],
      ),
      null,
    )
})

test('what is really answered and really sent is what the documents say', async () => {
  const customer = await addCustomer({ after }, dragoman)
  const operator = operatorOf(dragoman)
  const { api } = customer
  const { path, sessionId } = await api.open({ external_session_id: 'chat-1', channel_user_id: 'alice' })
  const inChannel = (rest: string) => `/v1/custom/{integration_id}${rest}`
  const answered = (template: string, method: string, answer: { status: number; body: unknown }): void => {
    const response = resolved(openapi.paths[template]?.[method]?.responses?.[String(answer.status)])
    assert.ok(response, `${method} ${template} ${answer.status} ${JSON.stringify(answer.body)}`)
    const fault = faultOf(response.content['application/json'].schema, answer.body)
    assert.equal(fault, null, `${method} ${template}: ${fault}`)
  }
  await api.say(path, 'question 1')
  await customer.receiver.until((accepted) => accepted.length === 1)
  const messages = inChannel('/sessions/{session_id}/messages')
  answered(messages, 'post', await api.post(`${path}/messages`, { input: { text: 'handover' } }))
  answered(messages, 'post', await api.post(`${path}/messages`, {}))
  await customer.receiver.until((accepted) => accepted.length === 3)
  const agent = { agent_id: 'ann' }
  await operator.post(`/desk/sessions/${sessionId}/reply`, { agent, input: { text: 'Hi.' } })
  await api.post(`${path}/messages/read`)
  answered(messages, 'get', await api.get(`${path}/messages`))
  answered(inChannel('/sessions/{session_id}'), 'get', await api.get(path))
  answered(inChannel('/events'), 'get', await api.get('/events'))
  answered(inChannel('/sessions'), 'post', await api.post('/sessions', {}))
  answered(
    inChannel('/sessions/{session_id}/context'),
    'patch',
    await api.patch(`${path}/context`, { context: { a: 1 } }),
  )
  for (const kind of ['upload-url', 'download-url'])
    answered(
      inChannel(`/sessions/{session_id}/files/${kind}`),
      'post',
      await api.post(`${path}/files/${kind}`, {
        filename: 'a',
        content_type: 'text/plain',
        file_id: sessionId,
      }),
    )
  answered(inChannel('/sessions/{session_id}/close'), 'post', await api.post(`${path}/close`))
  const shown: readonly (readonly [string, string])[] = [
    ['/integrations', '/integrations'],
    ['/integrations/{integration_id}', `/integrations/${customer.integrationId}`],
    ['/integrations/{integration_id}/keys', `/integrations/${customer.integrationId}/keys`],
    ['/deliveries', '/deliveries'],
    ['/deliveries/{delivery_id}', `/deliveries/${sessionId}.1`],
    ['/environments', '/environments'],
    ['/agents', '/agents'],
    ['/agents/{agent_id}', `/agents/${customer.agentId}`],
    ['/sessions/{session_id}', `/sessions/${sessionId}`],
    ['/sessions/{session_id}/messages', `/sessions/${sessionId}/messages`],
    ['/sessions/{session_id}/events', `/sessions/${sessionId}/events`],
    ['/sessions/{session_id}/trace', `/sessions/${sessionId}/trace`],
    ['/desk/inbox', '/desk/inbox'],
    ['/deliveries', '/deliveries?limit=0'],
  ]
  for (const [template, real] of shown) answered(`/api/v1${template}`, 'get', await operator.get(real))

  const count = (await operator.all(`/sessions/${sessionId}/events`)).length
  const own = (list: typeof customer.receiver.accepted) =>
    list.filter((one) => one.event.session_id === sessionId)
  await customer.receiver.until((accepted) => own(accepted).length === count)
  for (const { event } of own(customer.receiver.accepted)) {
    const type: EventType = event.event_type
    assert.ok(type in eventSchemas)
    const { schema } = openapi.webhooks[type].post.requestBody.content['application/json']
    assert.equal(faultOf(schema, event), null, type)
  }
})
