import type { AgentDocument } from './document.ts'
import type { DocumentFault } from './document-fault.ts'

/** Secrets that the document names and this server does not have: what needs them fails until they are set. */
export const unsetSecrets = (document: AgentDocument, isSet: (name: string) => boolean): DocumentFault[] =>
  namedSecrets(document)
    .filter(([, name]) => !isSet(name))
    .map(([path, name]) => ({
      path,
      message: `names the secret ${name}, which this server does not have`,
      cure: `set DRAGOMAN_SECRET_${name} where the server runs`,
    }))

const namedSecrets = ({
  webhooks = [],
  models = [],
  mcp_servers: servers = [],
}: AgentDocument): (readonly [path: string, name: string])[] => [
  ...webhooks.flatMap(({ token }, index) => named(`webhooks[${index}].token`, token)),
  ...models.flatMap(({ key }, index) => named(`models[${index}].key`, key)),
  ...servers.flatMap(({ key }, index) => named(`mcp_servers[${index}].key`, key)),
]

const named = (path: string, name: string | undefined): (readonly [string, string])[] =>
  name === undefined ? [] : [[path, name]]
