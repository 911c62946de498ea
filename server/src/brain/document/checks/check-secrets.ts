import type { AgentDocument } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'
import { childPath } from '../schema-faults.ts'

/** Names of secrets, which are written without what every one of them begins with. */
export const checkSecretNames = (document: AgentDocument): DocumentFault[] =>
  [
    ...(document.webhooks ?? []).map(({ token }, index) => [token, `webhooks[${index}].token`] as const),
    ...(document.models ?? []).map(({ key }, index) => [key, `models[${index}].key`] as const),
    ...(document.mcp_servers ?? []).map(({ key }, index) => [key, `mcp_servers[${index}].key`] as const),
  ].flatMap(([name, path]) =>
    name?.startsWith(prefix)
      ? [{ path, message: `begins with ${prefix}, which is added to it`, cure: bareName(name) }]
      : [],
  )

const prefix = 'DRAGOMAN_SECRET_'

const bareName = (name: string): string => {
  const bare = name.slice(prefix.length)
  return bare === '' ? 'write what follows it' : `write ${bare}`
}

/** A document is read by many, exported and kept in git: a secret in a header is everybody's. */
export const headerSecretWarnings = (document: AgentDocument): DocumentFault[] => [
  ...(document.webhooks ?? []).flatMap(({ headers }, index) =>
    secretHeaders(headers, `webhooks[${index}].headers`, 'name a secret as token and check the signature'),
  ),
  ...(document.mcp_servers ?? []).flatMap(({ headers }, index) =>
    secretHeaders(
      headers,
      `mcp_servers[${index}].headers`,
      'name it as key, which is sent as the bearer token',
    ),
  ),
]

const secretHeaders = (
  headers: Readonly<Record<string, string>> = {},
  path: string,
  cure: string,
): DocumentFault[] =>
  Object.entries(headers)
    .filter(([name, value]) => secretName.test(name) || secretValue.test(value))
    .map(([name]) => ({
      path: childPath(path, name),
      message: 'looks like a secret, which anybody who sees this document then has',
      cure,
    }))

const secretName = /^((proxy-)?authorization|cookie|(x-)?(api-?key|(auth|access)-?token|secret|password))$/i
const secretValue = /^(bearer|basic) \S|^(sk|pk|ghp|xox[abp])[-_]\w/i
