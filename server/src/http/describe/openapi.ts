import type { FastifySchema, RouteOptions } from 'fastify'
import { refusalAnswers } from '../wire/answers.ts'
import { asTree } from './components.ts'

/** /openapi.json: what @fastify/swagger gathers from the routes, with what they have in common added here. */
export const openapiInfo = {
  title: 'Dragoman',
  version: '0.1.0',
  summary: 'The self-hosted custom channel for AI agents',
  description: `Your system calls this REST API; Dragoman posts signed events to your webhook. A reply is never in an answer to a call.

Every answer bears \`X-Request-Id\`. Every refusal has the body \`{"error_code","error_message"}\`: decide by the code, read the message. On any POST of the channel, \`Idempotency-Key\` makes a repetition harmless for 24 hours. All times are milliseconds since 1970 UTC.`,
  license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
} as const

export const openapiTags = [
  { name: 'Sessions', description: "A user's thread with you, and what is known of it." },
  { name: 'Messages', description: 'What is said, read and typed.' },
  { name: 'Conversation', description: 'Who answers, and whether it is open.' },
  { name: 'Files', description: 'Uploads and downloads by URLs that carry their own permission.' },
  { name: 'Events', description: 'The same events the webhook gets, to read.' },
  { name: 'Management', description: 'For the operator.' },
  { name: 'Deliveries', description: 'What became of each event, and what can be done about it.' },
  { name: 'Agents', description: 'Drafts and published versions.' },
  { name: 'Desk', description: 'Where people answer.' },
  { name: 'Operations', description: 'For whoever runs the process.' },
]

export const securitySchemes = {
  apiKey: {
    type: 'apiKey',
    in: 'header',
    name: 'Authorization',
    description: 'An API key of the integration, as `apikey KEY`.',
  },
  operator: { type: 'http', scheme: 'bearer', description: 'The management token.' },
} as const

/** What a route's place says about it: its tag, and what it wants to see. */
export const described = ({
  schema,
  url,
  route,
}: {
  readonly schema: FastifySchema | undefined
  readonly url: string
  readonly route: Pick<RouteOptions, 'method'>
}): { schema: FastifySchema; url: string } => {
  const isShown = route.method !== 'OPTIONS' && schema?.operationId !== undefined
  if (!isShown) return { schema: { ...schema, hide: true }, url }
  const isOperators = url.startsWith('/api/')
  const refused = [
    ...(isOperators ? (['unauthorized'] as const) : []),
    ...(isOperators && schema.body !== undefined ? (['payload-too-large'] as const) : []),
  ]
  const response = { ...refusalAnswers(refused), ...asTree(schema.response) }
  return { schema: { ...schema, response, tags: [tagOf(url)], security: securityOf(url) }, url }
}

const securityOf = (url: string) => {
  if (url.startsWith('/v1/custom/')) return [{ apiKey: [] }]
  return url.startsWith('/api/') ? [{ operator: [] }] : []
}

const tagRules: readonly (readonly [RegExp, string])[] = [
  [/^\/(?:healthz|readyz|metrics|openapi|asyncapi)/, 'Operations'],
  [/\/files/, 'Files'],
  [/^\/api\/v1\/deliveries/, 'Deliveries'],
  [/^\/api\/v1\/agents/, 'Agents'],
  [/^\/api\/v1\/desk/, 'Desk'],
  [/^\/api\//, 'Management'],
  [/\/messages/, 'Messages'],
  [/\/events$/, 'Events'],
  [/\/(?:conversation|handover)/, 'Conversation'],
]

const tagOf = (url: string): string => tagRules.find(([pattern]) => pattern.test(url))?.[1] ?? 'Sessions'
