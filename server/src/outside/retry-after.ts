export const retryAfterMsMax = 24 * 3600 * 1000

/**
 * The Retry-After header in ms from now: seconds or a date, at least 0, at most a day. What is neither is as if
 * it were not there.
 */
export const retryAfterMs = (header: string | undefined, nowMs: number): number | undefined => {
  const text = header?.trim()
  if (text === undefined || text === '') return undefined
  const delayMs = /^\d+$/.test(text) ? Number(text) * 1000 : dateDelayMs(text, nowMs)
  return delayMs === undefined ? undefined : Math.min(Math.max(delayMs, 0), retryAfterMsMax)
}

/** Date.parse alone takes far more than dates ("-5", "soon 1"); every form of an HTTP date begins with the weekday. */
const dateDelayMs = (text: string, nowMs: number): number | undefined => {
  if (!/^(?:mon|tue|wed|thu|fri|sat|sun)/i.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at - nowMs
}
