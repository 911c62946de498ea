/** What a command has of the machine it runs on; tests give it another. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Where it was called. */
  readonly folder: string
  readonly fetch: typeof globalThis.fetch
  /** What was asked for. */
  readonly say: (text: string) => void
  /** Progress and faults. */
  readonly complain: (text: string) => void
  /** A person looks at what is complained: progress is worth showing. */
  readonly isWatched: boolean
}

export interface Command {
  /** One line of the list of commands. */
  readonly summary: string
  /** What `--help` shows. */
  readonly usage: string
  /** @returns the exit code */
  readonly run: (args: readonly string[], terminal: Terminal) => Promise<number>
}

/** 0: as it should be. */
export const exitCodes = { fine: 0, failed: 1, unusable: 2 } as const

/** A fault of the call, of the files or of the way to the server, said with its cure. */
export class CommandFault extends Error {
  constructor(sentence: string, options?: { readonly cause?: unknown }) {
    super(sentence, options)
    this.name = 'CommandFault'
  }
}
