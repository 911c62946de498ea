import type { ServerResponse } from 'node:http'
import type { Behaviour } from './webhook.ts'

/**
 * A webhook that is back, and measures how gently it is treated. It answers only when it is told to, so it knows how
 * many requests may wait for it: one for the probe, and one more for each answer since.
 */
export const rampGate = (inFlightMax: number) => {
  const held: ServerResponse[] = []
  const tooMany: string[] = []
  let answered = 0
  let isOpen = false

  const allowed = (): number => Math.min(inFlightMax, Math.max(1, answered))
  const answerOne = (): void => {
    const response = held.shift()
    if (!response) return
    answered += 1
    response.writeHead(200).end('ok')
  }
  const behaviour: Behaviour = (response) => {
    held.push(response)
    if (held.length > allowed()) tooMany.push(`${held.length} in flight after ${answered} answers`)
    if (isOpen) setImmediate(answerOne)
  }
  return {
    behaviour,
    allowed,
    inFlight: (): number => held.length,
    /** Each time that more waited than may. */
    tooMany,
    /** The one that waited longest. */
    answerOne,
    /** From now on it answers each. */
    open: (): void => {
      isOpen = true
      while (held.length > 0) answerOne()
    },
  }
}
