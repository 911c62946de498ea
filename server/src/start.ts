import type { AddressInfo } from 'node:net'
import type { Config } from './config.ts'
import type { Deps } from './deps.ts'
import { createHttpServer } from './http/server.ts'
import { systemClock } from './outside/clock.ts'
import { startEmbeddedPostgres } from './outside/embedded-postgres.ts'
import { createLocalFiles } from './outside/files-local.ts'
import { readFirstStartSecrets } from './outside/first-start-secrets.ts'
import { newId } from './outside/ids.ts'
import type { Log } from './outside/log.ts'
import { createEventPoster } from './outside/post-event.ts'
import { createPoster } from './outside/post-webhook.ts'
import { createSealer } from './outside/seal.ts'
import { createKnownKeys } from './store/api-keys.ts'
import { createBatcher } from './store/batch.ts'
import { createSessionChanger } from './store/change-sessions.ts'
import { type Db, openDatabase } from './store/db.ts'
import { type Completed, type Completion, completeDeliveries } from './store/delivery-lanes.ts'
import { createSettings } from './store/integrations.ts'
import { migrate } from './store/migrate.ts'
import { createSessionOpener } from './store/open-sessions.ts'
import { createSignals } from './store/signals.ts'
import { isStoreUnavailable } from './store/store-errors.ts'
import { createAgentLibrary } from './usecases/agent-library.ts'
import { trainInThread } from './workers/train-intents.ts'
import { startWorkers } from './workers/workers.ts'

/** A running Dragoman. */
export interface Dragoman {
  /** Where it listens, e.g. `http://127.0.0.1:4000`; null without the http role. */
  readonly url: string | null
  readonly deps: Deps
  /** No new work; what is in flight ends or goes back; within `drainMs`. */
  readonly stop: () => Promise<void>
}

/** The only composition root: everything is made here, in the order in which it is needed. */
export const startDragoman = async (config: Config, log: Log): Promise<Dragoman> => {
  const closers: (() => Promise<unknown>)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse())
      await close().catch((error) => log.warn({ error: String(error) }, 'stop'))
  }
  try {
    return await start(config, log, closers, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

const start = async (
  config: Config,
  log: Log,
  closers: (() => Promise<unknown>)[],
  closeAll: () => Promise<void>,
): Promise<Dragoman> => {
  const secrets = await readFirstStartSecrets(config)
  const say = (line: string, fields: object = {}): void => log.info(fields, line)
  const embedded =
    config.databaseUrl === null ? await startEmbeddedPostgres({ dataDir: config.dataDir, log: say }) : null
  if (embedded) closers.push(embedded.stop)
  const url = config.databaseUrl ?? embedded?.url ?? ''
  await migrate({ url, log: say })

  const db = openDatabase({ url, poolMax: config.poolMax, statementTimeoutMs, log: say })
  closers.push(db.end)
  const relaxedDb = openDatabase({
    url: relaxedUrl(url),
    poolMax: relaxedPoolMax,
    statementTimeoutMs,
    log: say,
  })
  closers.push(relaxedDb.end)
  const signals = createSignals({ url, processId: newId(), log: say })
  closers.push(signals.close)
  await signals.connect()

  const settings = createSettings(db)
  const sealer = createSealer(secrets.secretKey)
  const poster = createPoster({
    allowPrivate: config.allowPrivateTargets,
    timeoutMs: config.webhookTimeoutMs,
    answerBytesMax,
    answerKeptBytes,
  })
  closers.push(poster.close)
  const address = { url: config.publicUrl }

  const deps: Deps = {
    db,
    relaxedDb,
    settings,
    knownKeys: createKnownKeys(db),
    keysInUse: new Set(),
    changeSession: createSessionChanger({ db, settings, newId, committed: signals.committed }),
    openSession: createSessionOpener({
      db,
      turnsDue: () =>
        signals.committed({ turnsDue: true, lanesDueOf: new Set(), sessionsWithEvents: new Set() }),
    }),
    completeDelivery: createCompleter(relaxedDb),
    agents: createAgentLibrary({ db, log }),
    signals,
    postEvent: createEventPoster({ poster, sealer, clock: systemClock }),
    sealer,
    files: createLocalFiles(config.filesDir),
    urlSigningKey: secrets.urlSigningKey,
    clock: systemClock,
    newId,
    chance: Math.random,
    log,
    limits: config.limits,
    isUnavailable: isStoreUnavailable,
    trainIntents: trainInThread,
    publicUrl: () => address.url ?? '',
  }

  const workers = startWorkers(deps, config.roles)
  closers.push(workers.stop)
  const listening = config.roles.has('http') ? await listen(deps, config) : null
  if (listening) {
    closers.push(listening.close)
    address.url ??= listening.url
  }
  return { url: listening?.url ?? null, deps, stop: closeAll }
}

const statementTimeoutMs = 30_000
const relaxedPoolMax = 4
const answerBytesMax = 64 * 1024
const answerKeptBytes = 1024

const listen = async (deps: Deps, config: Config): Promise<{ url: string; close: () => Promise<void> }> => {
  const app = await createHttpServer(deps)
  await app.listen({ host: config.host, port: config.port })
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { url: `http://${host}:${port}`, close: () => app.close() }
}

/** Claims and acknowledgements need not wait for the disk: a lost one is one redelivery. */
const relaxedUrl = (url: string): string =>
  `${url}${url.includes('?') ? '&' : '?'}options=${encodeURIComponent('-c synchronous_commit=off')}`

const completionsMax = 200

const createCompleter = (relaxedDb: Db) => {
  const batcher = createBatcher<Completion, Completed | null>({
    run: async (completions) => {
      const done = new Map(
        (await completeDeliveries(relaxedDb, completions)).map((one) => [one.sessionId, one]),
      )
      return completions.map((completion) => done.get(completion.sessionId) ?? null)
    },
    itemsMax: completionsMax,
    inFlightMax: 1,
    keyOf: (completion) => completion.sessionId,
    isFinal: isStoreUnavailable,
  })
  return batcher.add
}
