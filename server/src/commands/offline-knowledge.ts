import { readFile } from 'node:fs/promises'
import { basename, extname, join, relative } from 'node:path'
import type { FileFault } from '../brain/directory/fault-places.ts'
import type { AgentDocument } from '../brain/document/document.ts'
import { embeddedParts } from '../brain/knowledge/embedded-parts.ts'
import type { KnowledgePassage } from '../brain/knowledge/passage-index.ts'
import { vectorWeightOf } from '../brain/knowledge/vector-weight.ts'
import { fileMediaType, knowledgeFileTypes } from '../domain/knowledge-files.ts'
import type { Embedder } from '../outside/embedder.ts'
import { readInThread } from '../workers/read-document.ts'

export class UnreadableDocument extends Error {
  readonly fault: FileFault

  constructor(file: string, message: string, cure: string) {
    super(`${file} ${message}`)
    this.fault = { file, path: '', message, cure }
  }
}

/** The passages of the files beside a document, with their vectors, as a server would keep them. */
export const readOfflineKnowledge = async (
  directory: string,
  document: AgentDocument,
  embedder: Pick<Embedder, 'embed'>,
): Promise<readonly KnowledgePassage[]> => {
  const passages: KnowledgePassage[] = []
  for (const { collection, sources = [] } of document.knowledge ?? [])
    for (const source of sources)
      if (source.type === 'file') {
        const read = await readFilePassages(directory, collection, source.path)
        const hasVectors = vectorWeightOf(read.map(({ text }) => text)) > 0
        for (const passage of read)
          passages.push(hasVectors ? { ...passage, vectors: await vectorsOf(embedder, passage) } : passage)
      }
  return passages
}

const readFilePassages = async (
  directory: string,
  collection: string,
  path: string,
): Promise<readonly KnowledgePassage[]> => {
  if (relative(directory, join(directory, path)).startsWith('..'))
    throw new UnreadableDocument(
      path,
      'lies outside of the directory',
      `move it into knowledge/${collection}/`,
    )
  const content = await readFile(join(directory, path)).catch(() => undefined)
  if (!content) throw new UnreadableDocument(path, 'is not there', 'add the file, or leave out the source')
  const mediaType = fileMediaType(path)
  if (mediaType === undefined)
    throw new UnreadableDocument(path, 'cannot be read', `use ${knowledgeFileTypes}`)
  const text = await readInThread({
    name: basename(path, extname(path)),
    mediaType,
    charset: undefined,
    isPage: false,
    content,
  })
  if (!text.ok) throw new UnreadableDocument(path, text.error, 'mend the file, or leave it out')
  return text.passages.map((passage, index) => ({
    ...passage,
    passage_id: `${path}#${index + 1}`,
    title: text.title,
    collection,
    vectors: null,
  }))
}

const vectorsOf = async (
  embedder: Pick<Embedder, 'embed'>,
  passage: KnowledgePassage,
): Promise<Int8Array | null> => {
  const outcome = await embedder.embed(embeddedParts(passage))
  return outcome.ok
    ? new Int8Array(Buffer.concat(outcome.vectors.map((vector) => Buffer.from(vector))))
    : null
}
