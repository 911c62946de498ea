import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js'
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js'
import * as z from 'zod'

/** A real MCP server with a few tools of a shop. */
export interface ToolServer {
  readonly url: string
  readonly requests: readonly {
    readonly method: string
    readonly headers: IncomingHttpHeaders
    readonly rpc: string
  }[]
}

export const toolServer = async (t: TestContext): Promise<ToolServer> => {
  const requests: ToolServer['requests'][number][] = []
  const server = createServer((request, response) => {
    let text = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (text += chunk))
    request.on('end', async () => {
      const rpc: unknown = text === '' ? {} : JSON.parse(text)
      const method = (rpc as { method?: string }).method ?? ''
      requests.push({ method: request.method ?? '', headers: request.headers, rpc: method })
      if (request.headers.authorization === 'Bearer wrong') {
        response.writeHead(401).end()
        return
      }
      const shop = shopTools()
      const transport = new StreamableHTTPServerTransport({})
      response.on('close', () => void shop.close())
      // The SDK's own types differ in what may be undefined.
      await shop.connect(transport as Parameters<typeof shop.connect>[0])
      await transport.handleRequest(request, response, text === '' ? undefined : rpc)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`, requests }
}

const shopTools = (): McpServer => {
  const server = new McpServer({ name: 'shop', version: '1.0.0' })
  const inputSchema = { order: z.string() }
  server.registerTool(
    'find_order',
    { description: 'Finds an order', inputSchema, outputSchema: { state: z.string(), boxes: z.number() } },
    async () => {
      const structuredContent = { state: 'packed', boxes: 3 }
      return { content: [{ type: 'text', text: JSON.stringify(structuredContent) }], structuredContent }
    },
  )
  server.registerTool('say', { description: 'Says it', inputSchema }, async ({ order }) => ({
    content: [
      { type: 'text', text: `Order ${order}` },
      { type: 'text', text: 'is packed' },
    ],
  }))
  server.registerTool('fail', { inputSchema }, async () => ({
    isError: true,
    content: [{ type: 'text', text: 'no such order' }],
  }))
  server.registerTool('flood', { inputSchema }, async () => ({
    content: [{ type: 'text', text: 'x'.repeat(300 * 1024) }],
  }))
  server.registerTool(
    'wide',
    { inputSchema: { order: z.string().describe('x'.repeat(20_000)) } },
    async () => ({
      content: [],
    }),
  )
  server.registerTool('sleep', { inputSchema }, () => new Promise(() => {}))
  server.registerTool('delete_all', { description: 'Deletes all', inputSchema }, async () => ({
    content: [],
  }))
  return server
}
