import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { isSigned } from '@dragoman/sdk'

/**
 * The shop's own system, as the agent beside it calls it: who is writing, where is an order, what is in stock, and a
 * label for a return. What the shared secret does not sign is refused before it is read as anything.
 *
 *     SHOP_ORDERS=a-secret node examples/agents/shop/orders-webhook.ts
 *
 * Dragoman knows the same secret as DRAGOMAN_SECRET_SHOP_ORDERS. LL-10017 answers later than the agent waits.
 */
const secret = process.env['SHOP_ORDERS'] ?? ''
const port = Number(process.env['PORT'] ?? 4600)

const server = createServer(async (request, response) => {
  const body = await text(request)
  const send = (status: number, answer: object): void => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }
  if (!(await isSigned(body, request.headers, secret)))
    return send(401, { error: 'X-Moveo-Signature does not match' })
  const answer = answers[request.url ?? '']
  if (!answer) return send(404, { error: `there is nothing at ${request.url}` })
  send(200, { context: await answer(JSON.parse(body)) })
})

/** What of the agent's request this system reads. */
interface Call {
  readonly context: {
    readonly user?: { readonly email?: string }
    readonly order?: { readonly number?: string }
    readonly wish?: { readonly product?: string }
    readonly return?: { readonly order?: string }
  }
}

/** What each path answers goes into the conversation's context. */
const answers: Readonly<Record<string, (call: Call) => object | Promise<object>>> = {
  '/customer': ({ context }) => {
    const lastOrder = customers[context.user?.email ?? '']
    return lastOrder === undefined ? {} : { customer: { last_order: lastOrder } }
  },
  '/orders': async ({ context }) => {
    const { answersAfterMs = 0, ...order } = orders[`LL-${context.order?.number}`] ?? { status: 'unknown' }
    await pause(answersAfterMs)
    return { order }
  },
  '/stock': ({ context }) => ({ wish: stock[context.wish?.product ?? ''] ?? {} }),
  '/returns': ({ context }) => {
    const number = context.return?.order
    const order = orders[`LL-${number}`]
    if (order?.status !== 'delivered') return { return: { outcome: 'unknown' } }
    const days = Math.floor((Date.now() - Date.parse(order.arrived)) / dayMs)
    return days > returnDays
      ? { return: { outcome: 'too_late', days } }
      : { return: { outcome: 'accepted', label: `RT-${number}` } }
  },
}

const dayMs = 24 * 60 * 60 * 1000
const returnDays = 30
const dayFromNow = (days: number): string => new Date(Date.now() + days * dayMs).toISOString().slice(0, 10)

interface Sent {
  readonly answersAfterMs?: number
}

type Order =
  | (Sent & { readonly status: 'processing' | 'unknown' })
  | (Sent & { readonly status: 'delivered'; readonly arrived: string })
  | (Sent & {
      readonly status: 'shipped'
      readonly carrier: string
      readonly arrives: string
      readonly tracking_url: string
    })

const orders: Readonly<Record<string, Order>> = {
  'LL-10012': {
    status: 'shipped',
    carrier: 'Parcel Post',
    arrives: dayFromNow(2),
    tracking_url: 'https://parcel.example/7731',
  },
  'LL-10013': { status: 'processing' },
  'LL-10014': { status: 'delivered', arrived: dayFromNow(-3) },
  'LL-10015': { status: 'delivered', arrived: dayFromNow(-60) },
  'LL-10017': { status: 'processing', answersAfterMs: 4_000 },
}

const customers: Readonly<Record<string, string>> = { 'ada@example.com': 'LL-10012' }

const stock: Readonly<Record<string, object>> = {
  Aurora: { price: 79, stock: 12 },
  Tide: { price: 189, stock: 3 },
  Pebble: { price: 29, stock: 0, back_on: dayFromNow(9) },
  Fable: { price: 24, stock: 240 },
}

if (secret === '') {
  process.stderr.write('Set SHOP_ORDERS to the secret that Dragoman knows as DRAGOMAN_SECRET_SHOP_ORDERS.\n')
  process.exitCode = 1
} else
  server.listen(port, '127.0.0.1', () => {
    process.stdout.write(`The shop listens on http://127.0.0.1:${(server.address() as AddressInfo).port}\n`)
  })
