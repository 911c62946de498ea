import type { Db } from './db.ts'
import { createFreshCache, type FreshCache } from './fresh-cache.ts'

/** API keys of integrations: only the hash is kept; revoking ends a key for good. */
export interface KnownKey {
  readonly keyId: string
  readonly integrationId: string
}

/** By the hex SHA-256 of the key. Revoked keys are not in it. */
export type KnownKeys = FreshCache<KnownKey>

/** A key revoked by another process works for this long at the most (the promise is one second). */
const freshMs = 900
const cachedKeysMax = 50_000

const findStatement = {
  name: 'find-keys',
  text: `select encode(key_hash, 'hex') as hash, key_id as "keyId", integration_id as "integrationId" from api_keys
    where key_hash = any($1::bytea[]) and revoked_at is null`,
}

export const createKnownKeys = (db: Db): KnownKeys =>
  createFreshCache({
    load: async (hashes) => {
      const rows = await db.rows<KnownKey & { hash: string }>(findStatement, [
        hashes.map((hash) => Buffer.from(hash, 'hex')),
      ])
      return new Map(rows.map(({ hash, ...key }) => [hash, key]))
    },
    freshMs,
    entriesMax: cachedKeysMax,
  })

export interface NewKey {
  readonly keyId: string
  readonly integrationId: string
  readonly name: string
  readonly hash: Buffer
  /** The first characters, so that people can tell keys apart. */
  readonly hint: string
}

const addStatement = {
  name: 'add-key',
  text: `insert into api_keys (key_id, integration_id, name, key_hash, key_hint)
    select $1, $2, $3, $4, $5 where exists (select 1 from integrations where integration_id = $2)
    on conflict (key_hash) do nothing returning key_id`,
}

/** @returns false when there is no such integration (or the very key exists) */
export const addKey = async (db: Db, key: NewKey): Promise<boolean> =>
  (await db.rows(addStatement, [key.keyId, key.integrationId, key.name, key.hash, key.hint])).length > 0

export interface KeyRow {
  readonly key_id: string
  readonly name: string
  readonly hint: string
  /** ms */
  readonly created_at: number
  readonly last_used_at: number | null
  readonly revoked_at: number | null
}

const listStatement = {
  name: 'list-keys',
  text: `select key_id, name, key_hint as hint, floor(extract(epoch from created_at) * 1000)::float8 as created_at,
      floor(extract(epoch from last_used_at) * 1000)::float8 as last_used_at,
      floor(extract(epoch from revoked_at) * 1000)::float8 as revoked_at
    from api_keys where integration_id = $1 order by created_at, key_id`,
}

export const listKeys = (db: Db, integrationId: string): Promise<KeyRow[]> =>
  db.rows<KeyRow>(listStatement, [integrationId])

const revokeStatement = {
  name: 'revoke-key',
  text: `update api_keys set revoked_at = coalesce(revoked_at, now()) where key_id = $1 and integration_id = $2
    returning encode(key_hash, 'hex') as hash`,
}

/** @returns the key's hash, or undefined when the integration has no such key */
export const revokeKey = async (db: Db, integrationId: string, keyId: string): Promise<string | undefined> =>
  (await db.rows<{ hash: string }>(revokeStatement, [keyId, integrationId]))[0]?.hash

/** It is noted a moment after the use, and a key that was revoked meanwhile was used before. */
const usedStatement = {
  name: 'mark-keys-used',
  text: `update api_keys set last_used_at = least(now(), revoked_at) where key_id = any($1::uuid[])`,
}

export const markKeysUsed = async (db: Db, keyIds: readonly string[]): Promise<void> => {
  await db.rows(usedStatement, [keyIds])
}
