import Type, { type Static } from 'typebox'
import { AgentPart, GuidelinesPart } from './agent-part.ts'
import { Collection, McpServer, Model, Webhook } from './outside-part.ts'
import { ConversationTest } from './tests-part.ts'
import { Entity, Intent } from './understanding-part.ts'
import { closed, documentLimits } from './words.ts'
import { Workflow } from './workflow-part.ts'

/**
 * The agent document (agent spec 2.2): what a person writes, reviews, diffs and publishes. One schema is the form,
 * the static types and the published JSON Schema; `validateDocument` adds what no schema can say and explains every
 * fault. Parts of the spec that do nothing yet are not in it: a key that is accepted is a key that works.
 */
export const AgentDocument = Type.Object(
  {
    agent: AgentPart,
    guidelines: Type.Optional(GuidelinesPart),
    intents: Type.Array(Intent, { maxItems: documentLimits.intentsMax }),
    entities: Type.Optional(Type.Array(Entity, { maxItems: documentLimits.entitiesMax })),
    workflows: Type.Array(Workflow, { maxItems: documentLimits.workflowsMax }),
    knowledge: Type.Optional(Type.Array(Collection, { maxItems: documentLimits.collectionsMax })),
    webhooks: Type.Optional(Type.Array(Webhook, { maxItems: documentLimits.webhooksMax })),
    models: Type.Optional(Type.Array(Model, { maxItems: documentLimits.modelsMax })),
    mcp_servers: Type.Optional(Type.Array(McpServer, { maxItems: documentLimits.mcpServersMax })),
    tests: Type.Optional(Type.Array(ConversationTest, { maxItems: documentLimits.testsMax })),
  },
  closed,
)

export type AgentDocument = Static<typeof AgentDocument>

export type * from './action-part.ts'
export { endsNode } from './action-part.ts'
export type * from './outside-part.ts'
export type * from './tests-part.ts'
export type * from './understanding-part.ts'
export { offtopicsIntent } from './understanding-part.ts'
export type * from './workflow-part.ts'
