import { resolve } from 'node:path'
import { readDirectory, removeFiles, writeDirectory } from './agent-directory.ts'
import { type Command, CommandFault, exitCodes, type Terminal } from './command.ts'
import { documentsElsewhere } from './documents-elsewhere.ts'
import { allAgents, findAgent } from './find-agent.ts'
import { faultLine, type JsonBody, listOf, type ManagementApi, managementApi } from './management-api.ts'
import { printReplay } from './print-replay.ts'
import { readArguments, serverOptions, serverUsage, wholeNumber } from './read-arguments.ts'
import { watchReplay } from './replay.ts'
import { untilRead, uploadKnowledge } from './upload-knowledge.ts'

export const agents: Command = {
  summary: 'list, pull, push, test, diff and publish agents of a server',
  usage: `Usage: dragoman agents list
       dragoman agents pull DIRECTORY [--agent AGENT] [--version N] [--prune]
       dragoman agents push DIRECTORY (--create | --agent AGENT)
       dragoman agents test [AGENT] [--version N] [--only NAME] [--live]
       dragoman agents diff [AGENT] [--from N] [--to N]
       dragoman agents publish [AGENT] [--yes] [--last N]

AGENT is an id or a name; it may be left out where there is one only. Version 0 is the draft.

pull writes the draft (or a version) as a directory; what is here and not there is named, and removed with --prune.
push replaces the draft by a directory, or makes a new agent of it with --create.
test runs the conversation tests of the draft on the server; --live asks real models and webhooks.
diff tells what is otherwise in the draft than in the newest version.
publish shows what the draft would change in real conversations; with --yes it then publishes.

${serverUsage}`,
  run: async (args, terminal) => {
    const [verb, ...rest] = args
    const run = verb !== undefined && Object.hasOwn(verbs, verb) ? verbs[verb] : undefined
    if (!run)
      throw new CommandFault(
        `Say what to do: dragoman agents ${Object.keys(verbs).join('|')}. --help tells more.`,
      )
    const { values, positionals } = readArguments(rest, options)
    return await run({ terminal, api: await managementApi(terminal, values), flags: values, positionals })
  },
}

