import type { ModelAsk, ToolAsk } from '../brain/turn-types.ts'
import type { Perform } from './answer-asks.ts'
import { createCheckedFetch } from './checked-fetch.ts'
import type { ResolveHost } from './resolve-host.ts'

export interface ModelPerformers {
  readonly model: Perform<ModelAsk>
  readonly tool: Perform<ToolAsk>
  readonly close: () => Promise<void>
}

/**
 * Models and the tools of MCP servers. Their libraries take half a second and 55 MB to load, so that is done when an
 * agent first asks for one.
 */
export const createModelPerformers = (settings: {
  readonly secrets: ReadonlyMap<string, string>
  readonly allowPrivate: boolean
  readonly resolve?: ResolveHost
}): ModelPerformers => {
  const models = createCheckedFetch({ ...settings, answerBytesMax: modelAnswerBytesMax })
  const tools = createCheckedFetch({ ...settings, answerBytesMax: toolAnswerBytesMax })
  const load = once(async () => {
    const [{ createModelAsker }, { createMcpCaller }] = await Promise.all([
      import('./ask-model.ts'),
      import('./call-mcp-tool.ts'),
    ])
    const mcp = createMcpCaller({ secrets: settings.secrets, fetch: tools.fetch })
    const ask = createModelAsker({
      secrets: settings.secrets,
      fetch: models.fetch,
      describeTools: mcp.describe,
    })
    return { ask, call: mcp.call }
  })
  return {
    model: async (ask, circumstances) => (await load()).ask(ask, circumstances),
    tool: async (ask, circumstances) => (await load()).call(ask, circumstances),
    close: async () => {
      await Promise.all([models.close(), tools.close()])
    },
  }
}

const modelAnswerBytesMax = 1024 * 1024
const toolAnswerBytesMax = 256 * 1024

const once = <Result>(make: () => Promise<Result>): (() => Promise<Result>) => {
  let made: Promise<Result> | undefined
  return () => {
    made ??= make()
    return made
  }
}
