import { marked } from 'marked'
import { parseHtml } from './parse-html.ts'
import type { ParsedText } from './parsed-text.ts'

/** Without the YAML head that some editors write. */
export const parseMarkdown = async (markdown: string): Promise<ParsedText> =>
  parseHtml(await marked.parse(markdown.replace(frontMatter, '')), { isPage: false })

const frontMatter = /^\uFEFF?---\r?\n[\s\S]*?\r?\n---\r?\n/
