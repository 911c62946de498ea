import { trainingExamples } from '../brain/agent.ts'
import { validateDocument } from '../brain/document/document-validation.ts'
import type { Example } from '../brain/intents/model.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, Refusal } from '../domain/errors.ts'
import type { Json } from '../domain/json.ts'
import { publishVersion, readDraft } from '../store/agents.ts'

/** The draft becomes the next version: checked, its intents trained off the event loop, immutable from then on. */
export const publishAgent = async (
  deps: Pick<Deps, 'db' | 'trainIntents' | 'trainings' | 'settings'>,
  agentId: string,
): Promise<{ readonly agent_id: string; readonly version: number }> => {
  const draft = await readDraft(deps.db, agentId)
  if (draft === undefined) throw agentNotFound(agentId)
  const checked = validateDocument(draft)
  if (!checked.ok) throw documentRefusal('draft', checked.errors)
  const examples = trainingExamples(checked.document)
  const intentModel = examples.length === 0 ? null : await train(deps, agentId, examples)
  const version = await publishVersion(deps.db, { agentId, document: draft as Json, intentModel })
  if (version === undefined) throw agentNotFound(agentId)
  // Environments that follow the newest version have a new one.
  deps.settings.forget()
  return { agent_id: agentId, version }
}

/** How far it is, `get-agent.ts` tells whoever asks meanwhile. */
const train = async (
  deps: Pick<Deps, 'trainIntents' | 'trainings'>,
  agentId: string,
  examples: readonly Example[],
): Promise<Uint8Array> => {
  try {
    return await deps.trainIntents(examples, (progress) => deps.trainings.set(agentId, progress))
  } finally {
    deps.trainings.delete(agentId)
  }
}

const agentNotFound = (agentId: string): Refusal =>
  new Refusal('not-found', `agent_id: there is no agent ${agentId}`)
