import Schema from 'typebox/schema'
import { AgentDocument } from './document.ts'
import { documentErrors } from './document-errors.ts'
import { type DocumentFault, faultsMax } from './document-fault.ts'
import { documentWarnings } from './document-warnings.ts'
import { schemaFaults } from './schema-faults.ts'

export type DocumentOutcome =
  | { readonly ok: true; readonly document: AgentDocument; readonly warnings: readonly DocumentFault[] }
  | { readonly ok: false; readonly errors: readonly DocumentFault[] }

/**
 * Is this value an agent document? Errors keep it from running; warnings name what will never work as its author
 * thinks. The form is checked first: what a name refers to is only asked of a document that is well formed.
 */
export const validateDocument = (value: unknown): DocumentOutcome => {
  if (!validator().Check(value)) return { ok: false, errors: formErrors(value) }
  const errors = documentErrors(value)
  if (errors.length > 0) return { ok: false, errors: errors.slice(0, faultsMax) }
  return { ok: true, document: value, warnings: documentWarnings(value).slice(0, faultsMax) }
}

let compiled: ReturnType<typeof compile> | undefined
const compile = () => Schema.Compile(AgentDocument)

/** Compiled for the first document: 60 ms that a start need not wait for. */
const validator = () => {
  compiled ??= compile()
  return compiled
}

const formErrors = (value: unknown): readonly DocumentFault[] => {
  const faults = schemaFaults(AgentDocument, value, '')
  if (faults.length > 0) return faults.slice(0, faultsMax)
  const [, errors] = validator().Errors(value)
  return errors.map((error) => ({ path: error.instancePath, message: error.message, cure: 'see the schema' }))
}
