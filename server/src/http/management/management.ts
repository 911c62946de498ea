import type { FastifyPluginAsync } from 'fastify'
import { authoriseOperator } from '../../usecases/authorise-operator.ts'
import { agentRoutes } from './agent-routes.ts'
import { bundleRoutes } from './bundle-routes.ts'
import { deliveryRoutes } from './delivery-routes.ts'
import { deskRoutes } from './desk-routes.ts'
import { environmentRoutes } from './environment-routes.ts'
import { integrationRoutes } from './integration-routes.ts'
import { knowledgeRoutes } from './knowledge-routes.ts'
import type { ManagementDeps } from './management-deps.ts'
import { sessionRoutes } from './session-routes.ts'
import { versionRoutes } from './version-routes.ts'

/** The management API (platform spec 3.5): everything below `/api/v1`, behind the operator's token. */
export const management =
  (deps: ManagementDeps): FastifyPluginAsync =>
  async (app) => {
    app.addHook('onRequest', async (request) => authoriseOperator(deps, request.headers.authorization))
    for (const routes of [
      integrationRoutes,
      deliveryRoutes,
      agentRoutes,
      versionRoutes,
      knowledgeRoutes,
      environmentRoutes,
      bundleRoutes,
      sessionRoutes,
      deskRoutes,
    ])
      await app.register(routes(deps))
  }
