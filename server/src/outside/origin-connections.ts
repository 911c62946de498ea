import { performance } from 'node:perf_hooks'
import { type buildConnector, Client } from 'undici'

/**
 * Kept-alive connections, by origin.
 *
 * 1. A post has a connection to itself while it is in flight: it never waits for another post, and destroying its
 *    connection harms nobody. So there are as many connections as posts in flight, and the caller bounds those.
 * 2. Only a connection whose answer was read to its end is used again; the last one used first, so that the others
 *    may fall idle and close (4 s, or what the receiver's Keep-Alive says).
 * 3. An origin is forgotten after five minutes, so that a host that moves is found again; its connections in flight
 *    finish and close. At most `originsMax` are held, the longest unused goes first.
 *
 * Not `undici.Pool`: after an abort it opens another connection for the request that is gone and leaves it open
 * (nodejs/undici#5845), and on a quick sequence of posts it uses two connections where one will do.
 */
export interface OriginConnections {
  /** The origin if it is held. */
  readonly find: (name: string) => Origin | undefined
  /** Holds an origin that is not held yet. */
  readonly open: (name: string) => Origin
  /** A connection for one post; each must be given back. */
  readonly take: (origin: Origin) => Client
  readonly give: (origin: Origin, client: Client, isReusable: boolean) => void
  readonly close: () => Promise<void>
}

/** Scheme, host and port, and its connections that wait for the next post. */
export interface Origin {
  readonly name: string
  readonly forgetAt: number
  readonly idle: Client[]
  isForgotten: boolean
}

const originsMax = 1000
const originLifeMs = 5 * 60_000
const sweepEveryMs = 60_000

export const originConnections = (connect: buildConnector.connector): OriginConnections => {
  const origins = new Map<string, Origin>()

  const forget = (origin: Origin): Promise<unknown> => {
    origin.isForgotten = true
    origins.delete(origin.name)
    return Promise.all(origin.idle.splice(0).map((client) => client.destroy()))
  }
  const sweep = setInterval(() => {
    const now = performance.now()
    for (const origin of origins.values()) if (now >= origin.forgetAt) void forget(origin)
  }, sweepEveryMs).unref()

  return {
    find: (name) => {
      const origin = origins.get(name)
      if (origin === undefined) return undefined
      origins.delete(name)
      origins.set(name, origin)
      return origin
    },
    open: (name) => {
      for (const longestUnused of origins.values()) {
        if (origins.size < originsMax) break
        void forget(longestUnused)
      }
      const origin = { name, forgetAt: performance.now() + originLifeMs, idle: [], isForgotten: false }
      origins.set(name, origin)
      return origin
    },
    // The attempt's own timer covers the whole of it, so the client's are off.
    take: ({ name, idle }) => idle.pop() ?? new Client(name, { connect, headersTimeout: 0, bodyTimeout: 0 }),
    give: (origin, client, isReusable) => {
      if (isReusable && !origin.isForgotten) origin.idle.push(client)
      else void client.destroy()
    },
    close: async () => {
      clearInterval(sweep)
      await Promise.all([...origins.values()].map(forget))
    },
  }
}
