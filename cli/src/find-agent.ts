import { CommandFault } from './command.ts'
import { type JsonBody, listOf, type ManagementApi } from './management-api.ts'

/** The agent of that id or name; without either the only one there is. */
export const findAgent = async (api: ManagementApi, wanted: string | undefined): Promise<JsonBody> => {
  const all = await allAgents(api)
  const found = wanted === undefined ? all : all.filter((agent) => matches(agent, wanted))
  const [agent, another] = found
  if (agent && !another) return agent
  const names = all.map(({ agent_id: id, name }) => `  ${String(id)}  ${String(name)}`).join('\n')
  if (all.length === 0)
    throw new CommandFault('The server has no agent. Make one with dragoman agents push DIRECTORY --create.')
  if (wanted === undefined) throw new CommandFault(`Name one of the agents:\n${names}`)
  const problem = another
    ? `Several agents are called ${wanted}; name one by its id`
    : `There is no agent ${wanted}`
  throw new CommandFault(`${problem}:\n${names}`)
}

const matches = ({ agent_id: id, name }: JsonBody, wanted: string): boolean =>
  id === wanted.toLowerCase() || name === wanted

const pagesMax = 100

export const allAgents = async (api: ManagementApi): Promise<readonly JsonBody[]> => {
  const agents: JsonBody[] = []
  let after = ''
  for (let page = 0; page < pagesMax; page++) {
    const { items, next } = await api.get(`/agents?limit=200${after}`)
    agents.push(...listOf(items))
    if (typeof next !== 'string') break
    after = `&after=${next}`
  }
  return agents
}
