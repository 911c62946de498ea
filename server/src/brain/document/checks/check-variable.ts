import type { DocumentFault } from '../document-fault.ts'

const readOnlyVariables = ['channels', 'user.user_id', 'user.custom_psid']

/** May the agent set it? */
export const checkVariable = (name: string, path: string): DocumentFault[] => {
  const isReadOnly =
    name.startsWith('sys-') ||
    readOnlyVariables.some((owned) => name === owned || name.startsWith(`${owned}.`))
  if (isReadOnly) return [{ path, message: 'is read-only', cure: 'choose a name of your own' }]
  if (name.split('.').includes('__proto__'))
    return [{ path, message: 'is no name of a variable', cure: 'choose another name' }]
  return []
}
