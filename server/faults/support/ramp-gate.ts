import type { ServerResponse } from 'node:http'
import type { Behaviour } from './webhook.ts'

/**
 * A webhook that is back, and measures how gently it is treated: it answers one request only when as many wait for it
 * as the sender may have in flight by then, which is one for the probe and one more for each answer since. So the
 * slow start is seen step by step, without a look at the clock. At the most that may ever be in flight it holds them
 * all until it is opened.
 */
export const rampGate = (inFlightMax: number) => {
  const held = new Set<ServerResponse>()
  const tooMany: string[] = []
  let answered = 0
  let isOpen = false

  const answer = (response: ServerResponse): void => {
    held.delete(response)
    answered += 1
    response.writeHead(200).end('ok')
  }
  const behaviour: Behaviour = (response) => {
    held.add(response)
    const allowed = Math.min(inFlightMax, Math.max(1, answered))
    if (held.size > allowed) tooMany.push(`${held.size} in flight after ${answered} answers`)
    if (isOpen) setImmediate(answer, response)
    else if (held.size === allowed && allowed < inFlightMax) answer(response)
  }
  return {
    behaviour,
    isFull: (): boolean => held.size === inFlightMax,
    standing: () => ({ held: held.size, answered }),
    tooMany,
    open: (): void => {
      isOpen = true
      for (const response of held) answer(response)
    },
  }
}
