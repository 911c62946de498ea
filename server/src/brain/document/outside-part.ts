import Type, { type Static } from 'typebox'
import {
  closed,
  described,
  documentLimits,
  Id,
  Label,
  oneOf,
  optional,
  SecretName,
  Slug,
  Text,
  Url,
} from './words.ts'

const headers = optional(
  Type.Record(
    Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", maxLength: 128 }),
    Type.String({ maxLength: 1_024 }),
    { maxProperties: documentLimits.headersMax, additionalProperties: false },
  ),
  'Sent with every request, by their names. They are no place for a secret.',
)

const timeout = (whole: string) =>
  optional(Type.Integer({ minimum: 1, maximum: 17 }), `Seconds that ${whole} may take.`, 10)

/** The model is told it as JSON Schema. */
export const ToolParameter = Type.Object(
  {
    type: oneOf(['string', 'number', 'integer', 'boolean']),
    description: optional(Text, 'For the model.'),
    enum: optional(Type.Array(Label, { minItems: 1, maxItems: 50 }), 'Only these.'),
    required: optional(Type.Boolean(), 'Must the model give it?', true),
  },
  closed,
)

export const Tool = Type.Object(
  {
    description: described(Text, 'What it does and when to call it, for the model.'),
    parameters: optional(
      Type.Record(Type.String({ pattern: '^\\w+$', maxLength: 64 }), ToolParameter, {
        maxProperties: 30,
        additionalProperties: false,
      }),
      'Its arguments by their names.',
    ),
  },
  closed,
)

/** An agent webhook (spec 2.4): the agent calls the customer's own system. */
export const Webhook = Type.Object(
  {
    id: described(Id, 'Its name for actions and tests.'),
    name: optional(Label, 'Its name for people.'),
    url: described(Url, 'Where it is posted to; https in production.'),
    token: optional(SecretName, 'Name of the secret that signs the request.'),
    headers,
    kind: described(
      oneOf(['action', 'first_message', 'pre_message', 'post_message']),
      'When it is called: by an action (or as a tool), before the first message, before each, after each.',
    ),
    fail_on_error: optional(
      Type.Boolean(),
      'Of the kinds that no action calls: when it fails, the turn falls back. Otherwise the turn goes on.',
      false,
    ),
    timeout: timeout('all its tries together'),
    idempotent: optional(
      Type.Boolean(),
      'It may be called twice with the same effect: a broken connection is tried again, twice.',
      false,
    ),
    tool: optional(
      Tool,
      'Of kind action: offers it to the language model, with its arguments as `input.arguments`.',
    ),
  },
  closed,
)

/** Tools from an MCP server over Streamable HTTP. Only the tools that are named here. */
export const McpServer = Type.Object(
  {
    id: described(Id, 'Its name.'),
    url: described(Url, 'Of its Streamable HTTP endpoint.'),
    key: optional(SecretName, 'Name of the secret that is sent as bearer token.'),
    headers,
    tools: described(Type.Array(Label, { minItems: 1, maxItems: 50 }), 'The tools that the model may call.'),
    timeout: timeout('a call'),
  },
  closed,
)

/** A language model; the document's list is the order in which they are tried. */
export const Model = Type.Object(
  {
    provider: described(
      oneOf(['openai', 'openai-compatible', 'anthropic', 'google', 'ollama']),
      'Whose API it speaks.',
    ),
    model: described(Label, 'As the provider calls it.'),
    base_url: optional(Url, 'Where the API is, if not at the provider; needed for openai-compatible.'),
    key: optional(SecretName, 'Name of the secret with the key.'),
    temperature: optional(Type.Number({ minimum: 0, maximum: 2 }), 'Left to the provider without it.'),
    max_tokens: optional(
      Type.Integer({ minimum: 1, maximum: 100_000 }),
      'The most that it writes at once; what response_size asks for without it.',
    ),
    timeout: timeout('an answer'),
  },
  closed,
)

export const FileSource = Type.Object(
  {
    type: Type.Literal('file'),
    path: described(
      Type.String({ minLength: 1, maxLength: 512 }),
      'Below the directory of the agent: md, html, txt, pdf, docx, csv (question, answer).',
    ),
  },
  closed,
)

const recrawlHours = optional(
  Type.Integer({ minimum: 1, maximum: 8_760 }),
  'Hours until the pages are read again; never without it.',
)

export const PagesSource = Type.Object(
  {
    type: Type.Literal('pages'),
    urls: described(Type.Array(Url, { minItems: 1, maxItems: 1_000 }), 'The pages.'),
    recrawl_hours: recrawlHours,
  },
  closed,
)

export const SitemapSource = Type.Object(
  {
    type: Type.Literal('sitemap'),
    url: described(Url, 'Of the sitemap, or of an index of sitemaps.'),
    pages_max: optional(Type.Integer({ minimum: 1, maximum: 10_000 }), 'How many pages are read.', 1_000),
    recrawl_hours: recrawlHours,
  },
  closed,
)

/** A collection of documents the agent answers from. Files can be uploaded to it, too. */
export const Collection = Type.Object(
  {
    collection: described(Slug, 'Its name; files in `knowledge/NAME/` belong to it.'),
    name: optional(Label, 'Its name for people.'),
    description: optional(Text, 'What is in it.'),
    sources: optional(
      Type.Array(Type.Union([FileSource, PagesSource, SitemapSource]), {
        maxItems: documentLimits.sourcesMax,
      }),
      'Where its documents come from, beside those that are uploaded.',
    ),
  },
  closed,
)

export type DocumentWebhook = Static<typeof Webhook>
export type DocumentMcpServer = Static<typeof McpServer>
export type DocumentModel = Static<typeof Model>
