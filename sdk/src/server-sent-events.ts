/**
 * The messages in a stream of Server-Sent Events, as the HTML standard reads them: lines end with CR LF, LF or CR,
 * an empty line sends the message, a line that starts with a colon is a comment, what is unfinished at the end
 * is dropped.
 */
export async function* serverSentEvents(
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let draft = emptyDraft()
  let lastId: string | undefined
  for await (const line of lines(chunks)) {
    if (line !== '') {
      addField(draft, line)
      if (draft.chars > messageCharsMax) throw new Error(`A message of the stream is over ${messageCharsMax}`)
      continue
    }
    lastId = draft.id ?? lastId
    if (draft.chars > 0) {
      yield { id: lastId, event: draft.event, text: draft.lines.join('\n'), retryMs: draft.retryMs }
    }
    draft = emptyDraft()
  }
}

export interface ServerSentEvent {
  /** Of this message or the last one before it that had one. */
  readonly id: string | undefined
  readonly event: string | undefined
  /** Empty where only an id or a retry time was sent. */
  readonly text: string
  readonly retryMs: number | undefined
}

interface Draft {
  id: string | undefined
  event: string | undefined
  retryMs: number | undefined
  chars: number
  readonly lines: string[]
}

const messageCharsMax = 4_194_304

const emptyDraft = (): Draft => ({ id: undefined, event: undefined, retryMs: undefined, chars: 0, lines: [] })

const addField = (draft: Draft, line: string): void => {
  const colon = line.indexOf(':')
  const field = colon === -1 ? line : line.slice(0, colon)
  const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
  if (field !== '') draft.chars += line.length
  if (field === 'data') draft.lines.push(value)
  else if (field === 'event') draft.event = value
  else if (field === 'id' && !value.includes('\0')) draft.id = value
  else if (field === 'retry' && /^\d{1,9}$/.test(value)) draft.retryMs = Number(value)
}

async function* lines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder()
  let rest = ''
  let endedWithCr = false
  for await (const chunk of chunks) {
    let text = decoder.decode(chunk, { stream: true })
    if (text === '') continue
    if (endedWithCr && text.startsWith('\n')) text = text.slice(1)
    endedWithCr = text.endsWith('\r') || (text === '' && endedWithCr)
    const parts = (rest + text).split(/\r\n|\n|\r/)
    rest = parts.pop() ?? ''
    if (rest.length > messageCharsMax) throw new Error(`A line of the stream is over ${messageCharsMax}`)
    yield* parts
  }
}
