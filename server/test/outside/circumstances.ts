import { prepareAgent } from '../../src/brain/agent.ts'
import type { AgentDocument } from '../../src/brain/document/document.ts'
import type { Circumstances } from '../../src/outside/answer-asks.ts'
import { smallDocument } from '../brain/small-document.ts'

export const sessionId = '0198c1de-0000-7000-8000-000000000001'
export const requestId = '0198c1de-0000-7000-8000-000000000002'

/** A turn of the small restaurant whose document also says what it reaches outside. */
export const circumstancesOf = (
  outside: Pick<AgentDocument, 'webhooks' | 'models' | 'mcp_servers'>,
  changes: Partial<Circumstances> = {},
): Circumstances => ({
  agent: prepareAgent({ ...smallDocument({}), ...outside }, null),
  agentId: '0198c1de-0000-7000-8000-000000000003',
  version: 1,
  sessionId,
  integrationId: '0198c1de-0000-7000-8000-000000000004',
  environmentId: '0198c1de-0000-7000-8000-000000000005',
  requestId,
  channel: 'custom',
  deadlineAt: Date.now() + 17_000,
  signal: new AbortController().signal,
  ...changes,
})
