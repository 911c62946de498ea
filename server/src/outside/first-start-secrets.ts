import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { newApiKey } from './seal.ts'

/** What the first start makes and every later one reads again: `<dataDir>/secrets.json`, readable by us alone. */
export interface FirstStartSecrets {
  readonly adminToken: string
  /** 32 bytes: seals webhook secrets. */
  readonly secretKey: Buffer
  /** 32 bytes: signs upload and download URLs. */
  readonly urlSigningKey: Buffer
  /** The demo integration's API key, so that its curls can be printed again. */
  readonly demoApiKey: string
}

/**
 * Two processes that start at once agree: each writes a file of its own, one of them wins the name. The folder may
 * be entered by others (the embedded database may run as another user), the file may not be read by them.
 */
export const readFirstStartSecrets = async (settings: {
  readonly dataDir: string
  readonly adminToken: string | null
  readonly secretKey: Buffer | null
}): Promise<FirstStartSecrets> => {
  await mkdir(settings.dataDir, { recursive: true, mode: 0o711 })
  const path = join(settings.dataDir, 'secrets.json')
  const stored = (await readStored(path)) ?? (await createStored(path))
  return {
    adminToken: settings.adminToken ?? stored.admin_token,
    secretKey: settings.secretKey ?? Buffer.from(stored.secret_key, 'base64'),
    urlSigningKey: Buffer.from(stored.url_signing_key, 'base64'),
    demoApiKey: stored.demo_api_key,
  }
}

interface Stored {
  readonly admin_token: string
  readonly secret_key: string
  readonly url_signing_key: string
  readonly demo_api_key: string
}

const readStored = async (path: string): Promise<Stored | null> => {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as Stored
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw new Error(`${path} cannot be read; restore it, or move it away to make new secrets`, {
      cause: error,
    })
  }
}

const createStored = async (path: string): Promise<Stored> => {
  const fresh: Stored = {
    admin_token: `dga_${randomBytes(32).toString('base64url')}`,
    secret_key: randomBytes(32).toString('base64'),
    url_signing_key: randomBytes(32).toString('base64'),
    demo_api_key: newApiKey(),
  }
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  await writeFile(own, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flush: true })
  await chmod(own, 0o600)
  try {
    await link(own, path)
    return fresh
  } catch (error) {
    const other = await readStored(path)
    if (other) return other
    throw error
  } finally {
    await rm(own, { force: true })
  }
}
