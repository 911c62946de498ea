import type { FileFault } from '../brain/directory/fault-places.ts'
import type { AgentFile } from '../brain/directory/layout.ts'
import { readAgentFiles } from '../brain/directory/read-agent-files.ts'
import { validateDocument } from '../brain/document/document-validation.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, type Fault, Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { replaceDraft } from '../store/agents.ts'

/** The draft becomes what the files of a directory say; faults are told in the words of the files. */
export const importAgent = async (
  deps: Pick<Deps, 'db'>,
  { agentId, files }: { readonly agentId: string; readonly files: readonly AgentFile[] },
): Promise<{ readonly name: string; readonly warnings: readonly Fault[] }> => {
  const read = readAgentFiles(files)
  if (read.faults.length > 0) throw documentRefusal('files', read.faults.map(inFile))
  const checked = validateDocument(read.document)
  if (!checked.ok) throw documentRefusal('files', checked.errors.map(read.placed).map(inFile))
  const { name } = checked.document.agent
  if (!(await replaceDraft(deps.db, { agentId, name, draft: read.document as Json })))
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  return { name, warnings: checked.warnings.map(read.placed).map(inFile) }
}

/** `intents/plans.yaml:3 examples`, as the path of a fault. */
const inFile = ({ file, line, path, message, cure }: FileFault): Fault => {
  const place = line === undefined ? file : `${file}:${line}`
  return { path: path === '' ? place : `${place} ${path}`, message, cure }
}
