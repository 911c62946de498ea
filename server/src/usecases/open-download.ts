import type { Readable } from 'node:stream'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { readFile } from '../store/files.ts'

export interface Download {
  readonly filename: string
  readonly contentType: string
  readonly byteCount: number
  readonly stream: Readable
}

/** @param request.target path and query as they were sent: the signature is over them */
export const openDownload = async (
  deps: Pick<Deps, 'db' | 'files' | 'urlSigner' | 'clock'>,
  request: { readonly fileId: string; readonly target: string },
): Promise<Download> => {
  const check = deps.urlSigner.check({ method: 'GET', target: request.target, nowMs: deps.clock.now() })
  if (!check.ok)
    throw new Refusal(
      'forbidden',
      check.reason === 'expired'
        ? 'expires: this URL is too old; ask for a new one by files/download-url'
        : 'signature: this URL was not made by this server for this use, or was changed; ask for a new one by files/download-url',
    )
  const file = await readFile(deps.db, request.fileId)
  const opened = file?.byteCount != null ? await deps.files.open(request.fileId) : undefined
  if (!file || !opened)
    throw new Refusal('file-not-found', 'file_id: there is no such file, or it was not uploaded yet')
  return { filename: file.filename, contentType: file.contentType, ...opened }
}
