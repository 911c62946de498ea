import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { JsonObject } from '../../domain/json.ts'
import { changeBundle } from '../../usecases/change-bundle.ts'
import { listBundles } from '../../usecases/list-bundles.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { BundlePath, EnvironmentPath, PutBundleBody, pageSchema } from './schemas.ts'

/** Values that all conversations of an environment share: `{{$global.<bundle>.<name>}}` in an agent's texts. */
export const bundleRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/environments/:environment_id/bundles',
      {
        schema: {
          summary: 'List the bundles of an environment',
          operationId: 'listBundles',
          params: EnvironmentPath,
          response: answers(200, pageSchema(answer.Bundle), ['not-found']),
        },
      },
      async ({ params }) => ({
        items: await listBundles(deps, params.environment_id.toLowerCase()),
        next: null,
      }),
    )
    app.put(
      '/environments/:environment_id/bundles/:bundle',
      {
        schema: {
          summary: 'Set a bundle whole; agents see it with their next turn',
          operationId: 'putBundle',
          params: BundlePath,
          body: PutBundleBody,
          response: answers(200, answer.Bundle, ['not-found']),
        },
      },
      async ({ params, body }) => {
        const values: JsonObject = body.values
        await changeBundle(deps, {
          environmentId: params.environment_id.toLowerCase(),
          bundle: params.bundle,
          values,
        })
        return { bundle: params.bundle, values }
      },
    )
    app.delete(
      '/environments/:environment_id/bundles/:bundle',
      {
        schema: {
          summary: 'Remove a bundle',
          operationId: 'deleteBundle',
          params: BundlePath,
          response: answers(204, Type.Null({ description: 'Removed.' }), ['not-found']),
        },
      },
      async ({ params }, reply) => {
        await changeBundle(deps, {
          environmentId: params.environment_id.toLowerCase(),
          bundle: params.bundle,
          values: null,
        })
        return reply.code(204).send(null)
      },
    )
  }
