import type { Db } from './db.ts'

export interface FileRow {
  readonly fileId: string
  readonly sessionId: string
  readonly filename: string
  readonly contentType: string
  readonly byteCount: number | null
}

const readStatement = {
  name: 'read-file',
  text: `select file_id as "fileId", session_id as "sessionId", filename, content_type as "contentType",
      byte_count::float8 as "byteCount"
    from files where file_id = $1`,
}

export const readFile = async (db: Db, fileId: string): Promise<FileRow | undefined> =>
  (await db.rows<FileRow>(readStatement, [fileId]))[0]

const uploadedStatement = {
  name: 'mark-file-uploaded',
  text: `update files set byte_count = $2, uploaded_at = now() where file_id = $1 and uploaded_at is null returning file_id`,
}

/**
 * `keep` puts the bytes in their place, while no other upload of the same file can.
 *
 * @returns false when it was uploaded before: a file is written once
 */
export const markFileUploaded = (
  db: Db,
  file: { readonly fileId: string; readonly byteCount: number; readonly keep: () => Promise<void> },
): Promise<boolean> =>
  db.transaction(async (tx) => {
    if ((await tx.rows(uploadedStatement, [file.fileId, file.byteCount])).length === 0) return false
    await file.keep()
    return true
  })

const findStatement = {
  name: 'find-files',
  text: `select file_id as "fileId", session_id as "sessionId", filename, content_type as "contentType",
      byte_count::float8 as "byteCount"
    from files where file_id = any($1::uuid[])`,
}

export const findFiles = (db: Db, fileIds: readonly string[]): Promise<FileRow[]> =>
  db.rows<FileRow>(findStatement, [fileIds])
