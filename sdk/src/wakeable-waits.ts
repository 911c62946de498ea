/** Waits that end after their time or as soon as somebody wakes all that wait by the same key. */
export const wakeableWaits = (): WakeableWaits => {
  const wakers = new Map<string, Set<() => void>>()
  return {
    wait: (key, ms) =>
      new Promise((resolve) => {
        const waiting = wakers.get(key) ?? new Set()
        wakers.set(key, waiting)
        const wake = () => {
          clearTimeout(timer)
          waiting.delete(wake)
          if (waiting.size === 0 && wakers.get(key) === waiting) wakers.delete(key)
          resolve()
        }
        const timer = setTimeout(wake, ms)
        waiting.add(wake)
      }),
    wake: (key) => {
      for (const wake of [...(wakers.get(key) ?? [])]) wake()
    },
  }
}

export interface WakeableWaits {
  wait(key: string, ms: number): Promise<void>
  wake(key: string): void
}
