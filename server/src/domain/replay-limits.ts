/** How much one replay may take on; the wire and the use case both read these. */
export const replayLimits = {
  sessionsDefault: 100,
  sessionsMax: 2_000,
  turnsOfSessionMax: 500,
} as const
