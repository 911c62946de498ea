import { randomUUID } from 'node:crypto'
import type { AssignedAgent } from '../../src/domain/session.ts'
import { addAgent, publishVersion } from '../../src/store/agents.ts'
import type { Db } from '../../src/store/db.ts'
import { addEnvironment } from '../../src/store/environments.ts'
import { addIntegration } from '../../src/store/integrations.ts'

/** An environment with an integration, and an agent if a document is given, straight into the store. */
export const seedIntegration = async (
  db: Db,
  options: {
    readonly keepAliveSeconds?: number
    readonly subscribedEvents?: readonly string[]
    readonly agent?: boolean
  } = {},
): Promise<{ integrationId: string; environmentId: string; agent: AssignedAgent | null }> => {
  const environmentId = randomUUID()
  const integrationId = randomUUID()
  const agentId = randomUUID()
  if (options.agent) {
    await addAgent(db, { agentId, name: 'Testa', draft: {} })
    await publishVersion(db, { agentId, document: {}, intentModel: null })
  }
  await addEnvironment(db, {
    environmentId,
    name: 'test',
    keepAliveSeconds: options.keepAliveSeconds ?? 120,
    agentId: options.agent ? agentId : null,
  })
  await addIntegration(db, {
    integrationId,
    environmentId,
    name: 'test',
    webhookUrl: 'http://127.0.0.1:9/',
    sealedSecrets: ['sealed'],
    allowedIps: [],
    subscribedEvents: options.subscribedEvents ?? [],
    sessionTimeoutSeconds: 600,
  })
  return {
    integrationId,
    environmentId,
    agent: options.agent ? { agentId, version: 1, name: 'Testa' } : null,
  }
}
