import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'

export interface SlowServer {
  readonly url: string
  readonly asked: Promise<void>
  readonly answer: () => void
}

/** The customer's own system: it answers when it is told to. */
export const slowServer = async (t: TestContext): Promise<SlowServer> => {
  const asked = Promise.withResolvers<void>()
  const released = Promise.withResolvers<void>()
  const server = createServer((_request, response) => {
    asked.resolve()
    void released.promise.then(() => response.end('{}'))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    asked: asked.promise,
    answer: () => released.resolve(),
  }
}
