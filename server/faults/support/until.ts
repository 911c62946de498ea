import { setTimeout as sleep } from 'node:timers/promises'

const pauseMs = 10

/** Waits for something to become true, and says how it stands when it does not. */
export const until = async (
  what: string,
  isTrue: () => boolean | Promise<boolean>,
  options: { readonly limitSeconds?: number; readonly standing?: () => unknown } = {},
): Promise<void> => {
  const { limitSeconds = 60, standing } = options
  const giveUpAt = performance.now() + limitSeconds * 1000
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt)
      throw new Error(
        `waited ${limitSeconds} s in vain until ${what}${standing ? `: ${JSON.stringify(standing())}` : ''}`,
      )
    await sleep(pauseMs)
  }
}
