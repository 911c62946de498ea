import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import pg from 'pg'

/** One client's connection with its counterpart to the server. */
export interface Link {
  readonly client: Socket
  readonly server: Socket
}

/** What happens to bytes on their way: passed on as returned, or swallowed. */
type Rule = (bytes: Buffer, link: Link) => Buffer | undefined

export interface DatabaseProxy {
  readonly url: string
  toServer: Rule
  toClient: Rule
  /** Closed to new connections. */
  isClosed: boolean
}

interface Owner {
  after(work: () => Promise<void>): void
}

/** Stands between a client and the database and breaks their connection where the test wants it. */
export const openDatabaseProxy = async (owner: Owner, target: string): Promise<DatabaseProxy> => {
  const { host, port } = new pg.Client({ connectionString: target })
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    // A broken connection is what these tests are about.
    return socket.on('error', () => undefined)
  }
  const server = createServer((client) => {
    keep(client)
    if (proxy.isClosed) return client.destroy()
    const link: Link = {
      client,
      server: keep(host.startsWith('/') ? connect(`${host}/.s.PGSQL.${port}`) : connect(port, host)),
    }
    link.client.on('data', (bytes) => pass(proxy.toServer(bytes, link), link.server))
    link.server.on('data', (bytes) => pass(proxy.toClient(bytes, link), link.client))
    link.server.on('close', () => client.destroy())
    return undefined
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  owner.after(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })

  const url = new URL(target)
  const proxy: DatabaseProxy = {
    url: `postgresql://${url.username}:${url.password}@127.0.0.1:${portOf(server.address())}${url.pathname}`,
    toServer: (bytes) => bytes,
    toClient: (bytes) => bytes,
    isClosed: false,
  }
  return proxy
}

const pass = (bytes: Buffer | undefined, to: Socket): void => {
  if (bytes && to.writable) to.write(bytes)
}

const portOf = (address: AddressInfo | string | null): number =>
  typeof address === 'object' && address ? address.port : 0
