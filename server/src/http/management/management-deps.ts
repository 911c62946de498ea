import type { Deps } from '../../deps.ts'

/** What the management API and each of its routes may touch. */
export type ManagementDeps = Pick<
  Deps,
  | 'db'
  | 'settings'
  | 'knownKeys'
  | 'changeSession'
  | 'signals'
  | 'postEvent'
  | 'sealer'
  | 'adminToken'
  | 'newId'
  | 'newApiKey'
  | 'newWebhookSecret'
  | 'trainIntents'
  | 'agents'
  | 'answerAsk'
  | 'secretNames'
  | 'trainings'
  | 'clock'
  | 'limits'
  | 'searchKnowledge'
>
