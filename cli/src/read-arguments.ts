import { type ParseArgsConfig, parseArgs } from 'node:util'
import { CommandFault } from './command.ts'

/** Node's own parser, its faults said as ours. No command takes more than one name. */
export const readArguments = <Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) => {
  const read = parsed(args, options)
  const [, surplus] = read.positionals
  if (surplus !== undefined)
    throw new CommandFault(`${surplus} is one name too many; put a name with spaces in quotes.`)
  return read
}

const parsed = <Options extends NonNullable<ParseArgsConfig['options']>>(
  args: readonly string[],
  options: Options,
) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true })
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    throw new CommandFault(
      `${said.replace(/\. To specify a positional .*/s, '')}. --help tells what there is.`,
    )
  }
}

/** How to reach the server; of every command that does. */
export const serverOptions = { url: { type: 'string' }, token: { type: 'string' } } as const

export const serverUsage = `  --url URL           the server; DRAGOMAN_URL, or http://127.0.0.1:4000
  --token TOKEN       the management token; DRAGOMAN_ADMIN_TOKEN, or that of .dragoman/ here or above
  --json              the answer as JSON
`

export const wholeNumber = (name: string, written: string | undefined): number | undefined => {
  if (written === undefined) return undefined
  if (!/^\d{1,9}$/.test(written)) throw new CommandFault(`--${name} is ${written}; give a whole number.`)
  return Number(written)
}
