import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type AddressList,
  clientAddress,
  isAllowed,
  isPublicAddress,
  parseAllowList,
} from '../../src/domain/address.ts'

const listOf = (...entries: string[]): AddressList => {
  const outcome = parseAllowList(entries)
  assert.ok(outcome.ok, outcome.ok ? '' : outcome.error)
  return outcome.list
}

test('an empty allow list allows every address', () => {
  assert.equal(isAllowed(listOf(), '203.0.113.7'), true)
  assert.equal(isAllowed(listOf(), 'unknown'), true)
})

test('an allow list admits what it names, in every spelling, and nothing else', () => {
  const table: [entry: string, inside: string[], outside: string[]][] = [
    [
      '203.0.113.7',
      ['203.0.113.7', '::ffff:203.0.113.7', '::ffff:cb00:7107'],
      ['203.0.113.8', '::203.0.113.7'],
    ],
    ['10.0.0.0/8', ['10.255.0.1', '::ffff:10.1.2.3'], ['11.0.0.1', '010.0.0.1', '10.1', 'a.b', '']],
    ['10.1.2.3/8', ['10.200.0.1'], ['11.0.0.1']],
    ['::ffff:10.0.0.0/104', ['10.9.9.9', '::ffff:10.9.9.9'], ['11.0.0.1']],
    ['2001:db8::/32', ['2001:DB8:0:0::1', '2001:db8:ffff::'], ['2001:db9::1', '32.1.13.184', '203.0.113.7']],
    ['::1', ['0:0:0:0:0:0:0:1'], ['127.0.0.1', '::2']],
    ['0.0.0.0/0', ['8.8.8.8', '::ffff:8.8.8.8'], ['2001:db8::1', 'unknown']],
    ['::/0', ['2001:db8::1'], ['8.8.8.8']],
  ]
  for (const [entry, inside, outside] of table) {
    for (const address of inside)
      assert.equal(isAllowed(listOf(entry), address), true, `${address} in ${entry}`)
    for (const address of outside)
      assert.equal(isAllowed(listOf(entry), address), false, `${address} in ${entry}`)
  }
})

test('a wrong allow list entry is named together with the right spelling', () => {
  const wrong = [
    '10.0.0.0/33',
    '10.0.0/8',
    '010.0.0.1',
    '0x7f.0.0.1',
    '2130706433',
    '::1/129',
    '::ffff:10.0.0.0/90',
    '::ffff:010.0.0.1',
    '10.0.0.0/8/8',
  ]
  for (const entry of [
    ...wrong,
    '10.0.0.0/',
    '10.0.0.0/08',
    'example.com',
    ' 10.0.0.1',
    '',
    'fe80::1%eth0',
  ]) {
    const outcome = parseAllowList(['192.0.2.1', entry])
    assert.equal(outcome.ok, false, entry)
    assert.ok(
      !outcome.ok && outcome.error.startsWith(JSON.stringify(entry)) && outcome.error.includes('CIDR'),
    )
  }
})

test('ordinary addresses of the internet may be called', () => {
  const addresses = [
    '8.8.8.8',
    '1.1.1.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.0.1',
    '172.32.0.1',
    '223.255.255.254',
  ]
  const ipv6 = [
    '2606:4700:4700::1111',
    '2a00:1450:4001:81b::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '64:ff9b::808:808',
  ]
  for (const address of [...addresses, ...ipv6]) assert.equal(isPublicAddress(address), true, address)
})

test('private, local, metadata, reserved and disguised addresses may not be called', () => {
  const groups: Record<string, string[]> = {
    private: ['10.0.0.1', '172.16.0.1', '172.31.255.255', '192.168.1.1'],
    loopback: ['127.0.0.1', '127.255.255.254', '::1'],
    unspecified: ['0.0.0.0', '0.1.2.3', '::'],
    linkLocal: ['169.254.0.1', 'fe80::1', 'febf::1', 'fe80::1%eth0', 'fec0::1'],
    metadata: ['169.254.169.254', 'fd00:ec2::254', '168.63.129.16', '100.100.100.200', '192.0.0.192'],
    uniqueLocal: ['fc00::1', 'fdff::1'],
    carrierNat: ['100.64.0.1', '100.127.255.255'],
    multicast: ['224.0.0.1', '239.255.255.255', 'ff02::1'],
    reserved: [
      '240.0.0.1',
      '255.255.255.255',
      '198.18.0.1',
      '192.88.99.1',
      '192.0.0.8',
      '4000::1',
      'e000::1',
    ],
    documentation: ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1'],
    mapped: ['::ffff:127.0.0.1', '::ffff:7f00:1', '::ffff:10.0.0.1', '0:0:0:0:0:ffff:a9fe:a9fe'],
    compatible: ['::127.0.0.1', '::7f00:1', '::8.8.8.8'],
    translated: ['64:ff9b::127.0.0.1', '64:ff9b::a9fe:a9fe', '64:ff9b:1::1', '::ffff:0:127.0.0.1'],
    tunnels: ['2002:7f00:1::', '2002:a00:1::1', '2001:0:7f00:1::', '2001::1'],
    otherSpecial: ['100::1', '2001:2::1', '2001:10::1', '2001:20::1', '5f00::1', '2620:4f:8000::1'],
    noAddress: [
      '',
      'localhost',
      '0177.0.0.1',
      '::ffff:010.8.8.8',
      '::ffff:8.8.8.09',
      '64:ff9b::0x8.8.8.8',
      '0x7f000001',
      '2130706433',
      '127.1',
      '1.2.3.4.5',
      '2606:4700::1%x',
    ],
  }
  for (const [group, addresses] of Object.entries(groups))
    for (const address of addresses) assert.equal(isPublicAddress(address), false, `${group}: ${address}`)
})

test('the client of a request is the peer unless the peer is a trusted proxy', () => {
  assert.equal(clientAddress('198.51.100.1', '10.0.0.1', listOf()), '198.51.100.1')
  assert.equal(clientAddress('198.51.100.1', '10.0.0.1', listOf('10.0.0.0/8')), '198.51.100.1')
  assert.equal(clientAddress('::ffff:198.51.100.1', undefined, listOf()), '198.51.100.1')
})

test('behind trusted proxies the client is the rightmost hop that is not one of them', () => {
  const proxies = listOf('10.0.0.0/8', '2001:db8::/32')
  const table: [forwardedFor: string | undefined, client: string][] = [
    ['198.51.100.1', '198.51.100.1'],
    ['192.0.2.9, 198.51.100.1', '198.51.100.1'],
    ['192.0.2.9, 198.51.100.1, 10.0.0.3, 2001:db8::3', '198.51.100.1'],
    ['10.0.0.7', '10.0.0.7'],
    [undefined, '10.0.0.2'],
    ['198.51.100.1:4711', '198.51.100.1'],
    ['[2001:db9::1]:4711', '2001:db9::1'],
    ['2001:db9::1', '2001:db9::1'],
    ['::ffff:198.51.100.1', '198.51.100.1'],
  ]
  for (const [forwardedFor, client] of table)
    assert.equal(clientAddress('10.0.0.2', forwardedFor, proxies), client, forwardedFor)
})

test('a hop that is no address makes the client unknown, which no allow list contains', () => {
  const proxies = listOf('10.0.0.0/8')
  for (const hop of ['unknown', '', '_hidden', '10.0.0.1, ', 'x'.repeat(5000), '010.0.0.1']) {
    const client = clientAddress('10.0.0.2', hop, proxies)
    assert.equal(client, 'unknown', hop)
    assert.equal(isAllowed(listOf('0.0.0.0/0', '::/0'), client), false)
  }
})
