import { checkAgentFiles, withFileInPath } from '../brain/directory/check-agent-files.ts'
import type { AgentFile } from '../brain/directory/layout.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, type Fault, Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { addAgent, replaceDraft } from '../store/agents.ts'

/**
 * A draft becomes what the files of a directory say: that of the agent, or without `agentId` of a new one. Faults are
 * told in the words of the files, and then nothing changes.
 */
export const importAgent = async (
  deps: Pick<Deps, 'db' | 'newId'>,
  wish: { readonly agentId?: string; readonly files: readonly AgentFile[] },
): Promise<{ readonly agent_id: string; readonly name: string; readonly warnings: readonly Fault[] }> => {
  const checked = checkAgentFiles(wish.files)
  if (!checked.ok) throw documentRefusal('files', checked.faults.map(withFileInPath))
  const agentId = wish.agentId ?? deps.newId()
  const { name } = checked.document.agent
  const draft = checked.document as unknown as Json
  if (wish.agentId === undefined) await addAgent(deps.db, { agentId, name, draft })
  else if (!(await replaceDraft(deps.db, { agentId, name, draft })))
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  return { agent_id: agentId, name, warnings: checked.warnings.map(withFileInPath) }
}
