import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { checkReadiness } from '../../usecases/check-readiness.ts'
import { measureBacklog } from '../../usecases/measure-backlog.ts'
import { answers } from '../wire/answers.ts'

const Status = Type.Object({ status: Type.String() })

/** For whoever runs this process: does it live, may it get traffic, and how is it doing. */
export const operations =
  (deps: Pick<Deps, 'db' | 'metrics' | 'log'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.get(
      '/healthz',
      { schema: { summary: 'The process lives', operationId: 'healthz', response: { 200: Status } } },
      async () => ({ status: 'ok' }),
    )
    app.get(
      '/readyz',
      {
        schema: {
          summary: 'The store answers and its migrations are done',
          operationId: 'readyz',
          response: answers(200, Status),
        },
      },
      async () => {
        await checkReadiness(deps)
        return { status: 'ready' }
      },
    )
    app.get(
      '/metrics',
      {
        schema: {
          summary: 'Metrics in the text form of Prometheus',
          operationId: 'metrics',
          response: {
            200: {
              description: 'Counters, gauges and histograms.',
              content: { 'text/plain': { schema: Type.String() } },
            },
          },
        },
      },
      async (_request, reply) => {
        const { type, text } = await deps.metrics.expose(await measureBacklog(deps))
        return reply.header('content-type', type).send(text)
      },
    )
  }
