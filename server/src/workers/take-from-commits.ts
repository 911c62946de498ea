import type { Deps } from '../deps.ts'
import { type EndpointInHand, type Held, isStuck } from './endpoint-in-hand.ts'

type Taker = NonNullable<Deps['takers']['deliveries']>

/** Room that is kept for the events of commits under way, and what comes of them. */
export const takeFromCommits = (options: {
  readonly endpointOf: (integrationId: string) => EndpointInHand
  readonly hasRoom: (endpoint: EndpointInHand) => boolean
  /** Room that was kept is free again, unused. */
  readonly freed: (endpoint: EndpointInHand) => void
  readonly queue: (endpoint: EndpointInHand, delivery: Held['delivery'], claim: Held['claim']) => void
}) => {
  let reserved = 0
  let settle: (() => void) | undefined

  const keep = (endpoint: EndpointInHand, change: 1 | -1): void => {
    endpoint.reserved += change
    reserved += change
    if (reserved === 0) settle?.()
  }

  const taker: Taker = {
    reserve: (integrationId) => {
      const endpoint = options.endpointOf(integrationId)
      const isKept = endpoint.circuit === 'closed' && !endpoint.isBehind && options.hasRoom(endpoint)
      if (isKept) keep(endpoint, 1)
      return isKept
    },
    letGo: (integrationId) => {
      const endpoint = options.endpointOf(integrationId)
      keep(endpoint, -1)
      options.freed(endpoint)
    },
    take: (delivery, claim) => {
      const endpoint = options.endpointOf(delivery.integrationId)
      options.queue(endpoint, delivery, claim)
      keep(endpoint, -1)
    },
    isStuck: (integrationId) => isStuck(options.endpointOf(integrationId)),
  }

  return {
    taker,
    /** When no commit is under way for which room is kept. */
    settled: async (): Promise<void> => {
      if (reserved > 0) await new Promise<void>((resolve) => (settle = resolve))
    },
  }
}
