import type { ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import type { Behaviour } from './webhook.ts'

/** What receivers do to a sender. Each ends with its connection, so nothing of it outlives the test. */

const dripEveryMs = 1_000

/** Takes the event and never says a word. */
export const hang: Behaviour = () => undefined

/** Says half of its status line and cuts the connection with a reset. */
export const reset: Behaviour = (response) => {
  response.socket?.write('HTTP/1.1 20')
  response.socket?.resetAndDestroy()
}

/** Its status line comes a byte a second. */
export const dripStatus: Behaviour = (response) =>
  drip(response, [...'HTTP/1.1 200 OK\r\n\r\n'], (byte) => response.socket?.write(byte))

/** Says 200 at once, and then a byte a second of an answer without an end. */
export const dripAnswer: Behaviour = (response) => {
  response.writeHead(200).flushHeaders()
  drip(response, ['.'], (byte) => response.write(byte))
}

const drip = (response: ServerResponse, bytes: readonly string[], write: (byte: string) => void): void => {
  let told = 0
  const timer = setInterval(() => {
    write(bytes[told % bytes.length] ?? '')
    told += 1
  }, dripEveryMs)
  response.on('close', () => clearInterval(timer))
}

const gigabyte = 2 ** 30

/** Answers 1 GB as fast as it is taken. */
export const flood: Behaviour = (response) => {
  response.writeHead(200, { 'content-length': gigabyte })
  pour(response, Buffer.alloc(2 ** 20, 'a'), gigabyte / 2 ** 20)
}

/** Answers 16 KB a piece that each unpack to 16 MB, as long as somebody takes them. */
export const bomb: Behaviour = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
  pour(response, zeros, 64)
}

const zeros = gzipSync(Buffer.alloc(2 ** 24))

const pour = (response: ServerResponse, piece: Buffer, pieces: number): void => {
  let left = pieces
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1
      if (!response.write(piece)) return
    }
    if (left === 0) response.end()
  }
  response.on('drain', more)
  more()
}
