import { agents } from './agents.ts'
import { asTest } from './as-test.ts'
import { type Command, CommandFault, exitCodes, type Terminal } from './command.ts'
import { replay } from './replay.ts'
import { test } from './test.ts'

const commands: Readonly<Record<string, Command>> = { test, replay, agents, 'as-test': asTest }

/** Finds the command and runs it. Ends with 0 when all is well, 1 when a test failed, 2 when it could not be done. */
export const runCommandLine = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const [name, ...rest] = args
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    terminal.say(usage)
    return name === undefined ? exitCodes.unusable : exitCodes.fine
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (!command) {
    terminal.complain(`There is no command ${name}.\n\n${usage}`)
    return exitCodes.unusable
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.say(command.usage)
    return exitCodes.fine
  }
  try {
    return await command.run(rest, terminal)
  } catch (error) {
    if (!(error instanceof CommandFault)) throw error
    terminal.complain(`${error.message}\n`)
    return exitCodes.unusable
  }
}

const usage = `Usage: dragoman COMMAND [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  .join('\n')}

dragoman COMMAND --help tells more of one.
`
