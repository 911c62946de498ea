import {
  type NamedPart,
  namedParts,
  partOf,
  type SchemaNode,
  wholeDocument,
  wordOf,
} from './agent-document-parts.ts'

/** docs/guides/agent-document.md: the prose here, the tables from the schema that documents are checked by. */
export const agentDocumentGuide = async (): Promise<string> => `# The agent document

Every key of an agent, made from the schema that documents are checked by. How the parts work together is told in
[Agents](agents.md). A key that is not here is an error, and so is one that is here and misspelt: a key that is
accepted is a key that works. \`≤\` is the most: characters of a text, entries of a list.

A document is one JSON or YAML file, or a directory:

| file | holds |
|---|---|
| \`agent.yaml\` | \`agent:\`, and any other part |
| \`guidelines.yaml\` | the guidelines |
| \`intents.yaml\`, \`entities.yaml\`, \`workflows.yaml\`, \`knowledge.yaml\`, \`webhooks.yaml\`, \`models.yaml\`, \`mcp_servers.yaml\`, \`tests.yaml\` | that part: a list, or the list under the name of the part |
| \`intents/ANY.yaml\` and so on | one entry, or a list of them |
| \`knowledge/COLLECTION/...\` | the documents of a collection |

\`.yml\` and \`.json\` are read as well. Other YAML and JSON files are errors, so that no part is overlooked; anything
else, a README for example, is left alone. An editor that knows JSON Schema completes and checks keys; write at the
top of a file, with the way to [the schema](../agent-document.schema.json):

\`\`\`yaml
# yaml-language-server: $schema=../../docs/agent-document.schema.json
\`\`\`

Some forms have a word in the tables:

| word | form |
|---|---|
| slug | 2 to 64 of a-z, 0-9, \`_\` and \`-\`, beginning with a letter or digit |
| id | 1 to 64 letters, digits, \`_\`, \`.\` and \`-\`, beginning with a letter or digit |
| variable | the path of a variable: \`order.number\`; letters, digits, \`_\` and \`-\` between the dots |
| secret | the name of a secret, never the secret: \`SHOP\` is \`DRAGOMAN_SECRET_SHOP\` where the server runs |
| language | a language tag: \`en\`, \`pt-BR\` |

## The whole

${tableOf(wholeDocument)}

${sections(namedParts)}
`

/** The actions come in one table, where the first of them stands. */
const sections = (parts: readonly NamedPart[]): string => {
  const actions = parts.filter(isAction)
  return parts
    .filter((named) => !isAction(named) || named === actions[0])
    .map((named) => (isAction(named) ? actionsSection(actions) : section(named)))
    .join('\n\n')
}

const isAction = ({ name }: NamedPart): boolean => name.startsWith(actionPrefix)
const actionPrefix = 'action_'

const section = ({ title, level, schema }: NamedPart): string =>
  `${'#'.repeat(level)} ${title}\n\n${tableOf(schema)}`

const actionsSection = (actions: readonly NamedPart[]): string => `### Actions

Each has a \`type\`. The first ${spokenActions} say something; prompts and reprompts are made of these alone. Fallbacks are made of
plain actions: all but \`webhook\`, \`knowledge\` and \`generate\`. What stands behind a \`jump\`, \`handover\` or \`close\` never
runs.

| type | key | meaning | form | without it |
|---|---|---|---|---|
${actions.flatMap(({ name, schema }) => actionRows(name.slice(actionPrefix.length), schema)).join('\n')}`

const actionRows = (type: string, schema: SchemaNode): string[] => {
  const rows = rowsOf(schema, (key) => key !== 'type')
  return rows.length === 0
    ? [`| \`${type}\` | | | | |`]
    : rows.map((row, index) => `| ${index === 0 ? `\`${type}\`` : ''} ${row}`)
}

const tableOf = (schema: SchemaNode): string =>
  ['| key | meaning | form | without it |', '|---|---|---|---|', ...rowsOf(schema)].join('\n')

const rowsOf = (
  { properties = {}, required = [] }: SchemaNode,
  isShown: (key: string) => boolean = () => true,
): string[] =>
  Object.entries(properties)
    .filter(([key]) => isShown(key))
    .map(
      ([key, schema]) =>
        `| \`${key}\` | ${schema.description ?? ''} | ${formOf(schema)} | ${required.includes(key) ? '**required**' : fallbackOf(schema)} |`,
    )

const fallbackOf = ({ default: fallback }: SchemaNode): string =>
  fallback === undefined ? '' : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``

const formOf = (schema: SchemaNode): string => {
  const named = partOf(schema)
  if (named) return linkTo(named)
  const word = wordOf(schema)
  if (word !== undefined) return word
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.anyOf) return unionOf(schema.anyOf)
  switch (schema.type) {
    case 'string':
      return `text${most(schema.maxLength)}`
    case 'integer':
      return `whole number${between(schema)}`
    case 'number':
      return `number${between(schema)}`
    case 'boolean':
      return 'true or false'
    case 'array':
      return `list${most(schema.maxItems)}: ${formOf(schema.items ?? {})}`
    case 'object':
      return [
        ...Object.values(schema.patternProperties ?? {}).map(
          (value) => `by name${most(schema.maxProperties)}: ${formOf(value)}`,
        ),
        ...(schema.properties ? [keysOf(schema)] : []),
      ].join('')
    default:
      return schema.type ?? 'any JSON'
  }
}

const keysOf = ({ properties = {} }: SchemaNode): string =>
  `{${Object.entries(properties)
    .map(([key, schema]) => `\`${key}\`: ${formOf(schema)}`)
    .join(', ')}}`

const unionOf = (branches: readonly SchemaNode[]): string => {
  const actions = branches.filter((branch) => partOf(branch)?.name.startsWith(actionPrefix)).length
  if (actions > 0) return `[${actionWord(actions)}](#actions)`
  return branches.map(formOf).join(branches.every(({ const: one }) => one !== undefined) ? ', ' : ' or ')
}

const actionWord = (count: number): string => {
  if (count === spokenActions) return 'action that says something'
  return count === namedParts.filter(isAction).length ? 'action' : 'plain action'
}

const spokenActions = 8

const linkTo = ({ title }: NamedPart): string =>
  `[${title.replace(/^Source /, '')}](#${title
    .toLowerCase()
    .replaceAll(/[^\w -]/g, '')
    .replaceAll(' ', '-')})`

const between = ({ minimum, maximum }: SchemaNode): string => {
  if (minimum === undefined && maximum === undefined) return ''
  return maximum === undefined ? `, ${minimum} or more` : `, ${minimum} to ${maximum}`
}

const most = (max: number | undefined): string => (max === undefined ? '' : ` ≤ ${max}`)
