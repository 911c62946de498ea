import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listOf, type ManagementApi } from './management-api.ts'

/**
 * Uploaded documents of the draft that do not lie in the directory. A server keeps what it read of them, not their
 * bytes, so a pull cannot write them, and the directory is not whole until somebody puts them there.
 */
export const documentsElsewhere = async (
  api: ManagementApi,
  agentId: string,
  root: string,
): Promise<readonly string[]> => {
  const { items } = await api.get(`/agents/${agentId}/knowledge/documents?limit=200`)
  const paths = listOf(items)
    .filter(({ source }) => source === 'file')
    .map(({ collection, origin }) => `knowledge/${String(collection)}/${String(origin)}`)
  const isHere = await Promise.all(
    paths.map((path) =>
      stat(join(root, path)).then(
        () => true,
        () => false,
      ),
    ),
  )
  return paths.filter((_, index) => isHere[index] !== true).sort()
}
