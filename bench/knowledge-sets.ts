import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'

/** What `npm run eval:knowledge` measures with. */
export interface KnowledgeSet {
  readonly name: string
  readonly passages: readonly {
    readonly passage_id: string
    readonly title: string
    readonly heading?: string
    readonly text: string
  }[]
  readonly questions: readonly Question[]
  /** Messages that ask for nothing of the passages. */
  readonly chat: readonly string[]
}

export interface Question {
  readonly question: string
  /** undefined: none of the passages answers it. */
  readonly passageId: string | undefined
  /** Any of these words, as they stand in the passage, is the answer. */
  readonly answers: readonly string[]
}

/**
 * All sets of a folder. A set is either the two tables `passages.csv` (passage_id, title, heading, text) and
 * `questions.csv` (question, passage_id, answer; without a passage_id nothing answers it), or a file NAME.json in the
 * form of SQuAD. `chat.txt`, one message a line, belongs to all of them.
 */
export const readKnowledgeSets = (directory: string): readonly KnowledgeSet[] => {
  const chatFile = join(directory, 'chat.txt')
  const chat = existsSync(chatFile) ? readFileSync(chatFile, 'utf8').trim().split(/\r?\n/) : []
  const jsonFiles = readdirSync(directory).filter((name) => name.endsWith('.json'))
  return [
    ...(existsSync(join(directory, 'passages.csv')) ? [{ ...tables(directory), chat }] : []),
    ...jsonFiles
      .sort()
      .map((name) => ({ ...squad(join(directory, name)), name: name.replace(/\.json$/, ''), chat })),
  ]
}

const tables = (directory: string): Omit<KnowledgeSet, 'chat'> => ({
  name: directory,
  passages: rows(join(directory, 'passages.csv')).map(
    ({ passage_id = '', title = '', heading, text = '' }) => ({
      passage_id,
      title,
      ...(heading ? { heading } : {}),
      text,
    }),
  ),
  questions: rows(join(directory, 'questions.csv')).map(({ question = '', passage_id, answer }) => ({
    question,
    passageId: passage_id || undefined,
    answers: answer ? [answer] : [],
  })),
})

const rows = (path: string): readonly Readonly<Record<string, string>>[] =>
  parse(readFileSync(path, 'utf8'), { columns: true, bom: true, skip_empty_lines: true })

interface Squad {
  readonly data: readonly {
    readonly title: string
    readonly paragraphs: readonly {
      readonly context: string
      readonly qas: readonly {
        readonly question: string
        readonly is_impossible?: boolean
        readonly answers: readonly { readonly text: string }[]
      }[]
    }[]
  }[]
}

const squad = (path: string): Omit<KnowledgeSet, 'chat' | 'name'> => {
  const { data }: Squad = JSON.parse(readFileSync(path, 'utf8'))
  const paragraphs = data.flatMap(({ title, paragraphs }) =>
    paragraphs.map((paragraph, index) => ({ ...paragraph, title, passageId: `${title}.${index}` })),
  )
  return {
    passages: paragraphs.map(({ passageId, title, context }) => ({
      passage_id: passageId,
      title,
      text: context,
    })),
    questions: paragraphs.flatMap(({ qas, passageId }) =>
      qas.map(({ question, is_impossible, answers }) => ({
        question,
        passageId: is_impossible === true ? undefined : passageId,
        answers: answers.map(({ text }) => text),
      })),
    ),
  }
}
