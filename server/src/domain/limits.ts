/** Limits of the wire (spec 1.2 and 1.3). Names bear their unit; the schemas, the docs and the checks all read these. */
export const limits = {
  textLengthMax: 10_000,
  attachmentsMax: 10,
  idLengthMax: 255,
  contextKeysMax: 100,
  contextKeyLengthMax: 128,
  contextBytesMax: 32_768,
  bodyBytesMax: 256 * 1024,
  filenameLengthMax: 255,
  fileBytesMax: 25 * 1024 * 1024,
  presignedSeconds: 15 * 60,
  idempotencyHours: 24,
  idempotencyKeyLengthMax: 255,
  sessionTimeoutSecondsMin: 60,
  sessionTimeoutSecondsMax: 1_296_000,
  sessionTimeoutSecondsDefault: 86_400,
  keepAliveSecondsMin: 1,
  keepAliveSecondsMax: 900,
  keepAliveSecondsDefault: 120,
  /** How long after a conversation closed a person's words may still be recorded: they were under way. */
  recordGraceSeconds: 5,
  messageIdsMax: 1_000,
  /** Of one environment. */
  bundlesMax: 50,
  bundlesBytesMax: 32_768,
  pageItemsMax: 200,
  pageItemsDefault: 50,
} as const
