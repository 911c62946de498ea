import type { Log } from '../outside/log.ts'

/**
 * Does the same small piece of work again and again, `everyMs` after the last one ended; at once when it says there
 * is more. A failure is logged and the next round comes all the same.
 */
export const repeat = (
  options: { readonly what: string; readonly everyMs: number; readonly log: Pick<Log, 'warn'> },
  work: () => Promise<{ readonly more: boolean } | undefined>,
) => {
  let stopped = false
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()

  const round = async (): Promise<void> => {
    let more = false
    try {
      more = (await work())?.more ?? false
    } catch (error) {
      options.log.warn({ error: String(error) }, `${options.what} failed`)
    }
    if (!stopped) timer = setTimeout(start, more ? 0 : options.everyMs)
  }
  const start = (): void => {
    running = round()
  }
  start()

  return {
    stop: async (): Promise<void> => {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
