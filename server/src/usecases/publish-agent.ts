import { trainingExamples } from '../brain/agent.ts'
import { validateDocument } from '../brain/document/document-validation.ts'
import { unfetchedPages } from '../brain/document/unfetched-pages.ts'
import { unsetSecrets } from '../brain/document/unset-secrets.ts'
import type { Deps } from '../deps.ts'
import { documentRefusal, type Fault, Refusal } from '../domain/errors.ts'
import { publishVersion, readDraftToPublish } from '../store/agents.ts'
import { listCrawls } from '../store/knowledge-crawls.ts'

/** The draft becomes the next version: checked, its intents trained off the event loop, immutable from then on. */
export const publishAgent = async (
  deps: Pick<Deps, 'db' | 'trainIntents' | 'trainings' | 'settings' | 'secretNames'>,
  agentId: string,
): Promise<{ readonly agent_id: string; readonly version: number; readonly warnings: readonly Fault[] }> => {
  // Looked at before the list of documents: what comes in between is there, and warned of in vain.
  const crawls = await listCrawls(deps.db, agentId)
  const found = await readDraftToPublish(deps.db, agentId)
  if (!found) throw agentNotFound(agentId)
  const { draft: document, documentIds, unreadFiles } = found
  const checked = validateDocument(document)
  if (!checked.ok) throw documentRefusal('draft', checked.errors)
  if (unreadFiles > 0) throw stillReading(unreadFiles)
  const examples = trainingExamples(checked.document)
  // How far it is, `get-agent.ts` tells whoever asks meanwhile.
  const intentModel =
    examples.length === 0 ? null : await deps.trainings.run(agentId, examples, deps.trainIntents)
  const version = await publishVersion(deps.db, { agentId, document, intentModel, documentIds })
  if (version === undefined) throw agentNotFound(agentId)
  // Environments that follow the newest version have a new one.
  deps.settings.forget()
  const unset = unsetSecrets(checked.document, (name) => deps.secretNames.has(name))
  return { agent_id: agentId, version, warnings: [...unset, ...unfetchedPages(crawls), ...checked.warnings] }
}

const agentNotFound = (agentId: string): Refusal =>
  new Refusal('not-found', `agent_id: there is no agent ${agentId}`)

/** A version never changes, so it would be without them for ever. */
const stillReading = (unread: number): Refusal =>
  new Refusal(
    'conflict',
    `knowledge: ${unread} uploaded ${unread === 1 ? 'file is' : 'files are'} still being read; publish when /knowledge shows none pending or ingesting, or remove them`,
  )
