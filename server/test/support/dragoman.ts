import { defaultRetrySchedule } from '../../src/domain/delivery.ts'
import { createLog } from '../../src/outside/log.ts'
import { type Dragoman, type StartOptions, startDragoman } from '../../src/start.ts'
import { testDatabase } from './database.ts'
import { temporaryFolder } from './temporary-folder.ts'

/** The whole product in this process, on a test database of its own (or on `databaseUrl`), on any free port. */
export const testDragoman = async (
  owner: { after(work: () => Promise<void>): void },
  options: Partial<Omit<StartOptions, 'limits'>> & { readonly limits?: Partial<StartOptions['limits']> } = {},
): Promise<Dragoman & { readonly adminToken: string }> => {
  const databaseUrl = options.databaseUrl ?? (await testDatabase(owner)).url
  // Hooks run in their order, and who uses the folder ends first.
  let stop: (() => Promise<void>) | undefined
  owner.after(async () => stop?.())
  const dataDir = options.dataDir ?? (await temporaryFolder(owner))
  const dragoman = await startDragoman(
    {
      host: '127.0.0.1',
      port: 0,
      dataDir,
      adminToken,
      secretKey: Buffer.alloc(32, 7),
      roles: new Set(['http', 'worker', 'deliver']),
      publicUrl: null,
      // Loading the model takes a second and 150 MB; what it does is tested where it matters.
      embeddings: false,
      demo: true,
      inbox: true,
      poolMax: 5,
      secrets: new Map(),
      ...options,
      databaseUrl,
      limits: { ...testLimits, ...options.limits },
    },
    createLog({ level: 'silent' }),
  )
  stop = dragoman.stop
  return { ...dragoman, adminToken }
}

const adminToken = 'a-token-for-tests-only'

const testLimits: StartOptions['limits'] = {
  webhookTimeoutMs: 5_000,
  endpointInFlightMax: 20,
  deliveriesInFlightMax: 256,
  deliveryBytesInHandMax: 64 * 1024 * 1024,
  retrySchedule: defaultRetrySchedule,
  deliveryLeaseMarginSeconds: 20,
  turnLeaseSeconds: 30,
  turnAttemptsMax: 5,
  pollMs: 1_000,
  allowPrivateTargets: true,
  trustedProxies: [],
  requestsPerSecond: null,
  eventRetentionDays: null,
}
