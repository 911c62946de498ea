import type { DownloadUrlRequest, DownloadUrlResponse } from '@dragoman/sdk'
import type { Deps, SessionCall } from '../deps.ts'
import { requireActive } from '../domain/calls.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { readFile } from '../store/files.ts'

/** A URL to GET an uploaded file of this session from, within 15 minutes. */
export const requestDownload = async (
  deps: Pick<Deps, 'db' | 'changeSession' | 'urlSigner' | 'clock'>,
  call: SessionCall,
  body: DownloadUrlRequest & { readonly baseUrl: string },
): Promise<DownloadUrlResponse> => {
  const fileId = body.file_id.toLowerCase()
  const file = await readFile(deps.db, fileId)
  const downloadUrl = deps.urlSigner.sign({
    baseUrl: body.baseUrl,
    method: 'GET',
    path: `/files/${fileId}`,
    expiresAtMs: deps.clock.now() + limits.presignedSeconds * 1000,
  })
  return await deps.changeSession({
    sessionId: call.sessionId,
    integrationId: call.settings.integrationId,
    idempotency: call.idempotency,
    decide: (session, { now }) => {
      requireActive(session, now)
      if (!file || file.sessionId !== session.sessionId || file.byteCount === null)
        throw new Refusal('file-not-found', 'file_id: no such uploaded file in this session')
      return {
        session,
        answer: { request_id: call.requestId, download_url: downloadUrl, file_id: fileId },
      }
    },
  })
}
