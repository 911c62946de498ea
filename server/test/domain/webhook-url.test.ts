import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkWebhookUrl, webhookUrlLengthMax } from '../../src/domain/webhook-url.ts'

const production = { allowPrivate: false }
const development = { allowPrivate: true }

const reasonFor = (text: string, policy: { allowPrivate: boolean }): string => {
  const outcome = checkWebhookUrl(text, policy)
  return outcome.ok ? 'taken' : outcome.reason
}

test('a public https URL is taken and given back in its plain spelling', () => {
  const table: [text: string, url: string][] = [
    ['https://example.com', 'https://example.com/'],
    ['HTTPS://Example.COM:443/Hook?a=1&b', 'https://example.com/Hook?a=1&b'],
    ['https://example.com:8443/ä', 'https://example.com:8443/%C3%A4'],
    ['https://8.8.8.8/hook', 'https://8.8.8.8/hook'],
    ['https://134744072/hook', 'https://8.8.8.8/hook'],
    ['https://[2606:4700:4700::1111]/hook', 'https://[2606:4700:4700::1111]/hook'],
    ['https://localhost.example.com/', 'https://localhost.example.com/'],
  ]
  for (const [text, url] of table) assert.deepEqual(checkWebhookUrl(text, production), { ok: true, url })
})

test('where private targets are allowed, http and local hosts are taken', () => {
  for (const text of [
    'http://localhost:3000/hook',
    'http://10.0.0.5/',
    'http://[::1]:1/',
    'http://receiver:3000/',
    'https://192.168.0.1/',
  ])
    assert.equal(reasonFor(text, development), 'taken', text)
})

test('where they are not, plain http is refused with the cure', () => {
  for (const text of ['http://example.com/', 'http://8.8.8.8/', 'http://notlocalhost/'])
    assert.match(reasonFor(text, production), /must begin with https:\/\//, text)
})

test('a private address is refused in every spelling', () => {
  const hosts = [
    'localhost',
    'LOCALHOST',
    'localhost.',
    'a.localhost',
    '127.0.0.1',
    '127.1',
    '2130706433',
    '0x7f000001',
  ]
  const octal = [
    '0177.0.0.1',
    '0x7f.0.0.1',
    '017700000001',
    '0300.0250.1',
    '①②⑦.0.0.1',
    '127.0.0.1.',
    '0',
    '%31%32%37.0.0.1',
  ]
  const ipv6 = [
    '[::1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::a00:1]',
    '[fe80::1]',
    '[fd00:ec2::254]',
  ]
  for (const host of [...hosts, ...octal, ...ipv6, '169.254.169.254', '10.0.0.1', '100.64.0.1'])
    for (const scheme of ['https', 'http'])
      assert.notEqual(reasonFor(`${scheme}://${host}/hook`, production), 'taken', `${scheme}://${host}`)
})

test('what no policy takes', () => {
  const table: [text: string, reason: RegExp][] = [
    ['', /whole URL/],
    ['example.com/hook', /whole URL/],
    ['https://', /whole URL/],
    ['https://exa mple.com', /whole URL/],
    ['https://999.1.1.1', /whole URL/],
    ['https://[fe80::1%25eth0]/', /whole URL/],
    ['https://example.com:70000/', /whole URL/],
    ['https://example.com:0/', /port/],
    ['ftp://example.com/', /must begin with https/],
    ['javascript:alert(1)', /must begin with https/],
    ['file:///etc/passwd', /must begin with https/],
    ['https://user:secret@example.com/', /user name or password/],
    ['https://user@example.com/', /user name or password/],
    ['https://example.com/#top', /fragment/],
    ['https://example.com/#', /fragment/],
    [`https://example.com/${'a'.repeat(webhookUrlLengthMax)}`, /2048 characters/],
    [`https://example.com/${'ä'.repeat(1000)}`, /2048 characters once/],
  ]
  for (const [text, reason] of table)
    for (const policy of [production, development]) assert.match(reasonFor(text, policy), reason, text)
})

test('a refusal never repeats the password', () => {
  assert.ok(!reasonFor('https://user:hunter2@example.com/', production).includes('hunter2'))
})
