import { Client } from 'pg'
import { indexPassages, type KnowledgePassage } from '../server/src/brain/knowledge/passage-index.ts'
import { searchPassages } from '../server/src/brain/knowledge/search-passages.ts'
import { type KnowledgeSet, readKnowledgeSets } from './knowledge-sets.ts'
import { startPostgres } from './postgres.ts'

/*
 * node bench/knowledge-at-scale.ts DIR [passages]
 *
 * The figures of decision 8: our search in memory beside PostgreSQL's full text, over the passages of a set (see
 * knowledge-sets.ts) hidden among as many others as it takes to be 10,000. The others are 400 words drawn as often
 * as they occur in the set, so they share all words and answer nothing.
 */
const main = async ([directory, count = '10000']: readonly string[]): Promise<void> => {
  const [set] = directory === undefined ? [] : readKnowledgeSets(directory)
  if (!set) return say('usage: node bench/knowledge-at-scale.ts DIR [passages]')
  const passages = [...set.passages, ...fillers(set, Number(count) - set.passages.length)]
  say(`${set.name}: ${passages.length} passages, ${set.questions.length} questions\n`)
  say('| search | made in | size | nDCG@10 | p50 | p99 |\n|---|---|---|---|---|---|')
  memory(set, passages, false)
  memory(set, passages, true)
  await fullText(set, passages)
}

type Text = KnowledgeSet['passages'][number]

const fillers = (set: KnowledgeSet, count: number): readonly Text[] => {
  const random = chance(1)
  const words = set.passages.flatMap(({ text }) => text.split(/\s+/))
  return Array.from({ length: Math.max(0, count) }, (_, index) => ({
    passage_id: `filler ${index}`,
    title: '',
    text: Array.from({ length: 400 }, () => words[Math.floor(random() * words.length)] ?? '').join(' '),
  }))
}

const memory = (set: KnowledgeSet, texts: readonly Text[], hasVectors: boolean): void => {
  const random = chance(2)
  const vectorsOf = (): Int8Array =>
    Int8Array.from({ length: 3 * vectorLength }, () => Math.floor(random() * 255) - 127)
  const passages = texts.map(
    (text): KnowledgePassage => ({ ...text, collection: 'all', vectors: hasVectors ? vectorsOf() : null }),
  )
  globalThis.gc?.()
  const before = used()
  const begunMs = performance.now()
  const index = indexPassages(passages)
  const madeMs = performance.now() - begunMs
  globalThis.gc?.()
  const bytes = used() - before
  const vector = hasVectors ? vectorsOf().subarray(0, vectorLength) : undefined
  const found = set.questions.map(({ question }) =>
    timed(() =>
      searchPassages(index, { query: question, vector, passagesMax: 10 }).map((one) => one.passage_id),
    ),
  )
  // Random vectors cost what real ones cost and find nothing.
  const name = hasVectors ? 'in memory, scanning three vectors a passage' : 'in memory'
  row(
    name,
    madeMs,
    bytes,
    hasVectors
      ? undefined
      : ndcg(
          set,
          found.map(({ value }) => value),
        ),
    found,
  )
}

const vectorLength = 384

const used = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const fullText = async (set: KnowledgeSet, texts: readonly Text[]): Promise<void> => {
  const postgres = await startPostgres()
  const database = await postgres.createDatabase('knowledge')
  const client = new Client(database.url)
  await client.connect()
  const begunMs = performance.now()
  await client.query('create table passages (passage_id text, title text, text text, words tsvector)')
  for (let start = 0; start < texts.length; start += 1_000) {
    const some = texts.slice(start, start + 1_000)
    await client.query(
      `insert into passages select id, title, text, to_tsvector('english', title || ' ' || text)
       from unnest($1::text[], $2::text[], $3::text[]) as p (id, title, text)`,
      [some.map((one) => one.passage_id), some.map((one) => one.title), some.map((one) => one.text)],
    )
  }
  await client.query('create index on passages using gin (words)')
  await client.query('analyze passages')
  const madeMs = performance.now() - begunMs
  const { rows } = await client.query(`select pg_total_relation_size('passages')::float8 as bytes`)
  for (const [name, operator] of [
    ['PostgreSQL, any word', '|'],
    ['PostgreSQL, all words', '&'],
  ] as const) {
    const found = []
    for (const { question } of set.questions) {
      const begun = performance.now()
      const answer = await client.query(
        `with asked as (select to_tsquery('english', coalesce(string_agg(quote_literal(lexeme), ' ${operator} '), '')) as query
           from unnest(to_tsvector('english', $1)))
         select passage_id from passages, asked where words @@ query
         order by ts_rank(words, query, 1) desc limit 10`,
        [question],
      )
      found.push({ ms: performance.now() - begun, value: answer.rows.map((one) => String(one.passage_id)) })
    }
    row(
      name,
      madeMs,
      Number(rows[0]?.bytes),
      ndcg(
        set,
        found.map(({ value }) => value),
      ),
      found,
    )
  }
  await client.end()
  await database.drop()
  await postgres.stop()
}

const timed = <Value>(work: () => Value): { readonly ms: number; readonly value: Value } => {
  const begun = performance.now()
  const value = work()
  return { ms: performance.now() - begun, value }
}

const ndcg = (set: KnowledgeSet, found: readonly (readonly string[])[]): number => {
  const gains = set.questions.flatMap(({ passageId }, position) => {
    if (passageId === undefined) return []
    const rank = found[position]?.indexOf(passageId) ?? -1
    return [rank < 0 ? 0 : 1 / Math.log2(rank + 2)]
  })
  return (100 * gains.reduce((sum, gain) => sum + gain, 0)) / gains.length
}

const row = (
  name: string,
  madeMs: number,
  bytes: number,
  quality: number | undefined,
  found: readonly { readonly ms: number }[],
): void => {
  const times = found.map(({ ms }) => ms).sort((one, other) => one - other)
  const at = (share: number): string => `${(times[Math.floor(share * times.length)] ?? 0).toFixed(1)} ms`
  say(
    `| ${name} | ${(madeMs / 1_000).toFixed(1)} s | ${(bytes / 1024 / 1024).toFixed(0)} MB | ${quality?.toFixed(1) ?? '-'} | ${at(0.5)} | ${at(0.99)} |`,
  )
}

/** Repeatable. */
const chance = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)

await main(process.argv.slice(2))
