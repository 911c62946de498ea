import Type, { type Static } from 'typebox'
import { AgentPart, GuidelinesPart } from './agent-part.ts'
import { Collection, McpServer, Model, Webhook } from './outside-part.ts'
import { ConversationTest } from './tests-part.ts'
import { Entity, Intent } from './understanding-part.ts'
import { closed, described, documentLimits, optional } from './words.ts'
import { Workflow } from './workflow-part.ts'

/**
 * The agent document (agent spec 2.2): what a person writes, reviews, diffs and publishes. One schema is the form,
 * the static types and the published JSON Schema; `validateDocument` adds what no schema can say and explains every
 * fault. Parts of the spec that do nothing yet are not in it: a key that is accepted is a key that works.
 */
export const AgentDocument = Type.Object(
  {
    agent: described(AgentPart, 'The agent itself.'),
    guidelines: optional(GuidelinesPart, 'How the agent speaks and what it may do.'),
    intents: described(Type.Array(Intent, { maxItems: documentLimits.intentsMax }), 'What users want.'),
    entities: optional(
      Type.Array(Entity, { maxItems: documentLimits.entitiesMax }),
      'What in a message has a meaning of its own.',
    ),
    workflows: described(
      Type.Array(Workflow, { maxItems: documentLimits.workflowsMax }),
      'What the agent does about it: nodes in groups.',
    ),
    knowledge: optional(
      Type.Array(Collection, { maxItems: documentLimits.collectionsMax }),
      'Documents that the agent answers from.',
    ),
    webhooks: optional(
      Type.Array(Webhook, { maxItems: documentLimits.webhooksMax }),
      'Your own systems that the agent calls.',
    ),
    models: optional(
      Type.Array(Model, { maxItems: documentLimits.modelsMax }),
      'Language models, in the order in which they are tried.',
    ),
    mcp_servers: optional(
      Type.Array(McpServer, { maxItems: documentLimits.mcpServersMax }),
      'Servers with tools for the model.',
    ),
    tests: optional(
      Type.Array(ConversationTest, { maxItems: documentLimits.testsMax }),
      'Conversations and what is expected of them.',
    ),
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
