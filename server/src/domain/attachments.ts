import { Refusal } from './errors.ts'
import type { MessageInput } from './message.ts'

/** The files of ours that a message names; none for most messages, which then cost no look-up. */
export const attachedFileIds = (input: MessageInput): readonly string[] =>
  (input.attachments ?? []).flatMap(({ id }) => (id === undefined ? [] : [id.toLowerCase()]))

/** Each must be an uploaded file of this very session: another one's file does not exist here. */
export const requireOwnFiles = (
  sessionId: string,
  input: MessageInput,
  files: readonly {
    readonly fileId: string
    readonly sessionId: string
    readonly byteCount: number | null
  }[],
): void => {
  const own = new Set(
    files
      .filter((file) => file.sessionId === sessionId && file.byteCount !== null)
      .map((file) => file.fileId),
  )
  for (const [index, { id }] of (input.attachments ?? []).entries())
    if (id !== undefined && !own.has(id.toLowerCase()))
      throw new Refusal(
        'invalid-payload',
        `input.attachments[${index}].id: ${id} is no uploaded file of this session; upload it by files/upload-url first`,
      )
}
