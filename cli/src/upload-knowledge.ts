import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { AgentFile } from './agent-directory.ts'
import { CommandFault, type Terminal } from './command.ts'
import { listOf, type ManagementApi } from './management-api.ts'

/** Sends what lies in `knowledge/COLLECTION/`; the same bytes again change nothing. @returns how many files there are */
export const uploadKnowledge = async (
  api: ManagementApi,
  agentId: string,
  root: string,
  files: readonly AgentFile[],
): Promise<number> => {
  let uploaded = 0
  for (const { path } of files) {
    const [, collection, filename] = /^knowledge\/([^/]+)\/(.+)$/.exec(path) ?? []
    if (collection === undefined || filename === undefined) continue
    const query = new URLSearchParams({ collection, filename })
    const bytes = new Uint8Array(await readFile(join(root, path)))
    await api.postBytes(`/agents/${agentId}/knowledge/files?${query}`, bytes)
    uploaded++
  }
  return uploaded
}

const lookAgainMs = 200

/** Waits until nothing of the agent's knowledge is still to be read; a document that cannot be read is named. */
export const untilRead = async (terminal: Terminal, api: ManagementApi, agentId: string): Promise<void> => {
  for (;;) {
    const { collections } = await api.get(`/agents/${agentId}/knowledge`)
    const counts = listOf(collections).map(({ documents }) => documents as Counts)
    const total = (state: keyof Counts): number => counts.reduce((sum, one) => sum + one[state], 0)
    const waiting = total('pending') + total('ingesting')
    if (terminal.isWatched)
      terminal.complain(`\r\u001b[K${waiting === 0 ? '' : `${waiting} documents to read`}`)
    if (total('failed') > 0) throw new CommandFault(await failures(api, agentId))
    if (waiting === 0) return
    await pause(lookAgainMs)
  }
}

interface Counts {
  readonly pending: number
  readonly ingesting: number
  readonly ready: number
  readonly failed: number
}

const failures = async (api: ManagementApi, agentId: string): Promise<string> => {
  const { items } = await api.get(`/agents/${agentId}/knowledge/documents?limit=200`)
  const failed = listOf(items).filter(({ status }) => status === 'failed')
  return failed.map(({ title, error }) => `${String(title)}: ${String(error)}`).join('\n')
}
