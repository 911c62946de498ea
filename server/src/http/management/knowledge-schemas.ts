import { Type } from 'typebox'
import { limits } from '../../domain/limits.ts'
import { Id, versionMax } from './schemas.ts'

/** What the knowledge part of the management API takes and answers. Times are ms since 1970. */
const closed = { additionalProperties: false } as const
const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])

const CollectionName = Type.String({
  minLength: 1,
  maxLength: 64,
  pattern: '^[^\\u0000]+$',
  errorSentence: 'must have 1 to 64 characters, and no NUL',
  description: 'as the draft names it',
})
const Status = Type.Enum(['pending', 'ingesting', 'ready', 'failed'])
const Limit = Type.Optional(Type.Integer({ minimum: 1, maximum: limits.pageItemsMax }))
const Version = Type.Integer({ minimum: 0, maximum: versionMax, description: '0 is the draft' })

export const DocumentPath = Type.Object({ agent_id: Id, document_id: Id })

export const FileQuery = Type.Object(
  {
    collection: CollectionName,
    filename: Type.String({
      minLength: 1,
      maxLength: 512,
      pattern: '^[^\\u0000-\\u001f]+$',
      errorSentence: 'must have 1 to 512 characters',
      description: 'ends with .md, .html, .txt, .pdf, .docx or .csv; the same name again replaces the file',
    }),
  },
  closed,
)

export const DocumentsQuery = Type.Object(
  {
    collection: Type.Optional(CollectionName),
    status: Type.Optional(Status),
    version: Type.Optional(Version),
    after: Type.Optional(Type.String({ format: 'uuid', description: 'next of the page before' })),
    limit: Limit,
  },
  closed,
)

export const PassagesQuery = Type.Object(
  {
    after: Type.Optional(Type.String({ maxLength: 16, description: 'next of the page before' })),
    limit: Limit,
  },
  closed,
)

export const CrawlBody = Type.Object({ collection: Type.Optional(CollectionName) }, closed)

export const SearchBody = Type.Object(
  {
    query: Type.String({ minLength: 1, maxLength: 1_000 }),
    collections: Type.Optional(Type.Array(CollectionName, { minItems: 1, maxItems: 50 })),
    version: Type.Optional(Version),
    passages_max: Type.Optional(Type.Integer({ minimum: 1, maximum: 50, description: '5 by default' })),
  },
  closed,
)

const Crawl = Type.Object(
  {
    crawl_id: Id,
    collection: Type.String(),
    source: Type.Unknown({ description: 'as the draft has it' }),
    status: Type.Enum(['waiting', 'crawling', 'done', 'failed']),
    error: nullable(Type.String({ description: 'why nothing could be fetched' })),
    pages_done: Type.Integer(),
    pages_total: Type.Integer(),
    pages_failed: Type.Integer(),
    failures: Type.Array(Type.Object({ url: Type.String(), error: Type.String() }), {
      description: 'the first five',
    }),
    finished_at: nullable(Type.Number()),
    next_at: nullable(Type.Number()),
  },
  { title: 'KnowledgeCrawl' },
)

export const Knowledge = Type.Object(
  {
    collections: Type.Array(
      Type.Object({
        collection: Type.String(),
        name: nullable(Type.String()),
        documents: Type.Object({
          pending: Type.Integer(),
          ingesting: Type.Integer(),
          ready: Type.Integer(),
          failed: Type.Integer(),
        }),
        passages: Type.Integer(),
        crawls: Type.Array(Crawl),
      }),
    ),
  },
  { title: 'Knowledge', description: 'Of the draft.' },
)

export const Document = Type.Object(
  {
    document_id: Id,
    collection: Type.String(),
    source: Type.Enum(['file', 'page']),
    origin: Type.String({ description: 'the name of the file, the address of the page' }),
    media_type: Type.String(),
    title: nullable(Type.String({ description: 'null until it is read' })),
    content_bytes: Type.Integer(),
    status: Status,
    passages_done: Type.Integer(),
    passages_total: nullable(Type.Integer({ description: 'null until it is known' })),
    error: nullable(Type.String({ description: 'of a failed one: what is wrong with it' })),
    created_at: Type.Number(),
  },
  { title: 'KnowledgeDocument' },
)

export const PassageItem = Type.Object(
  { position: Type.Integer(), heading: nullable(Type.String()), text: Type.String() },
  { title: 'KnowledgePassage' },
)

export const StartedCrawls = Type.Object(
  { crawls: Type.Integer({ description: 'how many sources are fetched now' }) },
  { title: 'StartedCrawls' },
)

export const Found = Type.Object(
  {
    passages: Type.Array(
      Type.Object({
        passage_id: Type.String(),
        title: Type.String(),
        heading: Type.Optional(Type.String()),
        url: Type.Optional(Type.String()),
        text: Type.String(),
        score: Type.Number({ description: '0 to 1: how likely it answers the query' }),
      }),
      { description: 'best first' },
    ),
    threshold: Type.Number({ description: 'from this score the agent answers' }),
    answer: nullable(Type.String({ description: 'what the agent would say, in Markdown' })),
    searched_by: Type.Enum(['words', 'words and vectors']),
  },
  { title: 'FoundKnowledge' },
)
