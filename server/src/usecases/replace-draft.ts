import { validateDocument } from '../brain/document/document-validation.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, type Fault, Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { replaceDraft as replace } from '../store/agents.ts'

/** The whole document at once; one that could not run is refused with everything that is wrong with it. */
export const replaceDraft = async (
  deps: Pick<Deps, 'db'>,
  agentId: string,
  document: Json,
): Promise<{ readonly name: string; readonly warnings: readonly Fault[] }> => {
  const checked = validateDocument(document)
  if (!checked.ok) throw documentRefusal('document', checked.errors)
  const { name } = checked.document.agent
  if (!(await replace(deps.db, { agentId, name, draft: document })))
    throw new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
  return { name, warnings: checked.warnings }
}
