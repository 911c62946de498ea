/** More than this nobody reads at once, so none is looked for beyond them: a document is up to 25 MB of them. */
export const faultsMax = 100

/** A fault of an agent document, for the person who wrote it. */
export interface DocumentFault {
  /** Where, as one would write it: `workflows[0].nodes[2].actions[0].texts`. Empty for the whole document. */
  readonly path: string
  /** What is wrong, as the rest of a sentence that begins with the path. */
  readonly message: string
  /** What to do. */
  readonly cure: string
}
