/** One message of a stream of Server-Sent Events, as it stood on the wire. */
export interface StreamMessage {
  readonly id?: string
  readonly event?: string
  readonly data: string
}

export interface EventReader {
  readonly status: number
  readonly headers: Headers
  /** undefined = the server ended the stream. */
  readonly next: () => Promise<StreamMessage | undefined>
  /** All that comes until the server ends it. */
  readonly rest: () => Promise<StreamMessage[]>
  readonly leave: () => Promise<void>
}

/** Reads a stream with nothing but fetch. Comments are skipped. */
export const readEvents = async (
  url: string,
  headers: Readonly<Record<string, string>>,
): Promise<EventReader> => {
  const response = await fetch(url, { headers })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let buffered = ''
  const next = async (): Promise<StreamMessage | undefined> => {
    for (;;) {
      const end = buffered.indexOf('\n\n')
      if (end >= 0) {
        const block = buffered.slice(0, end)
        buffered = buffered.slice(end + 2)
        const message = messageOf(block)
        if (message) return message
        continue
      }
      const { done, value } = (await reader?.read()) ?? { done: true, value: undefined }
      if (done) return undefined
      buffered += value
    }
  }
  return {
    status: response.status,
    headers: response.headers,
    next,
    rest: async () => {
      const messages: StreamMessage[] = []
      for (let message = await next(); message; message = await next()) messages.push(message)
      return messages
    },
    leave: async () => {
      await reader?.cancel()
    },
  }
}

const messageOf = (block: string): StreamMessage | undefined => {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [name = '', ...rest] = line.split(': ')
    if (name !== '') fields.set(name, rest.join(': '))
  }
  const data = fields.get('data')
  if (data === undefined) return undefined
  const [id, event] = [fields.get('id'), fields.get('event')]
  return { ...(id === undefined ? {} : { id }), ...(event === undefined ? {} : { event }), data }
}
