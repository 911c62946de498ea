import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AgentFile } from './agent-directory.ts'
import type { ManagementApi } from './management-api.ts'

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
