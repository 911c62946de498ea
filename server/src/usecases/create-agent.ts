import { validateDocument } from '../brain/document/document-validation.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, type Fault } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { addAgent } from '../store/agents.ts'

/** A new agent with a draft: the given document, or one that knows nothing yet. Nothing is published. */
export const createAgent = async (
  deps: Pick<Deps, 'db' | 'newId'>,
  wanted: { readonly name?: string | undefined; readonly draft?: Json | undefined },
): Promise<{ readonly agentId: string; readonly name: string; readonly warnings: readonly Fault[] }> => {
  const document = wanted.draft ?? emptyDocument(wanted.name ?? 'New agent')
  const checked = validateDocument(document)
  if (!checked.ok) throw documentRefusal('draft', checked.errors)
  const agentId = deps.newId()
  const name = wanted.name ?? checked.document.agent.name
  await addAgent(deps.db, { agentId, name, draft: document })
  return { agentId, name, warnings: checked.warnings }
}

const agentNameLengthMax = 32

const emptyDocument = (name: string): Json => ({
  agent: { name: name.slice(0, agentNameLengthMax) },
  intents: [],
  workflows: [],
})
