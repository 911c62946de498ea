import assert from 'node:assert/strict'
import { test } from 'node:test'
import { urlSigner } from '../../src/outside/sign-url.ts'

const key = Buffer.alloc(32, 1)
const signer = urlSigner(key)
const path = '/files/0190c1f0-0000-7000-8000-000000000001'
const expiresAtMs = 1_800_000_000_000
const nowMs = expiresAtMs - 1
const baseUrl = 'https://chat.example.com/base'

const upload = signer.sign({
  baseUrl,
  method: 'PUT',
  path,
  expiresAtMs,
  contentType: 'image/png; a="b&c"',
  bytesMax: 1000,
})
const download = signer.sign({ baseUrl, method: 'GET', path, expiresAtMs })
const targetOf = (url: string): string => url.slice(baseUrl.length)
const check = (method: string, target: string, at = nowMs) => signer.check({ method, target, nowMs: at })

test('a signed upload URL allows its path, type and size, and nothing else is needed', () => {
  assert.ok(upload.startsWith(`${baseUrl}${path}?expires=1800000000&`))
  assert.deepEqual(check('PUT', targetOf(upload)), {
    ok: true,
    path,
    contentType: 'image/png; a="b&c"',
    bytesMax: 1000,
  })
})

test('a signed download URL allows its path', () => {
  assert.deepEqual(check('GET', targetOf(download)), {
    ok: true,
    path,
    contentType: undefined,
    bytesMax: undefined,
  })
})

test('a signed URL ends at its time', () => {
  assert.deepEqual(check('GET', targetOf(download), expiresAtMs), { ok: false, reason: 'expired' })
  assert.deepEqual(check('PUT', targetOf(upload), expiresAtMs + 1e12), { ok: false, reason: 'expired' })
})

test('a signed URL is good for its own method only', () => {
  for (const method of ['GET', 'DELETE', 'POST', 'HEAD', 'put', ''])
    assert.deepEqual(check(method, targetOf(upload)), { ok: false, reason: 'invalid' }, method)
  assert.deepEqual(check('PUT', targetOf(download)), { ok: false, reason: 'invalid' })
})

test('a signed URL of which anything was changed, added, doubled or left out is invalid', () => {
  const target = targetOf(upload)
  const signature = new URL(upload).searchParams.get('signature') ?? ''
  const changed = [
    target.replace('expires=1800000000', 'expires=1900000000'),
    target.replace('expires=1800000000', 'expires=1800000000.0'),
    target.replace('expires=', 'expires=9'),
    target.replace('bytes_max=1000', 'bytes_max=100000'),
    target.replace('bytes_max=1000&', ''),
    target.replace('image%2Fpng', 'text%2Fhtml'),
    target.replace('000001?', '000002?'),
    target.replace('/files/', '/files/../'),
    target.replace('/files/', '/FILES/'),
    `${target}&expires=1900000000`,
    `${target}&type=text%2Fhtml`,
    `${target}&extra=1`,
    `${target}&signature=${signature}`,
    target.replace(signature, ''),
    target.replace(signature, `${signature}=`),
    target.replace(signature, signature.slice(0, -1)),
    target.replace(signature, signature.toLowerCase()),
    target.replace(/signature=.*/, ''),
    path,
    `${path}?`,
    '',
    '?',
  ]
  for (const each of changed) {
    assert.notEqual(each, target)
    assert.deepEqual(check('PUT', each), { ok: false, reason: 'invalid' }, each)
  }
})

test('the order of the parameters does not matter, so a proxy that sorts them breaks nothing', () => {
  const url = new URL(upload)
  url.searchParams.sort()
  assert.equal(check('PUT', url.pathname.slice('/base'.length) + url.search).ok, true)
})

test('a URL signed with another key is invalid', () => {
  const other = urlSigner(Buffer.alloc(32, 2)).sign({ baseUrl, method: 'GET', path, expiresAtMs })
  assert.deepEqual(check('GET', targetOf(other)), { ok: false, reason: 'invalid' })
})
