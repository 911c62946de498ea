import { createAnthropic } from '@ai-sdk/anthropic'
import { createGoogle } from '@ai-sdk/google'
import { createOpenAI } from '@ai-sdk/openai'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { LanguageModel } from 'ai'
import type { DocumentModel } from '../brain/document/document.ts'
import { missingSecret } from './missing-secret.ts'

export type LanguageModelOutcome =
  | { readonly ok: true; readonly model: LanguageModel }
  | { readonly ok: false; readonly error: string }

/** The document's model as the AI SDK knows it. Keys are never taken from the environment behind our back. */
export const languageModel = (
  { provider, model, base_url, key }: DocumentModel,
  {
    secrets,
    fetch,
  }: { readonly secrets: ReadonlyMap<string, string>; readonly fetch: typeof globalThis.fetch },
): LanguageModelOutcome => {
  const apiKey = key === undefined ? undefined : secrets.get(key)
  if (key !== undefined && apiKey === undefined) return { ok: false, error: missingSecret(key) }
  const address = base_url === undefined ? {} : { baseURL: base_url }
  switch (provider) {
    case 'openai-compatible':
      if (base_url === undefined) return { ok: false, error: 'base_url is missing' }
      return { ok: true, model: compatible('openai-compatible', model, base_url, apiKey, fetch) }
    case 'ollama':
      return { ok: true, model: compatible('ollama', model, ollamaUrl(base_url), apiKey, fetch) }
    default:
      if (apiKey === undefined) return { ok: false, error: 'it needs a key: the name of a secret' }
  }
  switch (provider) {
    case 'openai':
      // The chat completions: what most servers behind a base_url of one's own speak.
      return { ok: true, model: createOpenAI({ apiKey, fetch, ...address }).chat(model) }
    case 'anthropic':
      return { ok: true, model: createAnthropic({ apiKey, fetch, ...address })(model) }
    case 'google':
      return { ok: true, model: createGoogle({ apiKey, fetch, ...address })(model) }
  }
}

const compatible = (
  name: string,
  model: string,
  baseURL: string,
  apiKey: string | undefined,
  fetch: typeof globalThis.fetch,
): LanguageModel =>
  createOpenAICompatible({
    name,
    baseURL,
    fetch,
    includeUsage: true,
    ...(apiKey === undefined ? {} : { apiKey }),
  })(model)

/** Ollama speaks OpenAI's wire under /v1. */
const ollamaUrl = (baseUrl = 'http://127.0.0.1:11434'): string =>
  URL.parse(baseUrl)?.pathname === '/' ? `${baseUrl.replace(/\/$/, '')}/v1` : baseUrl
