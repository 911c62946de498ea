import type { IncomingMessage } from 'node:http'
import { PassThrough, type Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import type { Deps } from '../../deps.ts'
import { Refusal } from '../../domain/errors.ts'
import { limits } from '../../domain/limits.ts'
import { openDownload } from '../../usecases/open-download.ts'
import { receiveUpload } from '../../usecases/receive-upload.ts'
import { answers, refusalAnswers } from '../wire/answers.ts'

const FilePath = Type.Object({ file_id: Type.String({ format: 'uuid' }) })

const UploadedFile = Type.Object(
  { file_id: Type.String({ format: 'uuid' }), byte_count: Type.Integer() },
  { title: 'UploadedFile', description: 'The file is kept.' },
)

const anyBytes = {
  description: 'The bytes, to be saved: never shown inline.',
  content: { '*/*': { schema: Type.Unsafe<unknown>({ type: 'string', format: 'binary' }) } },
}

/**
 * Where the presigned URLs lead. No other credentials: whoever has the URL may do the one thing it was made for.
 * Browsers of any origin may use them, because the pages of our customers do.
 */
export const files =
  (deps: Pick<Deps, 'db' | 'files' | 'urlSigner' | 'clock'>): FastifyPluginAsyncTypebox =>
  async (app) => {
    takeBytesAsTheyCome(app)
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('access-control-allow-origin', '*')
    })
    app.put(
      '/files/:file_id',
      {
        bodyLimit: limits.fileBytesMax,
        schema: {
          summary: 'Upload the bytes of a file to its upload_url',
          operationId: 'uploadFile',
          params: FilePath,
          response: answers(200, UploadedFile, [
            'forbidden',
            'file-not-found',
            'conflict',
            'payload-too-large',
          ]),
        },
      },
      async (request) => {
        try {
          return await receiveUpload(deps, {
            fileId: request.params.file_id.toLowerCase(),
            target: request.url,
            contentType: request.headers['content-type'],
            contentLength: lengthOf(request),
            bytes: readApart(request.raw),
          })
        } catch (error) {
          throw request.raw.destroyed && !(error instanceof Refusal)
            ? new Refusal('invalid-payload', 'body: the upload broke off', { cause: error })
            : error
        }
      },
    )
    app.get(
      '/files/:file_id',
      {
        schema: {
          summary: 'Download a file from its download_url',
          operationId: 'downloadFile',
          params: FilePath,
          response: { 200: anyBytes, ...refusalAnswers(['forbidden', 'file-not-found']) },
        },
      },
      async (request, reply) => {
        const download = await openDownload(deps, {
          fileId: request.params.file_id.toLowerCase(),
          target: request.url,
        })
        return reply
          .headers({
            'content-type': download.contentType,
            'content-length': download.byteCount,
            'content-disposition': attachmentNamed(download.filename),
            'x-content-type-options': 'nosniff',
            'content-security-policy': "sandbox; default-src 'none'",
            'cache-control': `private, max-age=${limits.presignedSeconds}`,
            'cross-origin-resource-policy': 'cross-origin',
            'referrer-policy': 'no-referrer',
          })
          .send(download.stream)
      },
    )
    app.options('/files/:file_id', async (_request, reply) =>
      reply
        .headers({
          'access-control-allow-methods': 'GET, PUT',
          'access-control-allow-headers': 'content-type',
          'access-control-max-age': 86_400,
        })
        .code(204)
        .send(null),
    )
  }

/** The body is left in the request, to be streamed; whatever its content type. */
const takeBytesAsTheyCome = (app: FastifyInstance): void => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', (_request, _payload, done) => done(null, undefined))
}

/** A stream of its own, so that giving up on the bytes does not tear down the connection we still answer on. */
const readApart = (request: IncomingMessage): Readable => {
  const bytes = new PassThrough()
  // Whoever reads it hears of it; an upload that was refused has no reader.
  bytes.on('error', () => undefined)
  request.pipe(bytes)
  request.once('close', () => {
    if (!request.complete) bytes.destroy(new Error('the connection closed before the end'))
  })
  return bytes
}

const lengthOf = (request: FastifyRequest): number | undefined => {
  const header = request.headers['content-length']
  return header === undefined ? undefined : Number(header)
}

/** RFC 6266: a plain name for old clients, the true one (RFC 5987) for all others. Never shown inline. */
const attachmentNamed = (filename: string): string => {
  const plain = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_')
  const encoded = encodeURIComponent(filename.toWellFormed()).replaceAll(
    /['()*!]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`
}
