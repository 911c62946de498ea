import type { AgentFile } from '../brain/directory/layout.ts'
import { writeAgentFiles } from '../brain/directory/write-agent-files.ts'
import type { Deps } from '../deps.ts'
import { Refusal } from '../domain/errors.ts'
import { isJsonObject, type JsonObject } from '../domain/json.ts'
import { readDraft, readVersion } from '../store/agents.ts'

/** A version's document (0 = the draft), and as the files of a directory. */
export const exportAgent = async (
  deps: Pick<Deps, 'db'>,
  { agentId, version }: { readonly agentId: string; readonly version: number },
): Promise<{ readonly document: JsonObject; readonly files: readonly AgentFile[] }> => {
  const document =
    version === 0
      ? await readDraft(deps.db, agentId)
      : (await readVersion(deps.db, agentId, version))?.document
  if (!isJsonObject(document))
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId} with version ${version}`)
  return { document, files: writeAgentFiles(document) }
}
