/** `90s`, `15m`, `24h`, `2d` in milliseconds; undefined when it is none. */
export const durationMs = (written: string): number | undefined => {
  const [, amount, unit] = /^(\d{1,6}) ?([smhd])$/.exec(written) ?? []
  const unitMs = unit === undefined ? undefined : unitsMs[unit]
  return unitMs === undefined ? undefined : Number(amount) * unitMs
}

const unitsMs: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }
