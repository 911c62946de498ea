/** Rung when something arrived; whoever waits hears the next ring. */
export interface Bell {
  readonly ring: () => void
  /** Resolves at the next ring, or when `gone` is aborted. */
  readonly next: (gone: AbortSignal) => Promise<void>
}

export const createBell = (): Bell => {
  const waiting = new Set<() => void>()
  return {
    ring: () => {
      for (const wake of [...waiting]) wake()
    },
    next: (gone) =>
      new Promise((resolve) => {
        const wake = (): void => {
          waiting.delete(wake)
          gone.removeEventListener('abort', wake)
          resolve()
        }
        waiting.add(wake)
        gone.addEventListener('abort', wake)
        if (gone.aborted) wake()
      }),
  }
}
