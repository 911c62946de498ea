import type { Deps } from '../../deps.ts'

/** What the custom channel and each of its routes may touch. */
export type ChannelDeps = Pick<
  Deps,
  | 'db'
  | 'settings'
  | 'knownKeys'
  | 'keysInUse'
  | 'openSession'
  | 'changeSession'
  | 'agents'
  | 'signals'
  | 'files'
  | 'urlSigner'
  | 'publicUrl'
  | 'newId'
  | 'clock'
  | 'limits'
  | 'log'
  | 'tellCompose'
  | 'metrics'
>
