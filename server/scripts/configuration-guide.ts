import { configurationTable } from '../src/config.ts'

/** docs/guides/configuration.md: the prose here, the table from the declaration the server reads. */
export const configurationGuide = async (): Promise<string> => `# Configuration

Dragoman is configured by environment variables; without any it starts on http://127.0.0.1:4000 with an embedded
database. An empty variable counts as unset. A wrong value or a misspelt \`DRAGOMAN_\` name stops the start, with one
line for each fault.

\`NODE_ENV=production\` changes two defaults: webhooks to private addresses are refused, and no demo is made.

${configurationTable()}

\`npm start --silent -- --json\` makes the first line on stdout \`{"listening":"http://..."}\`. The log is JSON lines on
stderr. \`npx dragoman\` looks for the server at \`DRAGOMAN_URL\`, http://127.0.0.1:4000 without it, so set it when
you set another port.

## Secrets of agents

An agent document names its secrets and never holds them: \`key: OPENAI\` means \`DRAGOMAN_SECRET_OPENAI\`. Whoever may
edit agents may have any of these secrets sent to any address that the server may reach, so set only what is theirs
to use. One that is missing is a warning when the agent is published, and a note in the trace of a turn that needs it.

## More than one process

Processes that share a database must share \`DRAGOMAN_SECRET_KEY\`: what one has sealed, the others must open. The
same goes for \`DRAGOMAN_ADMIN_TOKEN\`, if the management API is to know one token.

## Behind a proxy

Set \`DRAGOMAN_PUBLIC_URL\` to what clients see, and \`DRAGOMAN_TRUSTED_PROXIES\` to the addresses the proxy connects
from. Allow lists then apply to the rightmost address in \`X-Forwarded-For\` that is not one of yours; from anybody
else the header is ignored.

## Private certificate authorities

Webhooks are always verified. To trust an authority of your own, set Node's \`NODE_EXTRA_CA_CERTS\` to its certificate.
`
