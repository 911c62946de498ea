import type { Json } from '../domain/json.ts'
import { crawledSourcesOf } from '../domain/knowledge-collections.ts'
import type { Db } from './db.ts'
import { keepCrawls } from './knowledge-crawls.ts'
import { publishKnowledge, restoreKnowledge } from './knowledge-lists.ts'

/** Agents, their draft, and their published versions with the model trained from them. */
export interface AgentRow {
  readonly agent_id: string
  readonly name: string
  readonly newest_version: number | null
  /** ms */
  readonly created_at: number
  readonly updated_at: number
}

const rowText = `select a.agent_id, a.name,
      (select max(version) from agent_versions v where v.agent_id = a.agent_id) as newest_version,
      floor(extract(epoch from a.created_at) * 1000)::float8 as created_at,
      floor(extract(epoch from a.updated_at) * 1000)::float8 as updated_at
    from agents a`

const listStatement = {
  name: 'list-agents',
  text: `${rowText} where $1::uuid is null or a.agent_id > $1 order by a.agent_id limit $2`,
}

export const listAgents = (
  db: Db,
  page: { readonly after: string | null; readonly limit: number },
): Promise<AgentRow[]> => db.rows<AgentRow>(listStatement, [page.after, page.limit])

const readStatement = { name: 'read-agent', text: `${rowText} where a.agent_id = $1` }

export const readAgent = async (db: Db, agentId: string): Promise<AgentRow | undefined> =>
  (await db.rows<AgentRow>(readStatement, [agentId]))[0]

const addStatement = {
  name: 'add-agent',
  text: `insert into agents (agent_id, name, draft) values ($1, $2, $3)`,
}

export const addAgent = (
  db: Db,
  agent: { readonly agentId: string; readonly name: string; readonly draft: Json },
): Promise<void> =>
  db.transaction(async (tx) => {
    await tx.rows(addStatement, [agent.agentId, agent.name, JSON.stringify(agent.draft)])
    await keepCrawls(tx, agent.agentId, crawledSourcesOf(agent.draft))
  })

const draftStatement = { name: 'read-draft', text: `select draft from agents where agent_id = $1` }

export const readDraft = async (db: Db, agentId: string): Promise<Json | undefined> =>
  (await db.rows<{ draft: Json }>(draftStatement, [agentId]))[0]?.draft

const publishedDraftStatement = {
  name: 'read-draft-to-publish',
  text: `select draft, array(select l.document_id from knowledge_lists l
        where l.agent_id = a.agent_id and l.version = 0) as "documentIds",
      (select count(*)::int from knowledge_documents d
        where d.agent_id = a.agent_id and d.source = 'file' and d.status in ('pending', 'ingesting')) as "unreadFiles"
    from agents a where a.agent_id = $1`,
}

export interface DraftToPublish {
  readonly draft: Json
  readonly documentIds: readonly string[]
  /** Uploaded and not read yet. */
  readonly unreadFiles: number
}

/** All at one moment: somebody may go on with it while it trains. */
export const readDraftToPublish = async (db: Db, agentId: string): Promise<DraftToPublish | undefined> =>
  (await db.rows<DraftToPublish>(publishedDraftStatement, [agentId]))[0]

const replaceDraftStatement = {
  name: 'replace-draft',
  text: `update agents set draft = $2, name = $3, updated_at = now() where agent_id = $1 returning agent_id`,
}

/**
 * Web pages that the draft names are fetched from now on.
 *
 * @param agent.knowledgeOf the version whose documents the draft has from now on; without it they stay as they are
 * @returns false when there is no such agent
 */
export const replaceDraft = (
  db: Db,
  agent: {
    readonly agentId: string
    readonly name: string
    readonly draft: Json
    readonly knowledgeOf?: number
  },
): Promise<boolean> =>
  db.transaction(async (tx) => {
    const { agentId, name, knowledgeOf } = agent
    const draft = JSON.stringify(agent.draft)
    if ((await tx.rows(replaceDraftStatement, [agentId, draft, name])).length === 0) return false
    if (knowledgeOf !== undefined) await restoreKnowledge(tx, agentId, knowledgeOf)
    await keepCrawls(tx, agentId, crawledSourcesOf(agent.draft))
    return true
  })

const publishStatement = {
  name: 'publish-version',
  text: `insert into agent_versions (agent_id, version, document, intent_model)
    select $1, coalesce(max(version), 0) + 1, $2, $3 from agent_versions where agent_id = $1
    returning version`,
}

const lockAgentStatement = {
  name: 'lock-agent',
  text: `select agent_id from agents where agent_id = $1 for update`,
}

/** The next version number is taken under the agent's lock. @returns the new version, undefined without such an agent */
export const publishVersion = (
  db: Db,
  version: {
    readonly agentId: string
    readonly document: Json
    readonly intentModel: Uint8Array | null
    /** What it answers from; nothing without it. */
    readonly documentIds?: readonly string[]
  },
): Promise<number | undefined> =>
  db.transaction(async (tx) => {
    if ((await tx.rows(lockAgentStatement, [version.agentId])).length === 0) return undefined
    const rows = await tx.rows<{ version: number }>(publishStatement, [
      version.agentId,
      JSON.stringify(version.document),
      version.intentModel === null ? null : Buffer.from(version.intentModel),
    ])
    const [row] = rows
    if (row) await publishKnowledge(tx, { ...version, version: row.version })
    return row?.version
  })

export interface AgentVersion {
  readonly document: Json
  readonly intentModel: Uint8Array | null
}

const versionStatement = {
  name: 'read-version',
  text: `select document, intent_model as "intentModel" from agent_versions where agent_id = $1 and version = $2`,
}

export const readVersion = async (
  db: Db,
  agentId: string,
  version: number,
): Promise<AgentVersion | undefined> => (await db.rows<AgentVersion>(versionStatement, [agentId, version]))[0]
