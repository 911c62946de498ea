import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { requestDownload } from '../../usecases/request-download.ts'
import { requestUpload } from '../../usecases/request-upload.ts'
import { answers } from '../wire/answers.ts'
import { DownloadUrlAnswer, UploadUrlAnswer } from './answer-schemas.ts'
import { sessionCallOf } from './call.ts'
import type { ChannelDeps } from './channel-deps.ts'
import { DownloadUrlBody, SessionPath, UploadUrlBody } from './schemas.ts'

/** Requests 11 and 12 of the wire (spec 1.3): URLs that carry their own permission. */
export const fileRoutes =
  (deps: ChannelDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/sessions/:session_id/files/upload-url',
      {
        schema: {
          operationId: 'createUploadUrl',
          response: answers(200, UploadUrlAnswer, refusals),
          summary: 'Get a URL to upload a file to',
          params: SessionPath,
          body: UploadUrlBody,
        },
      },
      async (request) =>
        await requestUpload(deps, sessionCallOf(request), {
          ...request.body,
          baseUrl: deps.publicUrl(request.host),
        }),
    )
    app.post(
      '/sessions/:session_id/files/download-url',
      {
        schema: {
          operationId: 'createDownloadUrl',
          response: answers(200, DownloadUrlAnswer, [...refusals, 'file-not-found']),
          summary: 'Get a URL to download a file from',
          params: SessionPath,
          body: DownloadUrlBody,
        },
      },
      async (request) =>
        await requestDownload(deps, sessionCallOf(request), {
          ...request.body,
          baseUrl: deps.publicUrl(request.host),
        }),
    )
  }

const refusals = [
  'unauthorized',
  'session-not-found',
  'idempotency-conflict',
  'payload-too-large',
  'rate-limited',
] as const