const options = {
  ...serverOptions,
  agent: { type: 'string' },
  version: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  last: { type: 'string' },
  only: { type: 'string' },
  prune: { type: 'boolean' },
  create: { type: 'boolean' },
  live: { type: 'boolean' },
  yes: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

interface Call {
  readonly terminal: Terminal
  readonly api: ManagementApi
  readonly flags: ReturnType<typeof readArguments<typeof options>>['values']
  readonly positionals: readonly string[]
}

const list = async ({ terminal, api, flags }: Call): Promise<number> => {
  const found = await allAgents(api)
  if (flags.json === true) terminal.say(`${JSON.stringify(found)}\n`)
  else
    for (const { agent_id: id, name, newest_version: version } of found)
      terminal.say(
        `${String(id)}  ${version === null ? 'unpublished' : `version ${String(version)}`}  ${String(name)}\n`,
      )
  return exitCodes.fine
}

const pull = async ({ terminal, api, flags, positionals }: Call): Promise<number> => {
  const root = resolve(terminal.folder, directoryIn(positionals))
  const agentId = idOf(await findAgent(api, flags.agent))
  const version = wholeNumber('version', flags.version) ?? 0
  const { files } = await api.get(`/agents/${agentId}/export?version=${version}`)
  const others = await writeDirectory(root, files)
  terminal.say(`${listOf(files).length} files written to ${root}\n`)
  if (flags.prune === true) await removeFiles(root, others)
  for (const path of others)
    terminal.say(
      `${path} is not on the server; ${flags.prune === true ? 'removed' : 'remove it with --prune'}\n`,
    )
  for (const path of await documentsElsewhere(api, agentId, root))
    terminal.say(`${path} is not written: the server keeps no documents; put it there yourself\n`)
  return exitCodes.fine
}

const push = async ({ terminal, api, flags, positionals }: Call): Promise<number> => {
  const root = resolve(terminal.folder, directoryIn(positionals))
  const files = await readDirectory(root)
  const kept =
    flags.create === true
      ? await api.post('/agents/import', { files })
      : await api.post(`/agents/${idOf(await pushedTo(api, flags))}/import`, { files })
  const uploaded = await uploadKnowledge(api, idOf(kept), root, files)
  if (uploaded > 0) await untilRead(terminal, api, idOf(kept))
  if (flags.json === true) terminal.say(`${JSON.stringify(kept)}\n`)
  else {
    for (const warning of listOf(kept['warnings'])) terminal.complain(`warning  ${faultLine(warning)}\n`)
    terminal.say(`The draft of ${String(kept['name'])} (${idOf(kept)}) is what the directory says.\n`)
    if (uploaded > 0)
      terminal.say(
        `The server has read ${uploaded} ${uploaded === 1 ? 'document' : 'documents'} of its knowledge.\n`,
      )
    const namesakes = flags.create === true ? await namesakesOf(api, kept) : 0
    if (namesakes > 0)
      terminal.complain(
        `warning  ${namesakes + 1} agents have this name now; the next push goes to this one with --agent ${idOf(kept)}\n`,
      )
  }
  return exitCodes.fine
}

const namesakesOf = async (api: ManagementApi, kept: JsonBody): Promise<number> =>
  (await allAgents(api)).filter(({ name }) => name === kept['name']).length - 1

/** Never guessed: a push replaces the draft that is there. */
const pushedTo = async (api: ManagementApi, { agent }: Call['flags']): Promise<JsonBody> => {
  if (agent !== undefined) return await findAgent(api, agent)
  const known = (await allAgents(api)).map(({ name }) => `  --agent ${JSON.stringify(name)}`)
  throw new CommandFault(['Say where to: --create for a new agent, or one of', ...known].join('\n'))
}

const test = async ({ terminal, api, flags, positionals }: Call): Promise<number> => {
  const agentId = idOf(await findAgent(api, agentIn(flags.agent, positionals)))
  const version = wholeNumber('version', flags.version) ?? 0
  const report = await api.post(`/agents/${agentId}/test`, {
    version,
    ...(flags.only === undefined ? {} : { only: flags.only }),
    ...(flags.live === true ? { live: true } : {}),
  })
  terminal.say(flags.json === true ? `${JSON.stringify(report)}\n` : String(report['text']))
  return report['passed'] === true ? exitCodes.fine : exitCodes.failed
}

const diff = async ({ terminal, api, flags, positionals }: Call): Promise<number> => {
  const agentId = idOf(await findAgent(api, agentIn(flags.agent, positionals)))
  const query = new URLSearchParams()
  for (const name of ['from', 'to'] as const) {
    const version = wholeNumber(name, flags[name])
    if (version !== undefined) query.set(name, String(version))
  }
  const { changes } = await api.get(`/agents/${agentId}/diff?${query}`)
  if (flags.json === true) terminal.say(`${JSON.stringify(changes)}\n`)
  else terminal.say(changesText(listOf(changes)))
  return exitCodes.fine
}

const changesText = (changes: readonly JsonBody[]): string => {
  if (changes.length === 0) return 'Nothing is otherwise.\n'
  const line = (sign: string, path: unknown, value: unknown): string =>
    `${sign} ${String(path)}  ${shortened(JSON.stringify(value))}\n`
  return changes
    .map(({ path, change, before, after }) => {
      if (change === 'added') return line('+', path, after)
      return change === 'removed' ? line('-', path, before) : line('-', path, before) + line('+', path, after)
    })
    .join('')
}

const valueLengthMax = 300

/** A workflow that is new is one value. */
const shortened = (text: string): string =>
  text.length <= valueLengthMax ? text : `${text.slice(0, valueLengthMax)} ... (--json has all of it)`

const publish = async ({ terminal, api, flags, positionals }: Call): Promise<number> => {
  const agentId = idOf(await findAgent(api, agentIn(flags.agent, positionals)))
  const last = wholeNumber('last', flags.last)
  const impact = await watchReplay(terminal, api, agentId, last === undefined ? {} : { last })
  if (flags.json !== true) terminal.say(printReplay(impact))
  if (flags.yes !== true) {
    if (flags.json === true) terminal.say(`${JSON.stringify({ impact })}\n`)
    else terminal.say('Nothing is published yet; add --yes to publish.\n')
    return exitCodes.fine
  }
  const published = await api.post(`/agents/${agentId}/publish`, {})
  if (flags.json === true) terminal.say(`${JSON.stringify({ impact, ...published })}\n`)
  else {
    for (const warning of listOf(published['warnings'])) terminal.complain(`warning  ${faultLine(warning)}\n`)
    terminal.say(`Published as version ${String(published['version'])}.\n`)
    if (!(await isUsed(api, agentId)))
      terminal.say(
        `No environment talks with it yet: PATCH /api/v1/environments/ID {"agent_id": "${agentId}"} lets one.\n`,
      )
  }
  return exitCodes.fine
}

const isUsed = async (api: ManagementApi, agentId: string): Promise<boolean> => {
  const { items, next } = await api.get('/environments?limit=200')
  return next !== null || listOf(items).some((environment) => environment['agent_id'] === agentId)
}

const verbs: Readonly<Record<string, (call: Call) => Promise<number>>> = {
  list,
  pull,
  push,
  test,
  diff,
  publish,
}

const directoryIn = ([directory]: readonly string[]): string => {
  if (directory === undefined) throw new CommandFault('Name the directory of the agent.')
  return directory
}

const agentIn = (flag: string | undefined, [positional]: readonly string[]): string | undefined =>
  flag ?? positional

const idOf = (agent: JsonBody): string => String(agent['agent_id'])
