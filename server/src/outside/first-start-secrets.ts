import { randomBytes } from 'node:crypto'
import { chmod, link, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { makeFolder, whyNotWritten } from './make-folder.ts'
import { deriveKey, newApiKey, newToken } from './seal.ts'

/** What the first start makes and every later one reads again: `<dataDir>/secrets.json`, readable by us alone. */
export interface FirstStartSecrets {
  readonly adminToken: string
  /** 32 bytes: seals webhook secrets. */
  readonly secretKey: Buffer
  /** 32 bytes: signs upload and download URLs. Made of the secret key, so processes that share that one agree. */
  readonly urlSigningKey: Buffer
  /** The demo integration's API key, so that its curls can be printed again. */
  readonly demoApiKey: string
}

/**
 * Two processes that start at once agree: each writes a file of its own, one of them wins the name. The folder may
 * be entered by others (the embedded database may run as another user), the file may not be read by them.
 *
 * @param settings the token and the key that the operator set, which then count instead of the stored ones
 */
export const readFirstStartSecrets = async (settings: {
  readonly dataDir: string
  readonly adminToken: string | null
  readonly secretKey: Buffer | null
}): Promise<FirstStartSecrets> => {
  await makeDataFolder(settings.dataDir)
  const path = join(settings.dataDir, 'secrets.json')
  const stored = (await readStored(path)) ?? (await createStored(path))
  const secretKey = settings.secretKey ?? Buffer.from(stored.secret_key, 'base64')
  return {
    adminToken: settings.adminToken ?? stored.admin_token,
    secretKey,
    urlSigningKey: deriveKey(secretKey, 'file urls'),
    demoApiKey: stored.demo_api_key,
  }
}

/** A folder that was there keeps the mode its owner gave it. */
const makeDataFolder = async (path: string): Promise<void> => {
  if (await makeFolder(path)) await chmod(path, 0o711)
}

interface Stored {
  readonly admin_token: string
  /** base64 */
  readonly secret_key: string
  readonly demo_api_key: string
}

const readStored = async (path: string): Promise<Stored | undefined> => {
  try {
    await closeToOthers(path)
    return parseStored(await readFile(path, 'utf8'))
  } catch (cause) {
    // The words of a fault in the text may quote it, so they are not told.
    const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
    if (code === 'ENOENT') return undefined
    if (code !== undefined) throw new Error(`${path} cannot be read: ${code}`, { cause })
    throw new Error(`${path} is damaged: restore it, or move it away to make new secrets`)
  }
}

const closeToOthers = async (path: string): Promise<void> => {
  const { mode } = await stat(path)
  if ((mode & 0o077) !== 0) await chmod(path, 0o600)
}

const parseStored = (text: string): Stored => {
  const stored: unknown = JSON.parse(text)
  if (
    typeof stored !== 'object' ||
    stored === null ||
    !('admin_token' in stored && typeof stored.admin_token === 'string' && stored.admin_token !== '') ||
    !('secret_key' in stored && typeof stored.secret_key === 'string' && isKey(stored.secret_key)) ||
    !('demo_api_key' in stored && typeof stored.demo_api_key === 'string' && stored.demo_api_key !== '')
  )
    throw new Error('a secret is missing or malformed')
  return {
    admin_token: stored.admin_token,
    secret_key: stored.secret_key,
    demo_api_key: stored.demo_api_key,
  }
}

const isKey = (text: string): boolean => Buffer.from(text, 'base64').length === 32

const createStored = async (path: string): Promise<Stored> => {
  const fresh: Stored = {
    admin_token: newToken(),
    secret_key: randomBytes(32).toString('base64'),
    demo_api_key: newApiKey(),
  }
  const own = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`
  try {
    await writeFile(own, `${JSON.stringify(fresh, null, 2)}\n`, { mode: 0o600, flush: true })
    await link(own, path)
    return fresh
  } catch (cause) {
    const other = await readStored(path)
    if (other) return other
    throw new Error(`${path} cannot be written: ${whyNotWritten(cause)}`, { cause })
  } finally {
    await rm(own, { force: true }).catch(() => undefined)
  }
}
