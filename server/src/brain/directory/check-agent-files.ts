import type { AgentDocument } from '../document/document.ts'
import type { DocumentFault } from '../document/document-fault.ts'
import { validateDocument } from '../document/document-validation.ts'
import type { FileFault } from './fault-places.ts'
import type { AgentFile } from './layout.ts'
import { readAgentFiles } from './read-agent-files.ts'

export type AgentFilesOutcome =
  | { readonly ok: true; readonly document: AgentDocument; readonly warnings: readonly FileFault[] }
  | { readonly ok: false; readonly faults: readonly FileFault[] }

/** Are these files an agent? Every fault in the words of the files. */
export const checkAgentFiles = (files: readonly AgentFile[]): AgentFilesOutcome => {
  const read = readAgentFiles(files)
  if (read.faults.length > 0) return { ok: false, faults: read.faults }
  const checked = validateDocument(read.document)
  if (!checked.ok) return { ok: false, faults: checked.errors.map(read.placed) }
  return { ok: true, document: checked.document, warnings: checked.warnings.map(read.placed) }
}

/** A fault of a file where faults have but a path: `intents/plans.yaml:3 examples`. */
export const withFileInPath = ({ file, line, path, message, cure }: FileFault): DocumentFault => {
  const place = line === undefined ? file : `${file}:${line}`
  return { path: path === '' ? place : `${place} ${path}`, message, cure }
}
