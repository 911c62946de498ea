import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { type TestContext, test } from 'node:test'
import { createDnsResolver, type ResolveHost, resolveLikeSystem } from '../../src/outside/resolve-host.ts'

type Records = Readonly<
  Record<string, { readonly ipv4?: readonly number[][]; readonly ipv6?: readonly number[][] }>
>

/** A name server on loopback that knows these names and says "no such name" to the rest. */
const resolverOf = async (t: TestContext, records: Records): Promise<ResolveHost> => {
  const socket = createSocket('udp4')
  socket.on('message', (query, peer) => socket.send(answerTo(query, records), peer.port, peer.address))
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  t.after(() => socket.close())
  return createDnsResolver([`127.0.0.1:${socket.address().port}`])
}

const typeA = 1
const typeAaaa = 28

const answerTo = (query: Buffer, records: Records): Buffer => {
  const labels: string[] = []
  let at = 12
  for (let length = query.readUInt8(at); length > 0; length = query.readUInt8(at)) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const type = query.readUInt16BE(at + 1)
  const question = query.subarray(12, at + 5)
  const known = records[labels.join('.').toLowerCase()]
  const addresses = (type === typeA ? known?.ipv4 : type === typeAaaa ? known?.ipv6 : undefined) ?? []
  const head = Buffer.from(query.subarray(0, 12))
  head.writeUInt16BE(known === undefined ? 0x8183 : 0x8180, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(addresses.length, 6)
  head.writeUInt32BE(0, 8)
  const answers = addresses.map((bytes) =>
    Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, bytes.length, ...bytes]),
  )
  return Buffer.concat([head, question, ...answers])
}

const ipv6 = [0x26, 0x06, 0x47, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]

test('a name is resolved to all its addresses of both families', async (t) => {
  const resolve = await resolverOf(t, {
    'both.example.com': {
      ipv4: [
        [8, 8, 8, 8],
        [10, 0, 0, 1],
      ],
      ipv6: [ipv6],
    },
  })
  assert.deepEqual(await resolve('both.example.com'), [
    { address: '8.8.8.8', family: 4 },
    { address: '10.0.0.1', family: 4 },
    { address: '2606:4700::1', family: 6 },
  ])
})

test('a name of one family is enough', async (t) => {
  const resolve = await resolverOf(t, {
    'four.example.com': { ipv4: [[8, 8, 8, 8]] },
    'six.example.com': { ipv6: [ipv6] },
  })
  assert.deepEqual(await resolve('four.example.com'), [{ address: '8.8.8.8', family: 4 }])
  assert.deepEqual(await resolve('six.example.com'), [{ address: '2606:4700::1', family: 6 }])
})

test('a name that does not exist, or has no address, is an error with its code', async (t) => {
  const resolve = await resolverOf(t, { 'empty.example.com': {} })
  await assert.rejects(resolve('nowhere.example.com'), { code: 'ENOTFOUND' })
  await assert.rejects(resolve('empty.example.com'), { code: 'ENODATA' })
})

test('the machine’s own resolver knows the local names', async () => {
  const addresses = await resolveLikeSystem('localhost')
  assert.ok(addresses.some(({ address }) => address === '127.0.0.1' || address === '::1'))
})
