import type { TextBlock } from '../../brain/knowledge/split-passages.ts'

/** What a parser makes of a document, whatever its kind. */
export interface ParsedText {
  /** Empty when the document has none. */
  readonly title: string
  readonly blocks: readonly TextBlock[]
}
