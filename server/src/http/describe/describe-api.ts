import swagger from '@fastify/swagger'
import type { FastifyInstance } from 'fastify'
import { asyncapiDocument } from './asyncapi.ts'
import { asTree } from './components.ts'
import { finished } from './finish.ts'
import { described, openapiInfo, openapiTags, securitySchemes } from './openapi.ts'

/**
 * The two documents, made of the very schemas that validate. Register it before the routes: it gathers them.
 */
export const describeApi = async (app: FastifyInstance): Promise<void> => {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: openapiInfo,
      servers: [{ url: '/' }],
      tags: openapiTags,
      components: { securitySchemes },
    },
    convertConstToEnum: false,
    transform: described,
    transformObject: (document) =>
      'openapiObject' in document ? finished(asTree(document.openapiObject)) : {},
  })
  let asyncapi: object | undefined
  app.get('/openapi.json', async () => app.swagger())
  app.get('/asyncapi.json', async () => {
    asyncapi ??= asyncapiDocument()
    return asyncapi
  })
}
