import { writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Command, CommandFault, exitCodes } from './command.ts'
import { managementApi } from './management-api.ts'
import { readArguments, serverOptions, serverUsage } from './read-arguments.ts'

export const asTest: Command = {
  summary: 'turn a real conversation into a conversation test',
  usage: `Usage: dragoman as-test SESSION_ID [options]

Writes a file for the tests/ of an agent. It holds the words and the context of a real person: read it before you
commit it.

  --out FILE          where to write it; to the terminal without it
${serverUsage}`,
  run: async (args, terminal) => {
    const { values, positionals } = readArguments(args, {
      ...serverOptions,
      out: { type: 'string' },
      json: { type: 'boolean' },
    })
    const [sessionId] = positionals
    if (sessionId === undefined)
      throw new CommandFault('Name the session, as in dragoman as-test SESSION_ID.')
    const api = await managementApi(terminal, values)
    const { test, yaml } = await api.get(`/sessions/${encodeURIComponent(sessionId)}/as-test`)
    const text = values.json === true ? `${JSON.stringify(test)}\n` : String(yaml)
    if (values.out === undefined) terminal.say(text)
    else {
      await writeFile(resolve(terminal.folder, values.out), text)
      terminal.say(`Written to ${values.out}; it holds the words of a real person.\n`)
    }
    return exitCodes.fine
  },
}
