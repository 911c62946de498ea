import Fastify, { type FastifyInstance } from 'fastify'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { channel } from './channel/channel.ts'
import { describeApi } from './describe/describe-api.ts'
import { files } from './files/files.ts'
import { inbox } from './inbox/inbox.ts'
import { management } from './management/management.ts'
import { operations } from './operations/operations.ts'
import { boundArrivalTime } from './wire/arrival-time.ts'
import { answerClientError } from './wire/client-errors.ts'
import { answerErrors, sendRefusal } from './wire/errors.ts'
import { acceptJsonBodies } from './wire/json-body.ts'
import { refuseForNode } from './wire/refuse-for-node.ts'
import { validateWithOwnSentences } from './wire/validation.ts'

/** How long a client may take to send its request; a file has as long as its URL lives. */
const arrival = { usualMs: 30_000, fileMs: limits.presignedSeconds * 1000 }
const idInPathLengthMax = 200
const keepAliveTimeoutMs = 72_000
const keepAliveWhileClosingMs = 1

/** The HTTP door: thin. Each route parses, authorises, calls one use case, answers. */
export const createHttpServer = async (
  deps: Deps,
  options: { readonly inbox: boolean },
): Promise<FastifyInstance> => {
  const app = createServer(deps)
  await describeApi(app)
  await app.register(channel(deps), { prefix: '/v1/custom/:integration_id' })
  await app.register(files(deps))
  await app.register(management(deps), { prefix: '/api/v1' })
  await app.register(operations(deps))
  if (options.inbox) await app.register(inbox(deps))
  return app
}

/** For a process without the http role: how it is, and nothing else. */
export const createHealthServer = async (deps: Deps): Promise<FastifyInstance> => {
  const app = createServer(deps)
  await app.register(operations(deps))
  return app
}

/** Without routes: how requests are read, refused and told of. */
const createServer = (deps: Deps): FastifyInstance => {
  const app = Fastify({
    logger: false,
    bodyLimit: limits.bodyBytesMax,
    keepAliveTimeout: keepAliveTimeoutMs,
    genReqId: () => deps.newId(),
    requestIdHeader: false,
    // Who got through while we drain is served: what it needs is still there, and the next call finds another process.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: idInPathLengthMax },
    http: { requireHostHeader: false },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => {
      sendRefusal(
        reply.header('x-request-id', request.id),
        new Refusal('invalid-payload', `request: ${pathFault(error)}`),
      )
    },
  })
  app.setSerializerCompiler(() => (value) => JSON.stringify(value))
  boundArrivalTime(app, arrival)
  acceptJsonBodies(app)
  validateWithOwnSentences(app)
  answerErrors(app, deps)
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  refuseForNode(app)
  tellOfRequests(app, deps)
  // What is idle is closed at once. Who is being answered right now would keep its connection, and us, for its time.
  app.addHook('preClose', async () => {
    app.server.keepAliveTimeout = keepAliveWhileClosingMs
  })
  return app
}

const pathFault = ({ code, message }: { readonly code: string; readonly message: string }): string =>
  code === 'FST_ERR_MAX_PARAM_LENGTH'
    ? `an id in the path has more than ${idInPathLengthMax} characters; ids are UUIDs`
    : message

/** One wide line a request, and its sample. */
const tellOfRequests = (app: FastifyInstance, deps: Pick<Deps, 'log' | 'metrics'>): void => {
  app.addHook('onResponse', async (request, reply) => {
    deps.metrics.requestAnswered({
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    })
    deps.log.info(
      {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url,
        ...(request.params as object),
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime),
        bytes: request.headers['content-length'],
        address: request.socket.remoteAddress,
      },
      'request',
    )
  })
}
