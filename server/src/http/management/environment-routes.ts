import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { changeEnvironment } from '../../usecases/change-environment.ts'
import { createEnvironment } from '../../usecases/create-environment.ts'
import { listEnvironments } from '../../usecases/list-environments.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { ChangeEnvironmentBody, CreateEnvironmentBody, EnvironmentPath, pageSchema } from './schemas.ts'
import { environmentShape } from './shapes.ts'

/** Environments: who answers new sessions, and how long a resolved conversation can be reopened. */
export const environmentRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/environments',
      {
        schema: {
          summary: 'List environments, oldest first',
          operationId: 'listEnvironments',
          response: answers(200, pageSchema(answer.Environment)),
        },
      },
      async () => ({ items: (await listEnvironments(deps)).map(environmentShape), next: null }),
    )
    app.post(
      '/environments',
      {
        schema: {
          summary: 'Make an environment',
          operationId: 'createEnvironment',
          body: CreateEnvironmentBody,
          response: answers(201, answer.Environment),
        },
      },
      async ({ body }, reply) =>
        reply.code(201).send(
          environmentShape(
            await createEnvironment(deps, {
              name: body.name,
              keepAliveSeconds: body.keep_alive,
              agentId: lowerCase(body.agent_id),
            }),
          ),
        ),
    )
    app.patch(
      '/environments/:environment_id',
      {
        schema: {
          summary: 'Change an environment, for sessions opened from now on',
          operationId: 'changeEnvironment',
          params: EnvironmentPath,
          body: ChangeEnvironmentBody,
          response: answers(200, answer.Environment, ['not-found']),
        },
      },
      async ({ body, params }) =>
        environmentShape(
          await changeEnvironment(deps, params.environment_id.toLowerCase(), {
            name: body.name,
            keepAliveSeconds: body.keep_alive,
            agentId: lowerCase(body.agent_id),
            agentVersion: body.agent_version,
          }),
        ),
    )
  }

const lowerCase = (id: string | null | undefined): string | null | undefined =>
  typeof id === 'string' ? id.toLowerCase() : id
