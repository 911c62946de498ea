import { parentPort, workerData } from 'node:worker_threads'
import { splitPassages, type TextPassage } from '../../brain/knowledge/split-passages.ts'
import type { DocumentBytes } from '../../deps.ts'
import type { ReadingReport } from '../read-document.ts'
import type { ParsedText } from './parsed-text.ts'
import { textOf } from './text-of.ts'

/** The thread that `readInThread` starts: one document in, its passages out. Each library is loaded when it is needed. */
const read = async (document: DocumentBytes): Promise<ReadingReport> => {
  try {
    const { title, passages } = await parse(document)
    if (passages.length === 0) return { ok: false, error: emptySentence(document.mediaType) }
    if (passages.length > passagesMax)
      return {
        ok: false,
        error: `has ${passages.length} passages; a document may have ${passagesMax}, so split it`,
      }
    return {
      ok: true,
      title: readable(title).trim().slice(0, titleLengthMax) || document.name,
      passages: passages.map(({ heading, text }) => ({
        ...(heading === undefined ? {} : { heading: readable(heading) }),
        text: readable(text),
      })),
    }
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) }
  }
}

/** Fonts of some PDFs give NUL for a letter, and PostgreSQL's text cannot hold it. */
const readable = (text: string): string => text.replaceAll('\0', '').toWellFormed()

const parse = async (
  document: DocumentBytes,
): Promise<{ readonly title: string; readonly passages: readonly TextPassage[] }> => {
  if (document.mediaType === 'text/csv') {
    const { questionsOf } = await import('./questions-of.ts')
    return { title: document.name.replace(/\.csv$/i, ''), passages: questionsOf(textOf(document)) }
  }
  const { title, blocks } = await blocksOf(document)
  return { title, passages: splitPassages(blocks) }
}

const blocksOf = async (document: DocumentBytes): Promise<ParsedText> => {
  switch (document.mediaType) {
    case 'application/pdf':
      return await (await import('./parse-pdf.ts')).parsePdf(document.content)
    case 'application/vnd.openxmlformats-officedocument.wordprocessingml.document':
      return await (await import('./parse-docx.ts')).parseDocx(document.content)
    case 'text/html':
    case 'application/xhtml+xml':
      return (await import('./parse-html.ts')).parseHtml(textOf(document), { isPage: document.isPage })
    case 'text/markdown':
      return await (await import('./parse-markdown.ts')).parseMarkdown(textOf(document))
    default:
      return (await import('./parse-text.ts')).parseText(textOf(document))
  }
}

const emptySentence = (mediaType: string): string =>
  mediaType === 'application/pdf'
    ? 'has no text; if it is a scan, run text recognition over it first'
    : 'has no text that could be an answer'

const passagesMax = 10_000
const titleLengthMax = 200

parentPort?.postMessage(await read(workerData))
