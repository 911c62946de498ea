import Type, { type Static } from 'typebox'
import { closed, documentLimits, Id, Label, oneOf, SecretName, Slug, Text, Url } from './words.ts'

const Headers = Type.Record(
  Type.String({ pattern: "^[A-Za-z0-9!#$%&'*+.^_`|~-]+$", maxLength: 128 }),
  Type.String({ maxLength: 1_024 }),
  { maxProperties: documentLimits.headersMax, additionalProperties: false },
)

/** One argument of a tool; the model is told it as JSON Schema. */
const ToolParameter = Type.Object(
  {
    type: oneOf(['string', 'number', 'integer', 'boolean']),
    description: Type.Optional(Text),
    enum: Type.Optional(Type.Array(Label, { minItems: 1, maxItems: 50 })),
    /** True unless false. */
    required: Type.Optional(Type.Boolean()),
  },
  closed,
)

/** An agent webhook (spec 2.4): the agent calls the customer's own system. */
export const Webhook = Type.Object(
  {
    id: Id,
    name: Type.Optional(Label),
    url: Url,
    /** Name of the secret that signs the request. */
    token: Type.Optional(SecretName),
    headers: Type.Optional(Headers),
    kind: oneOf(['action', 'first_message', 'pre_message', 'post_message']),
    /** Of the kinds that no action calls: when it fails, the turn falls back. Without it the turn goes on. */
    fail_on_error: Type.Optional(Type.Boolean()),
    /** Seconds; 10 by default. */
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 17 })),
    /** May be asked twice with the same effect: then a broken connection is tried again. */
    idempotent: Type.Optional(Type.Boolean()),
    /** Offers it to the language model, with its arguments as `input.arguments`. */
    tool: Type.Optional(
      Type.Object(
        {
          description: Text,
          parameters: Type.Optional(
            Type.Record(Type.String({ pattern: '^\\w+$', maxLength: 64 }), ToolParameter, {
              maxProperties: 30,
              additionalProperties: false,
            }),
          ),
        },
        closed,
      ),
    ),
  },
  closed,
)

/** Tools from an MCP server over Streamable HTTP. Only the tools that are named here. */
export const McpServer = Type.Object(
  {
    id: Id,
    url: Url,
    /** Name of the secret that is sent as bearer token. */
    key: Type.Optional(SecretName),
    headers: Type.Optional(Headers),
    tools: Type.Array(Label, { minItems: 1, maxItems: 50 }),
    /** Seconds; 10 by default. */
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 17 })),
  },
  closed,
)

/** A language model; the document's list is the order in which they are tried. */
export const Model = Type.Object(
  {
    provider: oneOf(['openai', 'openai-compatible', 'anthropic', 'google', 'ollama']),
    model: Label,
    /** Needed for openai-compatible. */
    base_url: Type.Optional(Url),
    /** Name of the secret with the provider's key. */
    key: Type.Optional(SecretName),
    temperature: Type.Optional(Type.Number({ minimum: 0, maximum: 2 })),
    max_tokens: Type.Optional(Type.Integer({ minimum: 1, maximum: 100_000 })),
    /** Seconds; 10 by default. */
    timeout: Type.Optional(Type.Integer({ minimum: 1, maximum: 17 })),
  },
  closed,
)

const FileSource = Type.Object(
  {
    type: Type.Literal('file'),
    /** Beside the document's own files: md, html, txt, pdf, docx, csv (question, answer). */
    path: Type.String({ minLength: 1, maxLength: 512 }),
  },
  closed,
)

const PagesSource = Type.Object(
  {
    type: Type.Literal('pages'),
    urls: Type.Array(Url, { minItems: 1, maxItems: 1_000 }),
    recrawl_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760 })),
  },
  closed,
)

const SitemapSource = Type.Object(
  {
    type: Type.Literal('sitemap'),
    url: Url,
    pages_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    recrawl_hours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760 })),
  },
  closed,
)

/** A collection of documents the agent answers from. Files can be uploaded to it, too. */
export const Collection = Type.Object(
  {
    collection: Slug,
    name: Type.Optional(Label),
    description: Type.Optional(Text),
    sources: Type.Optional(
      Type.Array(Type.Union([FileSource, PagesSource, SitemapSource]), {
        maxItems: documentLimits.sourcesMax,
      }),
    ),
  },
  closed,
)

export type DocumentWebhook = Static<typeof Webhook>
export type DocumentMcpServer = Static<typeof McpServer>
export type DocumentModel = Static<typeof Model>
export type DocumentCollection = Static<typeof Collection>
