import { connect } from 'node:net'

/** Sends a request to its last byte and only then listens, as simple clients do; reads until the answer is whole. */
export const sendWhole = (baseUrl: string, head: string, body: Buffer): Promise<string> => {
  const { port, hostname } = new URL(baseUrl)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname)
    let answer = ''
    socket.setEncoding('utf8').pause()
    socket.on('error', reject)
    socket.on('end', () => resolve(answer))
    socket.on('data', (chunk: string) => {
      answer += chunk
      if (!isWhole(answer)) return
      socket.destroy()
      resolve(answer)
    })
    socket.write(head)
    socket.write(body, (error) => (error ? reject(error) : socket.resume()))
  })
}

const isWhole = (answer: string): boolean => {
  const [headers = '', body] = answer.split('\r\n\r\n')
  const length = /^content-length: (\d+)$/im.exec(headers)?.[1]
  return body !== undefined && body.length >= Number(length ?? 0)
}
