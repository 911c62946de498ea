import type { Socket } from 'node:net'
import type { buildConnector } from 'undici'

/**
 * Bounds the bytes a connection may send us for one request, whatever they are.
 *
 * An HTTP parser tells of headers and body, and those are bounded elsewhere. It swallows in silence an endless
 * reason phrase, endless blank lines before the status, endless chunk extensions and endless 1xx answers: each of
 * them kept a core busy until the timeout (measured: 3 s of CPU in a timeout of 3 s). So the socket counts. One
 * request is on a connection at a time, and a new one shows as bytes written, so no word from the client is needed.
 */
export const boundedConnector =
  (connect: buildConnector.connector, receivedBytesMax: number): buildConnector.connector =>
  (options, callback) =>
    connect(options, (...result) => {
      callback(...result)
      const [error, socket] = result
      if (error === null) boundAnswers(socket, receivedBytesMax)
    })

const boundAnswers = (socket: Socket, receivedBytesMax: number): void => {
  let writtenBefore = 0
  let readBefore = 0
  socket.prependListener('readable', () => {
    const { bytesRead, bytesWritten } = socket
    if (bytesWritten !== writtenBefore) {
      writtenBefore = bytesWritten
      readBefore = bytesRead
    } else if (bytesRead - readBefore > receivedBytesMax) {
      socket.destroy(new Error(`more than ${receivedBytesMax} bytes for one request, most of them no answer`))
    }
  })
}
