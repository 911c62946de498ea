import { blame } from './config/blame.ts'
import { type EmbeddedPostgres, startEmbeddedPostgres } from './outside/embedded-postgres.ts'
import { type FirstStartSecrets, readFirstStartSecrets } from './outside/first-start-secrets.ts'
import type { Log } from './outside/log.ts'

export interface DataFolder {
  readonly secrets: FirstStartSecrets
  /** null where DATABASE_URL names another one */
  readonly embedded: EmbeddedPostgres | null
}

type DataFolderOptions = Parameters<typeof readFirstStartSecrets>[0] & { readonly databaseUrl: string | null }

/**
 * What lies in the data folder: secrets, and a PostgreSQL that is started on it. It needs little of our code and waits
 * for other programs, a second for those of the first start: time in which the rest of the code can be loaded.
 *
 * @param onWait is called when that time begins
 */
export const openDataFolder = async (
  config: DataFolderOptions,
  log: Log,
  onWait: () => void = () => undefined,
): Promise<DataFolder> => {
  const secrets = await readFirstStartSecrets(config).catch(blame('DRAGOMAN_DATA_DIR'))
  if (config.databaseUrl !== null) return { secrets, embedded: null }
  const say = (line: string, fields: object = {}): void => log.info(fields, line)
  return { secrets, embedded: await startEmbeddedPostgres({ dataDir: config.dataDir, log: say, onWait }) }
}
