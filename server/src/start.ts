import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { blame } from './config/blame.ts'
import { createDemo, type Demo } from './demo/create-demo.ts'
import type { Deps, RunLimits } from './deps.ts'
import { deliveryLeaseMs } from './domain/delivery.ts'
import { urlOfHost } from './domain/host-url.ts'
import { createHealthServer, createHttpServer } from './http/server.ts'
import { type DataFolder, openDataFolder } from './open-data-folder.ts'
import { createAnswerAsk } from './outside/answer-asks.ts'
import { createBell } from './outside/bell.ts'
import { createWebhookCaller } from './outside/call-agent-webhook.ts'
import { systemClock } from './outside/clock.ts'
import { performEmbed } from './outside/embedder/perform-embed.ts'
import { createEmbedder, noEmbedder } from './outside/embedder.ts'
import { createPageFetcher } from './outside/fetch-page.ts'
import { createLocalFiles } from './outside/files-local.ts'
import { newId } from './outside/ids.ts'
import type { Log } from './outside/log.ts'
import { createMetrics } from './outside/metrics.ts'
import { createModelPerformers } from './outside/model-performers.ts'
import { createEventPoster } from './outside/post-event.ts'
import { postToInbox } from './outside/post-to-inbox.ts'
import { createPoster, type Poster } from './outside/post-webhook.ts'
import { sealer as createSealer, newApiKey, newSecret } from './outside/seal.ts'
import { urlSigner } from './outside/sign-url.ts'
import { openWebsites } from './outside/websites.ts'
import { createKnownKeys } from './store/api-keys.ts'
import { createSessionChanger } from './store/change-sessions.ts'
import { createCompleter } from './store/complete-patiently.ts'
import { openDatabase } from './store/db.ts'
import type { Takers } from './store/direct-claims.ts'
import { createSettings } from './store/integrations.ts'
import { migrate } from './store/migrate.ts'
import { createSessionOpener } from './store/open-sessions.ts'
import { claimIdOf, enterProcess, leaveProcess, newProcessKey } from './store/processes.ts'
import { createSessionMemory } from './store/session-memory.ts'
import { createSignals } from './store/signals.ts'
import { isOutcomeUnknown, isStoreUnavailable } from './store/store-errors.ts'
import { createAgentLibrary } from './usecases/agent-library.ts'
import { createBrainTyping } from './usecases/brain-typing.ts'
import { checkSecretKey } from './usecases/check-secret-key.ts'
import { knowledgeSource } from './usecases/knowledge-source.ts'
import { createTakeOver } from './usecases/take-over.ts'
import { createComposeTeller } from './usecases/tell-compose.ts'
import { readInThread } from './workers/read-document.ts'
import { createKnowledgeSearcher, performSearch } from './workers/search-knowledge.ts'
import { createIntentTrainer } from './workers/train-intents.ts'
import { createTrainings } from './workers/trainings.ts'
import { type Role, startWorkers } from './workers/workers.ts'

/** What it takes to start, read from the environment by config.ts or made by a test. */
export interface StartOptions {
  readonly host: string
  /** 0 = any free port */
  readonly port: number
  /** null = the embedded database under dataDir */
  readonly databaseUrl: string | null
  readonly dataDir: string
  /** null = made at the first start */
  readonly adminToken: string | null
  /** 32 bytes; null = made at the first start */
  readonly secretKey: Buffer | null
  readonly roles: ReadonlySet<Role>
  readonly publicUrl: string | null
  /** May the embedding model be loaded when an agent needs it? */
  readonly embeddings: boolean
  /** The built-in inbox shows what it got to whoever can reach this server: not for production. */
  readonly inbox: boolean
  /** undefined = when the database is new */
  readonly demo: boolean | undefined
  readonly poolMax: number
  /** What agent documents name as a secret, by name. */
  readonly secrets: ReadonlyMap<string, string>
  readonly limits: RunLimits
}

