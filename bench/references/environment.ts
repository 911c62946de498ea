/** What the harness tells every subject of its own. */
export interface SubjectEnvironment {
  readonly databaseUrl: string
  readonly redisUrl: string
  readonly webhookUrl: string
  readonly sessionCount: number
}

export const environment = (): SubjectEnvironment => ({
  databaseUrl: process.env.BENCH_SUBJECT_DATABASE_URL ?? '',
  redisUrl: process.env.BENCH_REDIS_URL ?? '',
  webhookUrl: process.env.BENCH_WEBHOOK_URL ?? '',
  sessionCount: Number(process.env.BENCH_SESSIONS ?? 2000),
})
