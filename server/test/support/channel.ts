import { randomUUID } from 'node:crypto'
import { ownContext } from '../../src/domain/context.ts'
import type { AssignedAgent } from '../../src/domain/session.ts'
import { addAgent, publishVersion } from '../../src/store/agents.ts'
import type { Db } from '../../src/store/db.ts'
import { addEnvironment } from '../../src/store/environments.ts'
import { addIntegration } from '../../src/store/integrations.ts'
import { createSessionOpener } from '../../src/store/open-sessions.ts'
import { createSessionMemory } from '../../src/store/session-memory.ts'

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

/** An open session of it, straight into the store. */
export const openTestSession = async (
  db: Db,
  seeded: Awaited<ReturnType<typeof seedIntegration>>,
  greets = false,
  /** Of the process that opens it. */
  memory = createSessionMemory(() => false),
): Promise<string> => {
  const sessionId = randomUUID()
  const userId = randomUUID()
  await createSessionOpener({ db, turnsDue: () => undefined, memory })({
    integrationId: seeded.integrationId,
    requestId: randomUUID(),
    timeoutSeconds: 600,
    dialogState: { unknown_counter: 0 },
    greets,
    answer: {},
    session: {
      sessionId,
      ...seeded,
      externalSessionId: 'chat-1',
      channelUserId: 'user-1',
      userId,
      state: 'active',
      conversation: 'open',
      owner: 'bot',
      human: null,
      handover: null,
      context: ownContext({ userId }),
      userMessageCount: 0,
      lastTurn: greets ? 1 : 0,
      silencedTurn: 0,
      resolvedAt: null,
      resolvedUntil: null,
    },
  })
  return sessionId
}
