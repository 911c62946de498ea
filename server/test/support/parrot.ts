import { randomUUID } from 'node:crypto'
import type { AgentDocument, DocumentAction } from '../../src/brain/document/document.ts'
import { addAgent, publishVersion } from '../../src/store/agents.ts'
import type { Db } from '../../src/store/db.ts'

export const questionsMax = 100

/**
 * An agent whose answers can be told apart: "question 7" gets "answer 7". It understands the very phrases without a
 * model, so it is published at once. "handover", "close", "tag" and "variable" do what they say.
 */
const parrotDocument = (): AgentDocument => {
  const words: [phrase: string, actions: DocumentAction[]][] = [
    ...Array.from({ length: questionsMax }, (_, index): [string, DocumentAction[]] => [
      `question ${index + 1}`,
      [says(`answer ${index + 1}`)],
    ]),
    ['handover', [says('One moment.'), { type: 'handover', reason: 'asked for' }]],
    ['close', [says('Goodbye.'), { type: 'close' }]],
    ['tag', [{ type: 'tag', tag: 'tagged' }]],
    ['variable', [{ type: 'set_variables', variables: { plan: 'Starter' } }, says('Noted.')]],
    ['name', [says('You are {{$user.display_name}}.')]],
  ]
  const slug = (phrase: string): string => phrase.replace(' ', '-')
  return {
    agent: { name: 'Parrot', unknown_handover_after: 20 },
    intents: words.map(([phrase]) => ({ intent: slug(phrase), examples: [phrase] })),
    workflows: [
      {
        workflow_id: 'main',
        name: 'Main',
        nodes: words.map(([phrase, actions]) => ({
          node_id: slug(phrase),
          name: phrase,
          type: 'intent',
          intent: slug(phrase),
          actions,
        })),
      },
    ],
  }
}

const says = (text: string): DocumentAction => ({ type: 'text', texts: [text] })

export const addParrot = async (db: Db): Promise<string> => {
  const agentId = randomUUID()
  const document = JSON.parse(JSON.stringify(parrotDocument()))
  await addAgent(db, { agentId, name: 'Parrot', draft: document })
  await publishVersion(db, { agentId, document, intentModel: null })
  return agentId
}
