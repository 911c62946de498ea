import type { AgentDocument, DocumentAction, DocumentNode } from '../../src/brain/document/document.ts'
import { smallExamples } from './small-examples.ts'

/** The small restaurant as a document: one node for each intent, and whatever a test adds. */
export const smallDocument = (changes: {
  readonly agent?: Partial<AgentDocument['agent']>
  readonly guidelines?: NonNullable<AgentDocument['guidelines']>
  readonly intents?: AgentDocument['intents']
  readonly nodes?: readonly DocumentNode[]
  readonly drink?: readonly DocumentAction[]
}): AgentDocument => ({
  agent: { name: 'Restaurant', ...changes.agent },
  ...(changes.guidelines ? { guidelines: changes.guidelines } : {}),
  intents: [
    ...[...Map.groupBy(smallExamples, ({ intent }) => intent)].map(([intent, examples]) => ({
      intent,
      examples: examples.map(({ text }) => text),
    })),
    ...(changes.intents ?? []),
  ],
  workflows: [
    {
      workflow_id: 'main',
      name: 'Main',
      nodes: [
        intentNode('drink', changes.drink ?? [says('Coming!')]),
        intentNode('bill', [says('Here is your bill.')]),
        intentNode('table', [says('This way.')]),
        intentNode('allergy', [says('Let me ask the kitchen.')]),
        ...(changes.nodes ?? []),
      ],
    },
  ],
})

export const intentNode = (intent: string, actions: readonly DocumentAction[]): DocumentNode => ({
  node_id: intent,
  name: intent,
  type: 'intent',
  intent,
  actions: [...actions],
})

export const says = (...texts: string[]): DocumentAction => ({ type: 'text', texts })
