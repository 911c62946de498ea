import type { Readable } from 'node:stream'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { limits } from '../domain/limits.ts'
import { markFileUploaded, readFile } from '../store/files.ts'

export interface Upload {
  readonly fileId: string
  /** Path and query as they were sent: the signature is over them. */
  readonly target: string
  readonly contentType: string | undefined
  readonly contentLength: number | undefined
  readonly bytes: Readable
}

/** The bytes of one file, streamed to where files are kept; whole or not at all, and once. */
export const receiveUpload = async (
  deps: Pick<Deps, 'db' | 'files' | 'urlSigner' | 'clock'>,
  upload: Upload,
): Promise<{ readonly file_id: string; readonly byte_count: number }> => {
  const { fileId } = upload
  const check = deps.urlSigner.check({ method: 'PUT', target: upload.target, nowMs: deps.clock.now() })
  if (!check.ok) throw urlRefusal(check.reason)
  if (plainType(upload.contentType ?? '') !== plainType(check.contentType ?? ''))
    throw new Refusal(
      'invalid-payload',
      `Content-Type: must be ${check.contentType}, for which this URL was made`,
    )
  const bytesMax = check.bytesMax ?? limits.fileBytesMax
  if ((upload.contentLength ?? 0) > bytesMax) throw tooLarge(bytesMax)
  const file = await readFile(deps.db, fileId)
  if (!file) throw new Refusal('file-not-found', 'file_id: there is no such file')
  if (file.byteCount !== null) throw uploadedBefore()
  const put = await deps.files.put(fileId, upload.bytes, bytesMax, async (whole) => {
    if (!(await markFileUploaded(deps.db, { fileId, ...whole }))) throw uploadedBefore()
  })
  if (!put.ok) throw tooLarge(bytesMax)
  return { file_id: fileId, byte_count: put.byteCount }
}

const urlRefusal = (reason: 'invalid' | 'expired'): Refusal =>
  new Refusal(
    'forbidden',
    reason === 'expired'
      ? 'expires: this URL is too old; ask for a new one by files/upload-url'
      : 'signature: this URL was not made by this server for this use, or was changed; ask for a new one by files/upload-url',
  )

const tooLarge = (bytesMax: number): Refusal =>
  new Refusal('payload-too-large', `body: a file has at most ${bytesMax} bytes`)

const uploadedBefore = (): Refusal =>
  new Refusal('conflict', 'file_id: was uploaded before; ask for a new URL by files/upload-url')

/** Media types are the same in capitals and with spaces between the parts. */
const plainType = (type: string): string =>
  type
    .toLowerCase()
    .replaceAll(/\s*;\s*/g, ';')
    .trim()
