import { setTimeout as sleep } from 'node:timers/promises'

const pauseMs = 20
const attemptsMax = 1_500

/** Waits for something that nobody tells us of, such as the end of a process that is not our child. */
export const until = async (what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> => {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    if (await isTrue()) return
    await sleep(pauseMs)
  }
  throw new Error(`waited in vain until ${what}`)
}
