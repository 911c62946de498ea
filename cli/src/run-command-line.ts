import packageJson from '../package.json' with { type: 'json' }
import { agents } from './agents.ts'
import { asTest } from './as-test.ts'
import { type Command, CommandFault, exitCodes, type Terminal } from './command.ts'
import { plainText } from './plain-text.ts'
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
  if (name === '--version') {
    terminal.say(`${packageJson.version}\n`)
    return exitCodes.fine
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
    return await command.run(rest, { ...terminal, say: (text) => terminal.say(plainText(text)) })
  } catch (error) {
    const sentence = sentenceOf(error)
    if (sentence === undefined) throw error
    terminal.complain(`${plainText(sentence)}\n`)
    return exitCodes.unusable
  }
}

/** Of a fault that is ours or the system's: a folder that cannot be written, a connection that broke. Else of a bug. */
const sentenceOf = (error: unknown): string | undefined => {
  if (error instanceof CommandFault) return error.message
  if (!(error instanceof Error)) return undefined
  if ('syscall' in error) return error.message
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? `${error.message}: ${cause.message}` : undefined
}

const usage = `Usage: dragoman COMMAND [options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(9)} ${summary}`)
  .join('\n')}

dragoman COMMAND --help tells more of one; dragoman --version tells which this is.
`
