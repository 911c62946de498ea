/** Which files can be read, by the end of their name: what a browser sends as type is a guess, too. */
const mediaTypes: Readonly<Record<string, string>> = {
  md: 'text/markdown',
  markdown: 'text/markdown',
  html: 'text/html',
  htm: 'text/html',
  txt: 'text/plain',
  pdf: 'application/pdf',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  csv: 'text/csv',
}

export const knowledgeFileTypes = '.md, .html, .txt, .pdf, .docx or .csv'

export const fileMediaType = (filename: string): string | undefined =>
  mediaTypes[/\.(\w+)$/.exec(filename)?.[1]?.toLowerCase() ?? '']

/** Of the web, by what the server said. */
export const isPageMediaType = (mediaType: string): boolean =>
  mediaType === 'application/xhtml+xml' ||
  (mediaType !== 'text/csv' && Object.values(mediaTypes).includes(mediaType))

export const knowledgeFileBytesMax = 25 * 1024 * 1024
export const knowledgePageBytesMax = 10 * 1024 * 1024
