import { existsSync } from 'node:fs'
import { indexPassages, type KnowledgePassage } from '../server/src/brain/knowledge/passage-index.ts'
import { knowledgeThresholdDefault } from '../server/src/brain/knowledge/passage-score.ts'
import { chooseSentences, rankSentences } from '../server/src/brain/knowledge/rank-sentences.ts'
import { searchPassages } from '../server/src/brain/knowledge/search-passages.ts'
import type { Passage } from '../server/src/brain/turn-types.ts'
import { createEmbedder } from '../server/src/outside/embedder.ts'
import { type KnowledgeSet, type Question, readKnowledgeSets } from './knowledge-sets.ts'

/*
 * npm run eval:knowledge -- DIR [--words]
 *
 * How well does the agent answer from documents? The form of DIR is in knowledge-sets.ts and in
 * docs/guides/knowledge.md. `--words` leaves the embedding model out. Questions without an answer are made of those
 * with one: "near" takes the passage with the answer away, "far" all passages of its document. What is then answered
 * all the same is wrong.
 */
const main = async (parameters: readonly string[]): Promise<void> => {
  const directory = parameters.find((one) => !one.startsWith('--'))
  const sets = directory !== undefined && existsSync(directory) ? readKnowledgeSets(directory) : []
  if (sets.length === 0)
    return say('usage: npm run eval:knowledge -- DIR [--words]; see docs/guides/knowledge.md')
  const embedder = createEmbedder({ log: { info: () => undefined, warn: (_, line) => say(String(line)) } })
  const embed = parameters.includes('--words') ? noVectors : vectorsOf(embedder)
  say(`| ${headings.join(' | ')} |`)
  say(`|${headings.map(() => '---|').join('')}`)
  for (const set of sets) say(await evaluate(set, embed))
  await embedder.close()
}

const headings = [
  ...[
    'set',
    'passages',
    'questions',
    'search',
    'nDCG@10',
    'recall@10',
    'in first sentence %',
    'in first three %',
  ],
  ...[
    'in what is said %',
    'answered %',
    'of these right %',
    'silent: near %',
    'far %',
    'chat %',
    'a question',
  ],
]

type Embed = (texts: readonly string[]) => Promise<readonly Int8Array[] | undefined>

const noVectors: Embed = async () => undefined

const vectorsOf =
  (embedder: ReturnType<typeof createEmbedder>): Embed =>
  async (texts) => {
    const outcome = await embedder.embed(texts)
    return outcome.ok ? outcome.vectors : undefined
  }

const evaluate = async (set: KnowledgeSet, embed: Embed): Promise<string> => {
  const vectors = await embed(set.passages.map(({ heading, text }) => `${heading ?? ''}\n${text}`))
  const passages = set.passages.map(
    (passage, position): KnowledgePassage => ({
      ...passage,
      collection: 'all',
      vectors: vectors?.[position] ?? null,
    }),
  )
  const index = indexPassages(passages)
  const askedVectors = await embed(set.questions.map(({ question }) => question))
  const chatVectors = await embed(set.chat)
  const search = (query: string, vector: Int8Array | undefined): readonly Passage[] =>
    searchPassages(index, { query, vector, passagesMax: foundMax })
  const begunMs = performance.now()
  const found = set.questions.map(({ question }, position) => search(question, askedVectors?.[position]))
  const spentMs = (performance.now() - begunMs) / set.questions.length
  const answerable = set.questions.flatMap((question, position) => {
    const own = found[position]
    return question.passageId === undefined || !own
      ? []
      : [{ ...question, passageId: question.passageId, found: own }]
  })
  const ranks = answerable.map((one) => one.found.findIndex(({ passage_id }) => passage_id === one.passageId))
  const withAnswer = answerable.filter(({ answers }) => answers.length > 0)
  const said = withAnswer.map((one) => ({
    ...one,
    ranked: rankSentences(one.question, one.found.slice(0, 5)),
  }))
  const answered = said.filter((one) => isAnswered(one.found))
  const titles = new Map(set.passages.map(({ passage_id, title }) => [passage_id, title]))
  const near = answerable.map((one) => one.found.filter((passage) => passage.passage_id !== one.passageId))
  const far = answerable.map((one) => one.found.filter(({ title }) => title !== titles.get(one.passageId)))
  const unanswerable = found.filter((_, position) => set.questions[position]?.passageId === undefined)
  const chat = set.chat.map((message, position) => search(message, chatVectors?.[position]))
  return `| ${[
    set.name,
    set.passages.length,
    set.questions.length,
    index.vectorWeight > 0 ? `words and vectors (${index.vectorWeight})` : 'words',
    (100 * mean(ranks.map((rank) => (rank < 0 || rank >= 10 ? 0 : 1 / Math.log2(rank + 2))))).toFixed(1),
    share(ranks, (rank) => rank >= 0 && rank < 10),
    share(said, (one) => holds(one, one.ranked[0]?.text)),
    share(said, (one) => one.ranked.slice(0, 3).some(({ text }) => holds(one, text))),
    share(said, (one) => isSaid(one)),
    share(answerable, (one) => isAnswered(one.found)),
    share(answered, (one) => isSaid(one)),
    share([...near, ...unanswerable], (one) => !isAnswered(one)),
    share(far, (one) => !isAnswered(one)),
    share(chat, (one) => !isAnswered(one)),
    `${spentMs.toFixed(1)} ms`,
  ].join(' | ')} |`
}

/** As many as it takes to have some left without those of a document. */
const foundMax = 60

const isAnswered = ([best]: readonly Passage[]): boolean => (best?.score ?? 0) >= knowledgeThresholdDefault

const isSaid = (one: Question & { readonly ranked: ReturnType<typeof rankSentences> }): boolean =>
  chooseSentences(one.ranked).some(({ text }) => holds(one, text))

const holds = ({ answers }: Question, text: string | undefined): boolean =>
  answers.some((answer) => text?.includes(answer))

const share = <One>(all: readonly One[], isTrue: (one: One) => boolean): string =>
  all.length === 0 ? '-' : ((100 * all.filter(isTrue).length) / all.length).toFixed(1)

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)

const say = (line: string): void => void process.stdout.write(`${line}\n`)

await main(process.argv.slice(2))
