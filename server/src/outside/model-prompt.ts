import { type JSONValue, jsonSchema, type ModelMessage as SdkMessage, type ToolSet, tool } from 'ai'
import type { ModelMessage, ModelTool } from '../brain/turn-types.ts'
import type { Json, JsonObject } from '../domain/json.ts'

/** The brain's messages and tools as the AI SDK takes them. */

/** What an MCP server says of a tool. */
export interface ToolDescription {
  readonly description: string
  readonly parameters: JsonObject
}

export interface OfferedTools {
  readonly set: ToolSet
  /** What the wire allows in a name is less than what the document does. */
  readonly byWireName: ReadonlyMap<string, string>
}

const wireNameLengthMax = 64

export const offeredTools = async (
  wanted: readonly ModelTool[],
  /** Asked only when a tool of an MCP server is among them. */
  describe: () => Promise<ReadonlyMap<string, ToolDescription>> | undefined,
): Promise<OfferedTools> => {
  const isServerTool = ({ name, parameters }: ModelTool): boolean =>
    name.startsWith('mcp.') && parameters === undefined
  const described = wanted.some(isServerTool) ? await describe() : undefined
  const set: ToolSet = {}
  const byWireName = new Map<string, string>()
  for (const one of wanted) {
    const known = isServerTool(one) ? described?.get(one.name) : undefined
    // A tool that its server does not offer now is not offered to the model either.
    if (isServerTool(one) && known === undefined) continue
    const name = wireName(one.name, byWireName)
    byWireName.set(name, one.name)
    const parameters = known?.parameters ?? one.parameters ?? { type: 'object', properties: {} }
    set[name] = tool({
      description: known?.description ?? one.description,
      inputSchema: jsonSchema(mutable(parameters)),
    })
  }
  return { set, byWireName }
}

const wireName = (name: string, taken: ReadonlyMap<string, string>): string => {
  const plain = name.replace(/[^A-Za-z0-9_-]/g, '_').slice(0, wireNameLengthMax)
  if (!taken.has(plain)) return plain
  return `${plain.slice(0, wireNameLengthMax - 3)}_${taken.size}`
}

/** The SDK's JSON Schema is a type that we cannot write; it is JSON all the same. */
export const mutable = (schema: JsonObject): Parameters<typeof jsonSchema>[0] =>
  JSON.parse(JSON.stringify(schema))

export const sdkMessage = (message: ModelMessage, tools: OfferedTools): SdkMessage => {
  const nameOnWire = (name: string): string =>
    [...tools.byWireName].find(([, own]) => own === name)?.[0] ?? wireName(name, new Map())
  switch (message.role) {
    case 'user':
      return { role: 'user', content: message.text }
    case 'assistant':
      return {
        role: 'assistant',
        content: [
          ...(message.text === '' ? [] : [{ type: 'text' as const, text: message.text }]),
          ...(message.toolCalls ?? []).map((call) => ({
            type: 'tool-call' as const,
            toolCallId: call.callId,
            toolName: nameOnWire(call.tool),
            input: call.arguments,
          })),
        ],
      }
    case 'tool':
      return {
        role: 'tool',
        content: [
          {
            type: 'tool-result',
            toolCallId: message.callId,
            toolName: nameOnWire(message.tool),
            output:
              typeof message.result === 'string'
                ? { type: 'text', value: message.result }
                : { type: 'json', value: jsonValue(message.result) },
          },
        ],
      }
  }
}

const jsonValue = (value: Json): JSONValue => JSON.parse(JSON.stringify(value))
