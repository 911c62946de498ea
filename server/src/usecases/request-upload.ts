import type { UploadUrlRequest, UploadUrlResponse } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { limits } from '../domain/limits.ts'

/** A URL to PUT one file to, once, with this content type, within 15 minutes. */
export const requestUpload = async (
  deps: Pick<Deps, 'changeSession' | 'newId' | 'urlSigner' | 'clock'>,
  call: SessionCall,
  body: UploadUrlRequest & { readonly baseUrl: string },
): Promise<UploadUrlResponse> => {
  const fileId = deps.newId()
  const uploadUrl = deps.urlSigner.sign({
    baseUrl: body.baseUrl,
    method: 'PUT',
    path: `/files/${fileId}`,
    expiresAtMs: deps.clock.now() + limits.presignedSeconds * 1000,
    contentType: body.content_type,
    bytesMax: limits.fileBytesMax,
  })
  return await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (session, { now }) => {
      requireActive(session, now)
      return {
        session,
        file: { fileId, filename: body.filename, contentType: body.content_type },
        answer: { request_id: call.requestId, upload_url: uploadUrl, file_id: fileId },
      }
    },
  })
}
