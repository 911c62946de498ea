import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'

/** What is no HTTP request reaches no route; its refusal has the form of all others, and the connection ends. */
export const answerClientError = (error: Error & { readonly code?: string }, socket: Socket): void => {
  if (error.code === 'ECONNRESET' || socket.destroyed) return
  const { status, sentence } = faults.get(error.code ?? '') ?? notHttp
  const body = JSON.stringify({ error_code: 'invalid-payload', error_message: `request: ${sentence}` })
  if (socket.writable)
    socket.write(
      `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    )
  socket.destroy()
}

interface Fault {
  readonly status: number
  readonly sentence: string
}

const notHttp: Fault = { status: 400, sentence: 'is not valid HTTP' }

const faults: ReadonlyMap<string, Fault> = new Map([
  ['ERR_HTTP_REQUEST_TIMEOUT', { status: 408, sentence: 'did not arrive whole in time; send it again' }],
  ['HPE_HEADER_OVERFLOW', { status: 431, sentence: 'has more than 16 KiB of headers' }],
])
