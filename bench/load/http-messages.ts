/**
 * Reads HTTP/1.1 messages (requests or answers) off a socket whose encoding is latin1, so that a character is a byte.
 *
 * Deliberately small: the load generator shares two cores with what it measures, and node:http costs 30 to 50 us a
 * message where this costs 5. It reads exactly what a benchmark meets: messages with a content-length, or without a
 * body. A chunked message throws, which fails the run loudly instead of measuring something else.
 */
export const httpMessages = (onMessage: (head: string, body: string) => void): ((chunk: string) => void) => {
  let unread = ''
  return (chunk) => {
    unread = unread === '' ? chunk : unread + chunk
    while (unread !== '') {
      const headEnd = unread.indexOf('\r\n\r\n')
      if (headEnd < 0) return
      const head = unread.slice(0, headEnd)
      const bodyEnd = headEnd + 4 + contentLength(head)
      if (unread.length < bodyEnd) return
      const body = unread.slice(headEnd + 4, bodyEnd)
      unread = unread.slice(bodyEnd)
      onMessage(head, body)
    }
  }
}

const contentLength = (head: string): number => {
  const length = lengthHeader.exec(head)?.[1]
  if (length !== undefined) return Number(length)
  if (chunkedHeader.test(head)) throw new Error(`the benchmark reads no chunked bodies:\n${head}`)
  return 0
}

const lengthHeader = /\r\ncontent-length: *(\d+)/i
const chunkedHeader = /\r\ntransfer-encoding:/i
