import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { createAgent } from '../../usecases/create-agent.ts'
import { deleteAgent } from '../../usecases/delete-agent.ts'
import { getAgent } from '../../usecases/get-agent.ts'
import { listAgents } from '../../usecases/list-agents.ts'
import { replaceDraft } from '../../usecases/replace-draft.ts'
import { orNone } from '../channel/schemas.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { AgentDocument, AgentPath, CreateAgentBody, ListByIdQuery, pageSchema } from './schemas.ts'

/** A document with thousands of phrases is larger than any message. */
const documentBytesMax = 10 * 1024 * 1024

/** Agents: a draft that people change, and versions that never change. */
export const agentRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/agents',
      {
        schema: {
          summary: 'List agents',
          operationId: 'listAgents',
          querystring: ListByIdQuery,
          response: answers(200, pageSchema(answer.Agent)),
        },
      },
      async (request) => {
        const { items, next } = await listAgents(deps, request.query)
        return { items: [...items], next }
      },
    )
    app.post(
      '/agents',
      {
        bodyLimit: documentBytesMax,
        schema: {
          summary: 'Make an agent with a draft',
          operationId: 'createAgent',
          body: orNone(CreateAgentBody),
          response: answers(201, answer.KeptDraft, ['payload-too-large']),
        },
      },
      async ({ body }, reply) => {
        const { agentId, name, warnings } = await createAgent(deps, body ?? {})
        return reply.code(201).send({ agent_id: agentId, name, warnings: [...warnings] })
      },
    )
    app.get(
      '/agents/:agent_id',
      {
        schema: {
          summary: 'Read an agent with its draft',
          operationId: 'getAgent',
          params: AgentPath,
          response: answers(200, answer.AgentWithDraft, ['not-found']),
        },
      },
      async (request) => await getAgent(deps, request.params.agent_id.toLowerCase()),
    )
    app.delete(
      '/agents/:agent_id',
      {
        schema: {
          summary: 'Delete an agent that nobody needs, with its versions and documents',
          operationId: 'deleteAgent',
          params: AgentPath,
          response: answers(204, Type.Null({ description: 'It is gone.' }), ['not-found', 'conflict']),
        },
      },
      async ({ params }, reply) => {
        await deleteAgent(deps, params.agent_id.toLowerCase())
        return reply.code(204).send(null)
      },
    )
    app.put(
      '/agents/:agent_id/draft',
      {
        bodyLimit: documentBytesMax,
        schema: {
          summary: 'Replace the draft by a whole document',
          operationId: 'replaceDraft',
          params: AgentPath,
          body: AgentDocument,
          response: answers(200, answer.KeptDraft, ['not-found', 'payload-too-large']),
        },
      },
      async ({ body, params }) => {
        const agentId = params.agent_id.toLowerCase()
        const { name, warnings } = await replaceDraft(deps, agentId, body)
        return { agent_id: agentId, name, warnings: [...warnings] }
      },
    )
  }
