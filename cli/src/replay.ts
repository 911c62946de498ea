import { type Command, CommandFault, exitCodes, type Terminal } from './command.ts'
import { findAgent } from './find-agent.ts'
import { type JsonBody, type ManagementApi, managementApi, recordOf } from './management-api.ts'
import { printReplay } from './print-replay.ts'
import { readArguments, serverOptions, serverUsage, wholeNumber } from './read-arguments.ts'

export const replay: Command = {
  summary: 'think real conversations again by a draft, and tell what changes',
  usage: `Usage: dragoman replay [AGENT] [options]

Runs the last real conversations of an agent (its id or name) against its draft, with everything outside frozen to what
was recorded: nothing is sent and nobody is asked.

  --version N         a published version instead of the draft
  --last N            conversations, newest first; 100 without it
  --session ID        this conversation; may be repeated
  --threaded          from the replayed agent's own state instead of the recorded one
  --fail-on-change    end with 1 when anything changed
${serverUsage}`,
  run: async (args, terminal) => {
    const { values, positionals } = readArguments(args, {
      ...serverOptions,
      version: { type: 'string' },
      last: { type: 'string' },
      session: { type: 'string', multiple: true },
      threaded: { type: 'boolean' },
      'fail-on-change': { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const api = await managementApi(terminal, values)
    const agent = await findAgent(api, positionals[0])
    const version = wholeNumber('version', values.version)
    const last = wholeNumber('last', values.last)
    const report = await watchReplay(terminal, api, String(agent['agent_id']), {
      ...(version === undefined ? {} : { version }),
      ...(last === undefined ? {} : { last }),
      ...(values.session === undefined ? {} : { sessions: values.session }),
      ...(values.threaded === true ? { mode: 'threaded' } : {}),
    })
    terminal.say(values.json === true ? `${JSON.stringify(report)}\n` : printReplay(report))
    const isChanged = recordOf(report['totals'])['turns_changed'] !== 0
    return values['fail-on-change'] === true && isChanged ? exitCodes.failed : exitCodes.fine
  },
}

export const watchReplay = async (
  terminal: Terminal,
  api: ManagementApi,
  agentId: string,
  wish: object,
): Promise<JsonBody> => {
  let report: JsonBody | undefined
  await api.postForLines(`/agents/${agentId}/replay`, wish, (line) => {
    const { progress, error } = line
    if (error !== undefined) throw new CommandFault(String(recordOf(error)['error_message']))
    if (line['report'] !== undefined) report = recordOf(line['report'])
    const { done, total } = recordOf(progress)
    if (terminal.isWatched && done !== undefined)
      terminal.complain(`\r${String(done)} of ${String(total)} conversations${done === total ? '\n' : ''}`)
  })
  if (!report) throw new CommandFault('The server broke off the replay; its log tells why.')
  return report
}
