import assert from 'node:assert/strict'
import { test } from 'node:test'
import { urlOfHost } from '../../src/domain/host-url.ts'

test('a Host header that is a plain host becomes a URL', () => {
  for (const host of ['chat.example.com', 'chat_1:8080', '203.0.113.7:80', '[2001:db8::1]:4000', '[::1]'])
    assert.equal(urlOfHost(host), `http://${host}`)
})

test('what would be more than a host in a URL is none', () => {
  for (const host of ['', 'a/b', 'user@example.com', 'a:b', 'a:1:2', 'a?b', 'a#b', 'a b', '[::1', undefined])
    assert.equal(urlOfHost(host), undefined, host)
})
