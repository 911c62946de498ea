import type { AssignedAgent } from '../domain/session.ts'
import type { Bundles } from './bundles.ts'
import type { Db } from './db.ts'
import { createFreshCache, type FreshCache } from './fresh-cache.ts'

/** An integration with what its environment says of new sessions: all that a request or a delivery needs to know. */
export interface IntegrationSettings {
  readonly integrationId: string
  readonly environmentId: string
  readonly name: string
  readonly webhookUrl: string
  /** Sealed, oldest first. */
  readonly sealedSecrets: readonly string[]
  readonly allowedIps: readonly string[]
  /** Empty = all. */
  readonly subscribedEvents: ReadonlySet<string>
  readonly sessionTimeoutSeconds: number
  readonly keepAliveSeconds: number
  /** Who answers new sessions; null = they wait for a person. */
  readonly agent: AssignedAgent | null
  /** What all sessions of the environment share, by bundle and name. */
  readonly bundles: Bundles
  /** ms */
  readonly createdAt: number
}

export type Settings = FreshCache<IntegrationSettings>

/** A change by another process counts after this long at the latest; one of this process at once. */
const freshMs = 900
const cachedIntegrationsMax = 10_000

export const createSettings = (db: Db): Settings =>
  createFreshCache({
    load: async (ids) => new Map((await readSettings(db, ids)).map((one) => [one.integrationId, one])),
    freshMs,
    entriesMax: cachedIntegrationsMax,
  })

interface SettingsRow {
  integration_id: string
  environment_id: string
  name: string
  webhook_url: string
  webhook_secrets: string[]
  allowed_ips: string[]
  subscribed_events: string[]
  session_timeout_seconds: number
  keep_alive_seconds: number
  agent_id: string | null
  agent_version: number | null
  agent_name: string | null
  bundles: Bundles
  created_at: number
}

const settingsText = `select i.integration_id, i.environment_id, i.name, i.webhook_url, i.webhook_secrets, i.allowed_ips,
    i.subscribed_events, i.session_timeout_seconds, e.keep_alive_seconds, e.bundles, e.agent_id, v.version as agent_version,
    a.name as agent_name, (extract(epoch from i.created_at) * 1000)::float8 as created_at
  from integrations i join environments e using (environment_id)
  left join agents a on a.agent_id = e.agent_id
  left join lateral (
    select version from agent_versions v where v.agent_id = e.agent_id
      and version = coalesce(e.agent_version, version) order by version desc limit 1) v on true`

const readStatement = {
  name: 'read-settings',
  text: `${settingsText} where i.integration_id = any($1::uuid[])`,
}

const listStatement = {
  name: 'list-settings',
  text: `${settingsText} where $1::uuid is null or i.integration_id > $1 order by i.integration_id limit $2`,
}

const readSettings = async (db: Db, ids: readonly string[]): Promise<IntegrationSettings[]> =>
  (await db.rows<SettingsRow>(readStatement, [ids])).map(settingsOf)

export const listIntegrations = async (
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<IntegrationSettings[]> =>
  (await db.rows<SettingsRow>(listStatement, [page.after, page.limit])).map(settingsOf)

const settingsOf = (row: SettingsRow): IntegrationSettings => ({
  integrationId: row.integration_id,
  environmentId: row.environment_id,
  name: row.name,
  webhookUrl: row.webhook_url,
  sealedSecrets: row.webhook_secrets,
  allowedIps: row.allowed_ips,
  subscribedEvents: new Set(row.subscribed_events),
  sessionTimeoutSeconds: row.session_timeout_seconds,
  keepAliveSeconds: row.keep_alive_seconds,
  agent:
    row.agent_id === null || row.agent_version === null
      ? null
      : { agentId: row.agent_id, version: row.agent_version, name: row.agent_name ?? '' },
  bundles: row.bundles,
  createdAt: row.created_at,
})

export interface NewIntegration {
  readonly integrationId: string
  readonly environmentId: string
  readonly name: string
  readonly webhookUrl: string
  readonly sealedSecrets: readonly string[]
  readonly allowedIps: readonly string[]
  readonly subscribedEvents: readonly string[]
  readonly sessionTimeoutSeconds: number
}

const addStatement = {
  name: 'add-integration',
  text: `with added as (
      insert into integrations (integration_id, environment_id, name, webhook_url, webhook_secrets, allowed_ips,
        subscribed_events, session_timeout_seconds)
      values ($1, $2, $3, $4, $5, $6, $7, $8) returning integration_id)
    insert into endpoints (integration_id) select $1 where exists (select 1 from added)`,
}

/** With its endpoint, closed circuit. */
export const addIntegration = async (db: Db, one: NewIntegration): Promise<void> => {
  await db.transaction(async (tx) => {
    await tx.rows(addStatement, [
      one.integrationId,
      one.environmentId,
      one.name,
      one.webhookUrl,
      one.sealedSecrets,
      one.allowedIps,
      one.subscribedEvents,
      one.sessionTimeoutSeconds,
    ])
  })
}

export type IntegrationPatch = Partial<Omit<NewIntegration, 'integrationId' | 'environmentId'>>

const patchStatement = {
  name: 'patch-integration',
  text: `with before as materialized (
      select webhook_url from integrations where integration_id = $1 for update
    )
    update integrations i set name = coalesce($2, name), webhook_url = coalesce($3, i.webhook_url),
      webhook_secrets = coalesce($4, webhook_secrets), allowed_ips = coalesce($5, allowed_ips),
      subscribed_events = coalesce($6, subscribed_events),
      session_timeout_seconds = coalesce($7, session_timeout_seconds), updated_at = now()
    from before where i.integration_id = $1 returning before.webhook_url as "webhookUrlBefore"`,
}

/** @returns undefined when there is no such integration */
export const patchIntegration = async (
  db: Db,
  integrationId: string,
  patch: IntegrationPatch,
): Promise<{ readonly webhookUrlBefore: string } | undefined> => {
  const rows = await db.rows<{ webhookUrlBefore: string }>(patchStatement, [
    integrationId,
    patch.name ?? null,
    patch.webhookUrl ?? null,
    patch.sealedSecrets ?? null,
    patch.allowedIps ?? null,
    patch.subscribedEvents ?? null,
    patch.sessionTimeoutSeconds ?? null,
  ])
  return rows[0]
}

const replaceSecretsStatement = {
  name: 'replace-secrets',
  text: `update integrations set webhook_secrets = $3, updated_at = now()
    where integration_id = $1 and webhook_secrets = $2::text[] returning integration_id`,
}

/** @returns false when they are not `before` any more: somebody else changed them */
export const replaceSecrets = async (
  db: Db,
  integrationId: string,
  secrets: { readonly before: readonly string[]; readonly after: readonly string[] },
): Promise<boolean> =>
  (await db.rows(replaceSecretsStatement, [integrationId, secrets.before, secrets.after])).length > 0
