import { marked } from 'marked'
import { parseHtml } from './parse-html.ts'
import type { ParsedText } from './parsed-text.ts'

/** Without the YAML head that some editors write. */
export const parseMarkdown = async (markdown: string): Promise<ParsedText> => {
  const html = await marked
    .parse(markdown.replace(frontMatter, ''), { async: true })
    .catch((error: unknown) => {
      throw new Error('cannot be read as Markdown: it is nested too deep, or a paragraph is too long', {
        cause: error,
      })
    })
  return parseHtml(html, { isPage: false })
}

const frontMatter = /^\uFEFF?---\r?\n[\s\S]*?\r?\n---\r?\n/