/** A running Dragoman. */
export interface Dragoman {
  /** Where it listens, e.g. `http://127.0.0.1:4000`; without the http role only for its health and metrics. */
  readonly url: string
  readonly deps: Deps
  /** The demo's integration and key, if there is one. */
  readonly demo: Demo | null
  /** No new work; what is in flight ends or goes back; within `drainMs`. */
  readonly stop: () => Promise<void>
}

/**
 * The only composition root: everything is made here, in the order in which it is needed.
 *
 * @param opening the data folder, which may have been begun with before this file was loaded
 */
export const startDragoman = async (
  config: StartOptions,
  log: Log,
  opening: Promise<DataFolder> = openDataFolder(config, log),
): Promise<Dragoman> => {
  const closers: (() => Promise<unknown>)[] = []
  const closeAll = async (): Promise<void> => {
    for (const close of closers.splice(0).reverse())
      await close().catch((error) => log.warn({ error: String(error) }, 'stop'))
  }
  try {
    return await start(config, log, opening, closers, closeAll)
  } catch (error) {
    await closeAll()
    throw error
  }
}

const start = async (
  config: StartOptions,
  log: Log,
  opening: Promise<DataFolder>,
  closers: (() => Promise<unknown>)[],
  closeAll: () => Promise<void>,
): Promise<Dragoman> => {
  const { secrets, embedded } = await opening
  if (embedded) closers.push(embedded.stop)
  const say = (line: string, fields: object = {}): void => log.info(fields, line)
  const url = config.databaseUrl ?? embedded?.url ?? ''
  await migrate({ url, log: say }).catch(blame(embedded ? 'the embedded PostgreSQL' : 'DATABASE_URL'))

  const db = openDatabase({ url, poolMax: config.poolMax, statementTimeoutMs, log: say })
  closers.push(db.end)
  const relaxedDb = openDatabase({
    url,
    // Claims and acknowledgements need not wait for the disk: a lost one is one redelivery.
    isDurable: false,
    poolMax: relaxedPoolMax,
    statementTimeoutMs,
    log: say,
  })
  closers.push(relaxedDb.end)
  const processKey = newProcessKey()
  await enterProcess(db, processKey)
  closers.push(() => leaveProcess(db, processKey))
  const signals = createSignals({ url, processKey, log: say })
  closers.push(signals.close)
  await signals.connect()

  const metrics = createMetrics()
  const settings = createSettings(db)
  const sealer = createSealer(secrets.secretKey)
  const address = { url: '' }
  const posterTo = (allowPrivate: boolean): Poster =>
    createPoster({
      allowPrivate,
      timeoutMs: config.limits.webhookTimeoutMs,
      answerBytesMax,
      answerKeptBytes,
    })
  const elsewhere = posterTo(config.limits.allowPrivateTargets)
  const poster = hasInbox(config)
    ? postToInbox({ elsewhere, toInbox: posterTo(true) }, () => address.url)
    : elsewhere
  closers.push(poster.close)
  const targets = { secrets: config.secrets, allowPrivate: config.limits.allowPrivateTargets }
  const webhooks = createWebhookCaller(targets)
  closers.push(webhooks.close)
  const models = createModelPerformers(targets)
  closers.push(models.close)
  const embedder = config.embeddings ? createEmbedder({ log }) : noEmbedder
  closers.push(embedder.close)
  const knowledge = createKnowledgeSearcher({ ...knowledgeSource({ db }), embedder })
  closers.push(knowledge.close)
  const trainIntents = createIntentTrainer(embedder)
  const fetchPage = createPageFetcher({ allowPrivate: config.limits.allowPrivateTargets })
  const postEvent = createEventPoster({ poster, sealer, clock: systemClock })
  const tellCompose = createComposeTeller({ db, newId, signals, postEvent })
  const newClaimId = (): string => claimIdOf(processKey)
  const memory = createSessionMemory(signals.isAlone)
  const takers: Takers = { turns: null, deliveries: null }

  const deps: Deps = {
    db,
    relaxedDb,
    settings,
    knownKeys: createKnownKeys(db),
    keysInUse: new Set(),
    changeSession: createSessionChanger({
      db,
      settings,
      newId,
      newClaimId,
      takers,
      leaseMs: { turns: config.limits.turnLeaseSeconds * 1000, deliveries: deliveryLeaseMs(config.limits) },
      committed: signals.committed,
      memory,
    }),
    takers,
    openSession: createSessionOpener({
      db,
      memory,
      turnsDue: () =>
        signals.committed({ turnsDue: true, lanesDueOf: new Set(), sessionsWithEvents: new Set() }),
    }),
    completeDelivery: createCompleter({ db: relaxedDb, leaseMs: deliveryLeaseMs(config.limits) }),
    agents: createAgentLibrary({ db, log, trainIntents }),
    signals,
    inboxBell: createBell(),
    postEvent,
    tellCompose,
    brainTyping: createBrainTyping({ db, settings, tellCompose, clock: systemClock, log }),
    answerAsk: createAnswerAsk({
      embed: performEmbed(embedder),
      search: performSearch(knowledge.search),
      webhook: webhooks.call,
      model: models.model,
      tool: models.tool,
    }),
    sealer,
    adminToken: secrets.adminToken,
    files: createLocalFiles(join(config.dataDir, 'files')),
    urlSigner: urlSigner(secrets.urlSigningKey),
    clock: systemClock,
    newId,
    processKey,
    newClaimId,
    newApiKey,
    newWebhookSecret: newSecret,
    chance: Math.random,
    log,
    metrics,
    limits: config.limits,
    isUnavailable: isStoreUnavailable,
    isOutcomeUnknown,
    trainIntents,
    secretNames: new Set(config.secrets.keys()),
    trainings: createTrainings(),
    readDocument: readInThread,
    searchKnowledge: knowledge.search,
    openWebsites: (stopping) => openWebsites(fetchPage, stopping),
    embedder,
    publicUrl: (host) => config.publicUrl ?? urlOfHost(host) ?? address.url,
  }

  await checkSecretKey(deps)
  const takeOver = createTakeOver(deps)
  if (embedded) await takeOver.takeAll()
  const workers = startWorkers(deps, config.roles, takeOver)
  closers.push(workers.stop)
  metrics.watch('dragoman_turns_in_flight', 'Turns being thought now.', workers.turnsInFlight)
  metrics.watch('dragoman_deliveries_in_flight', 'Posts to webhooks under way.', workers.deliveriesInFlight)
  metrics.watch(
    'dragoman_database_connections_in_use',
    'Connections to the database that are working.',
    () => db.connectionsInUse() + relaxedDb.connectionsInUse(),
  )
  const listening = await listen(deps, config)
  // Both at once: an upload may take minutes, in which the workers must not go on beginning things.
  closers.push(() => Promise.all([listening.close(), workers.stop()]))
  address.url = listening.url
  // Its webhook is the inbox: a demo of an earlier start is of no use where that is closed.
  const demo = hasInbox(config)
    ? await createDemo(deps, { apiKey: secrets.demoApiKey, wanted: config.demo })
    : null
  return { url: listening.url, deps, demo, stop: closeAll }
}

const hasInbox = (config: StartOptions): boolean => config.roles.has('http') && config.inbox

const statementTimeoutMs = 30_000
const relaxedPoolMax = 4
const answerBytesMax = 64 * 1024
const answerKeptBytes = 1024

const listen = async (
  deps: Deps,
  config: StartOptions,
): Promise<{ url: string; close: () => Promise<void> }> => {
  const app = config.roles.has('http') ? await createHttpServer(deps, config) : await createHealthServer(deps)
  await app.listen({ host: config.host, port: config.port }).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code !== 'EADDRINUSE') return blame(code === 'EACCES' ? 'DRAGOMAN_PORT' : 'DRAGOMAN_HOST')(error)
    throw new Error(
      `port ${config.port} of ${config.host} is in use: stop what listens there or set another DRAGOMAN_PORT`,
    )
  })
  const { port } = app.server.address() as AddressInfo
  const host = config.host.includes(':') ? `[${config.host}]` : config.host
  return { url: `http://${host}:${port}`, close: () => app.close() }
}
