import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import { changeIntegration } from '../../usecases/change-integration.ts'
import { createIntegration } from '../../usecases/create-integration.ts'
import { createKey } from '../../usecases/create-key.ts'
import { getIntegration } from '../../usecases/get-integration.ts'
import { listIntegrations } from '../../usecases/list-integrations.ts'
import { listKeys } from '../../usecases/list-keys.ts'
import { resumeIntegration } from '../../usecases/resume-integration.ts'
import { revokeKey } from '../../usecases/revoke-key.ts'
import { rotateSecret } from '../../usecases/rotate-secret.ts'
import { sendTestEvent } from '../../usecases/send-test-event.ts'
import { orNone } from '../channel/schemas.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import {
  ChangeIntegrationBody,
  CreateIntegrationBody,
  CreateKeyBody,
  IntegrationPath,
  KeyPath,
  ListByIdQuery,
  pageSchema,
  RotateSecretBody,
} from './schemas.ts'
import { integrationShape } from './shapes.ts'

/** Integrations, their keys and secrets, and the webhook's health. */
export const integrationRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/integrations',
      {
        schema: {
          summary: 'Make an integration',
          operationId: 'createIntegration',
          body: CreateIntegrationBody,
          response: answers(201, answer.IntegrationWithSecret),
        },
      },
      async ({ body }, reply) => {
        const { settings, webhookSecret } = await createIntegration(deps, {
          name: body.name,
          webhookUrl: body.webhook_url,
          webhookSecret: body.webhook_secret,
          allowedIps: body.allowed_ips,
          subscribedEvents: body.subscribed_events,
          sessionTimeoutSeconds: body.session_timeout,
          environmentId: body.environment_id,
        })
        return reply.code(201).send({ ...integrationShape(settings), webhook_secret: webhookSecret })
      },
    )
    app.get(
      '/integrations',
      {
        schema: {
          summary: 'List integrations',
          operationId: 'listIntegrations',
          querystring: ListByIdQuery,
          response: answers(200, pageSchema(answer.Integration)),
        },
      },
      async (request) => {
        const { items, next } = await listIntegrations(deps, request.query)
        return { items: items.map(integrationShape), next }
      },
    )
    app.get(
      '/integrations/:integration_id',
      {
        schema: {
          summary: "Read an integration, with its webhook's circuit",
          operationId: 'getIntegration',
          params: IntegrationPath,
          response: answers(200, answer.IntegrationWithEndpoint, ['integration-not-found']),
        },
      },
      async (request) => {
        const { settings, endpoint } = await getIntegration(deps, idOf(request.params))
        const { circuit, reason, probeInMs } = endpoint
        return {
          ...integrationShape(settings),
          endpoint: { circuit, reason, next_probe_in_ms: probeInMs && Math.max(0, Math.round(probeInMs)) },
        }
      },
    )
    app.patch(
      '/integrations/:integration_id',
      {
        schema: {
          summary: 'Change an integration; only what is sent changes',
          operationId: 'changeIntegration',
          params: IntegrationPath,
          body: ChangeIntegrationBody,
          response: answers(200, answer.Integration, ['integration-not-found']),
        },
      },
      async ({ body, params }) =>
        integrationShape(
          await changeIntegration(deps, idOf(params), {
            name: body.name,
            webhookUrl: body.webhook_url,
            webhookSecret: body.webhook_secret,
            allowedIps: body.allowed_ips,
            subscribedEvents: body.subscribed_events,
            sessionTimeoutSeconds: body.session_timeout,
          }),
        ),
    )
    await app.register(keyRoutes(deps))
    await app.register(webhookRoutes(deps))
  }

const keyRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/integrations/:integration_id/keys',
      {
        schema: {
          summary: 'Make an API key',
          operationId: 'createKey',
          params: IntegrationPath,
          body: orNone(CreateKeyBody),
          response: answers(201, answer.NewKey, ['integration-not-found']),
        },
      },
      async ({ body, params }, reply) => {
        const name = body?.name ?? 'API key'
        const { keyId, apiKey, hint } = await createKey(deps, idOf(params), name)
        return reply.code(201).send({ key_id: keyId, name, hint, api_key: apiKey })
      },
    )
    app.get(
      '/integrations/:integration_id/keys',
      {
        schema: {
          summary: 'List API keys, revoked ones too',
          operationId: 'listKeys',
          params: IntegrationPath,
          response: answers(200, pageSchema(answer.Key), ['integration-not-found']),
        },
      },
      async (request) => ({ items: [...(await listKeys(deps, idOf(request.params)))], next: null }),
    )
    app.delete(
      '/integrations/:integration_id/keys/:key_id',
      {
        schema: {
          summary: 'Revoke an API key, at once and for good',
          operationId: 'revokeKey',
          params: KeyPath,
          response: answers(204, Type.Null({ description: 'Revoked.' }), ['not-found']),
        },
      },
      async ({ params }, reply) => {
        await revokeKey(deps, idOf(params), params.key_id.toLowerCase())
        return reply.code(204).send(null)
      },
    )
  }

const webhookRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/integrations/:integration_id/secrets/rotate',
      {
        schema: {
          summary: 'Rotate the webhook secret: add a second one, then finish to drop the older',
          operationId: 'rotateSecret',
          params: IntegrationPath,
          querystring: Type.Object({ finish: Type.Optional(Type.String()) }),
          body: orNone(RotateSecretBody),
          response: answers(200, answer.RotatedSecret, ['integration-not-found', 'conflict']),
        },
      },
      async ({ body, params, query }) => {
        const rotated = await rotateSecret(deps, idOf(params), {
          finish: body?.finish ?? (query.finish !== undefined && query.finish !== 'false'),
          webhookSecret: body?.webhook_secret,
        })
        return { webhook_secret: rotated.webhookSecret, webhook_secrets_live: rotated.secretsLive }
      },
    )
    app.post(
      '/integrations/:integration_id/test',
      {
        schema: {
          summary: 'Post one signed test event to the webhook and see what it answers',
          operationId: 'sendTestEvent',
          params: IntegrationPath,
          response: answers(200, answer.TestReport, ['integration-not-found']),
        },
      },
      async (request) => await sendTestEvent(deps, idOf(request.params)),
    )
    app.post(
      '/integrations/:integration_id/resume',
      {
        schema: {
          summary: 'Say that the webhook is back: what waits is sent now',
          operationId: 'resumeIntegration',
          params: IntegrationPath,
          response: answers(200, answer.Circuit, ['integration-not-found']),
        },
      },
      async (request) => {
        await resumeIntegration(deps, idOf(request.params))
        return { circuit: 'closed' as const }
      },
    )
  }

const idOf = (params: { readonly integration_id: string }): string => params.integration_id.toLowerCase()
