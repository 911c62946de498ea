import { createHttpServer } from '../src/http/server.ts'

/** docs/openapi.json and docs/asyncapi.json as the server serves them: made of its routes, which nobody calls here. */
export const apiDocument = async (path: '/openapi.json' | '/asyncapi.json'): Promise<string> => {
  const app = await createHttpServer(silentDeps, { inbox: false })
  try {
    const { body, statusCode } = await app.inject(path)
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}: ${body}`)
    return `${JSON.stringify(JSON.parse(body), null, 2)}\n`
  } finally {
    await app.close()
  }
}

const silent = (): void => undefined

/** Only what a request that asks no use case needs. */
const silentDeps = {
  newId: () => '',
  limits: { requestsPerSecond: null },
  log: { debug: silent, info: silent, warn: silent, error: silent },
  metrics: { requestAnswered: silent },
  isUnavailable: () => false,
  isOutcomeUnknown: () => false,
} as unknown as Parameters<typeof createHttpServer>[0]
