import { validateDocument } from '../brain/document/document-validation.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, Refusal } from '../domain/errors.ts'
import { readVersion, replaceDraft } from '../store/agents.ts'

/** The draft becomes what a version was. Versions never change; publishing it makes a new one. */
export const restoreVersion = async (
  deps: Pick<Deps, 'db'>,
  { agentId, version }: { readonly agentId: string; readonly version: number },
): Promise<{ readonly agent_id: string; readonly version: number; readonly name: string }> => {
  const row = await readVersion(deps.db, agentId, version)
  if (!row) throw new Refusal('not-found', `version: agent ${agentId} has no version ${version}`)
  const checked = validateDocument(row.document)
  if (!checked.ok) throw documentRefusal('version', checked.errors)
  const { name } = checked.document.agent
  await replaceDraft(deps.db, { agentId, name, draft: row.document, knowledgeOf: version })
  return { agent_id: agentId, version, name }
}
