/** Rejects with the signal's reason as soon as it is aborted. */
export const pause = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason)
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal?.addEventListener('abort', onAbort, { once: true })
  })

/** Doubles from the first attempt on, up to the limit; half of it by chance, so that many do not come back at once. */
export const backoffMs = (firstMs: number, attempt: number, maxMs: number): number => {
  const fullMs = Math.min(maxMs, firstMs * 2 ** (attempt - 1))
  return fullMs / 2 + (Math.random() * fullMs) / 2
}
