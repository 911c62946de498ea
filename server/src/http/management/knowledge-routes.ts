import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { Refusal } from '../../domain/errors.ts'
import { knowledgeFileBytesMax } from '../../domain/knowledge-files.ts'
import { addKnowledgeFile } from '../../usecases/add-knowledge-file.ts'
import { crawlKnowledge } from '../../usecases/crawl-knowledge.ts'
import { getKnowledgeDocument } from '../../usecases/get-knowledge-document.ts'
import { listKnowledge } from '../../usecases/list-knowledge.ts'
import { listKnowledgeDocuments } from '../../usecases/list-knowledge-documents.ts'
import { listKnowledgePassages } from '../../usecases/list-knowledge-passages.ts'
import { removeKnowledgeDocument } from '../../usecases/remove-knowledge-document.ts'
import { searchKnowledge } from '../../usecases/search-knowledge.ts'
import { orNone } from '../channel/schemas.ts'
import { answers } from '../wire/answers.ts'
import * as schema from './knowledge-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { AgentPath, pageSchema } from './schemas.ts'

/** What an agent answers from: documents of its draft, and a way to try them. */
export const knowledgeRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/agents/:agent_id/knowledge',
      {
        schema: {
          summary: 'Show the collections of the draft and how far their documents and crawls are',
          operationId: 'listKnowledge',
          params: AgentPath,
          response: answers(200, schema.Knowledge, ['not-found']),
        },
      },
      async ({ params }) => {
        const { collections } = await listKnowledge(deps, params.agent_id.toLowerCase())
        return {
          collections: collections.map((one) => ({
            ...one,
            crawls: one.crawls.map((crawl) => ({ ...crawl, failures: [...crawl.failures] })),
          })),
        }
      },
    )
    app.get(
      '/agents/:agent_id/knowledge/documents',
      {
        schema: {
          summary: 'List the documents of the draft or of a version',
          operationId: 'listKnowledgeDocuments',
          params: AgentPath,
          querystring: schema.DocumentsQuery,
          response: answers(200, pageSchema(schema.Document), ['not-found']),
        },
      },
      async ({ params, query }) => {
        const wanted = { ...query, agentId: params.agent_id.toLowerCase() }
        const { items, next } = await listKnowledgeDocuments(deps, wanted)
        return { items: [...items], next }
      },
    )
    app.get(
      '/agents/:agent_id/knowledge/documents/:document_id',
      {
        schema: {
          summary: 'Read a document and how far its reading is',
          operationId: 'getKnowledgeDocument',
          params: schema.DocumentPath,
          response: answers(200, schema.Document, ['not-found']),
        },
      },
      async ({ params }) =>
        await getKnowledgeDocument(deps, params.agent_id.toLowerCase(), params.document_id.toLowerCase()),
    )
    app.get(
      '/agents/:agent_id/knowledge/documents/:document_id/passages',
      {
        schema: {
          summary: 'List what was read of a document',
          operationId: 'listKnowledgePassages',
          params: schema.DocumentPath,
          querystring: schema.PassagesQuery,
          response: answers(200, pageSchema(schema.PassageItem), ['not-found']),
        },
      },
      async ({ params, query }) => {
        const { items, next } = await listKnowledgePassages(deps, {
          ...query,
          agentId: params.agent_id.toLowerCase(),
          documentId: params.document_id.toLowerCase(),
        })
        return { items: [...items], next }
      },
    )
    app.delete(
      '/agents/:agent_id/knowledge/documents/:document_id',
      {
        schema: {
          summary: 'Take a document from the draft; published versions keep it',
          operationId: 'removeKnowledgeDocument',
          params: schema.DocumentPath,
          response: answers(204, Type.Null({ description: 'It is gone.' }), ['not-found']),
        },
      },
      async ({ params }, reply) => {
        const { agent_id, document_id } = params
        await removeKnowledgeDocument(deps, agent_id.toLowerCase(), document_id.toLowerCase())
        return reply.code(204).send(null)
      },
    )
    app.post(
      '/agents/:agent_id/knowledge/crawl',
      {
        schema: {
          summary: 'Fetch the web pages and sitemaps of the draft again',
          operationId: 'crawlKnowledge',
          params: AgentPath,
          body: orNone(schema.CrawlBody),
          response: answers(202, schema.StartedCrawls, ['not-found']),
        },
      },
      async ({ params, body }, reply) =>
        reply.code(202).send(await crawlKnowledge(deps, params.agent_id.toLowerCase(), body?.collection)),
    )
    app.post(
      '/agents/:agent_id/knowledge/search',
      {
        schema: {
          summary: 'Try what the agent finds and would answer',
          operationId: 'searchKnowledge',
          params: AgentPath,
          body: schema.SearchBody,
          response: answers(200, schema.Found, ['not-found', 'conflict']),
        },
      },
      async ({ params, body }) => {
        const { query, collections, version = 0, passages_max = passagesDefaultMax } = body
        const found = await searchKnowledge(deps, {
          agentId: params.agent_id.toLowerCase(),
          version,
          query,
          ...(collections ? { collections } : {}),
          passagesMax: passages_max,
        })
        return { ...found, passages: [...found.passages] }
      },
    )
    await app.register(uploadRoutes(deps))
  }

const passagesDefaultMax = 5

/** Its envelope would be read as if it stood in the file. */
const isForm = 'body: is a form; send the bytes of the file alone, as curl --data-binary @FILE does'

/** Apart from the others, because here a body is bytes, whatever its type says. */
const uploadRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
    app.post(
      '/agents/:agent_id/knowledge/files',
      {
        bodyLimit: knowledgeFileBytesMax,
        schema: {
          summary: 'Upload a file to a collection of the draft; the body is its bytes',
          operationId: 'addKnowledgeFile',
          params: AgentPath,
          querystring: schema.FileQuery,
          response: answers(202, schema.Document, ['not-found', 'payload-too-large']),
        },
      },
      async ({ params, query, body, headers }, reply) => {
        if (headers['content-type']?.startsWith('multipart/')) throw new Refusal('invalid-payload', isForm)
        const document = await addKnowledgeFile(deps, {
          ...query,
          agentId: params.agent_id.toLowerCase(),
          content: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
        })
        return reply.code(202).send(document)
      },
    )
  }
