import { APICallError, generateText, jsonSchema, Output, RetryError, streamText } from 'ai'
import type { DocumentModel } from '../brain/document/document.ts'
import type { ModelAnswer, ModelAsk, ToolCall } from '../brain/turn-types.ts'
import { isJsonObject } from '../domain/json.ts'
import { type Circumstances, failed, type Perform } from './answer-asks.ts'
import type { CheckedFetch } from './checked-fetch.ts'
import { languageModel } from './language-model.ts'
import { mutable, type OfferedTools, offeredTools, sdkMessage, type ToolDescription } from './model-prompt.ts'

export interface ModelDeps {
  readonly secrets: ReadonlyMap<string, string>
  readonly fetch: CheckedFetch['fetch']
  /** By the names that the brain uses, `mcp.<server>.<tool>`. */
  readonly describeTools?: (circumstances: Circumstances) => Promise<ReadonlyMap<string, ToolDescription>>
}

globalThis.AI_SDK_LOG_WARNINGS = false

/**
 * Asks the document's language models in their order, through the Vercel AI SDK, until one answers. Tools are offered
 * and not executed: the brain performs what a model calls. An error names each model and why it did not answer, and
 * never a key.
 */
export const createModelAsker =
  (deps: ModelDeps): Perform<ModelAsk> =>
  async (ask, circumstances) => {
    const models = circumstances.agent.document.models ?? []
    const tools = await offeredTools(ask.tools ?? [], () => deps.describeTools?.(circumstances))
    const errors: string[] = []
    for (const [index, model] of models.entries()) {
      if (circumstances.signal.aborted || Date.now() >= circumstances.deadlineAt) break
      const isLast = index === models.length - 1
      const outcome = await askOne(deps, model, { ask, tools, circumstances, retriesMax: isLast ? 1 : 0 })
      if (outcome.ok) return { ok: true, value: outcome.answer }
      errors.push(`${nameOf(model)}: ${outcome.error}`)
    }
    return failed(
      errors.length === 0 ? 'no model was asked before the time of the turn was up' : errors.join('; '),
    )
  }

type Outcome =
  | { readonly ok: true; readonly answer: ModelAnswer }
  | { readonly ok: false; readonly error: string }

interface Question {
  readonly ask: ModelAsk
  readonly tools: OfferedTools
  readonly circumstances: Circumstances
  /** Of busy servers and broken connections; there is no other model to turn to. */
  readonly retriesMax: number
}

const timeoutMsDefault = 10_000

const nameOf = ({ provider, model }: DocumentModel): string => `${provider}/${model}`

const askOne = async (deps: ModelDeps, model: DocumentModel, question: Question): Promise<Outcome> => {
  const made = languageModel(model, deps)
  if (!made.ok) return made
  const { ask, tools, circumstances, retriesMax } = question
  const ownMs = model.timeout === undefined ? timeoutMsDefault : model.timeout * 1000
  const timeoutMs = Math.max(1, Math.min(ownMs, circumstances.deadlineAt - Date.now()))
  const ends = AbortSignal.any([circumstances.signal, AbortSignal.timeout(timeoutMs)])
  const options = {
    model: made.model,
    instructions: ask.system,
    messages: ask.messages.map((message) => sdkMessage(message, tools)),
    // The operator's own word counts: models that think before they write need more.
    maxOutputTokens: model.max_tokens ?? ask.maxTokens,
    maxRetries: retriesMax,
    abortSignal: ends,
    ...(model.temperature === undefined ? {} : { temperature: model.temperature }),
    ...(tools.byWireName.size === 0 ? {} : { tools: tools.set }),
    ...(ask.schema === undefined
      ? {}
      : { output: Output.object({ schema: jsonSchema(mutable(ask.schema)) }) }),
  }
  try {
    const written =
      circumstances.onText === undefined || ask.schema !== undefined
        ? await generateText(options)
        : await streamed(options, circumstances.onText)
    return answerOf(nameOf(model), ask, tools, written)
  } catch (error) {
    if (circumstances.signal.aborted)
      return { ok: false, error: 'no answer before the time of the turn was up' }
    if (ends.aborted) return { ok: false, error: `no answer within ${timeoutMs} ms` }
    // Cut at last: half a key is a secret, too.
    const sentence = withoutSecrets(sentenceOf(error), deps.secrets).slice(0, sentenceLengthMax)
    return { ok: false, error: sentence }
  }
}

interface Written {
  readonly text: string
  readonly toolCalls: readonly {
    readonly toolCallId: string
    readonly toolName: string
    readonly input: unknown
  }[]
  readonly usage: { readonly inputTokens: number | undefined; readonly outputTokens: number | undefined }
  readonly finishReason: string
}

type StreamOptions = Parameters<typeof streamText>[0]

const streamed = async (options: StreamOptions, onText: (delta: string) => void): Promise<Written> => {
  let failure: unknown
  const result = streamText({
    ...options,
    onError: ({ error }) => {
      failure ??= error
    },
  })
  for await (const delta of result.textStream) if (delta !== '') onText(delta)
  if (failure !== undefined) throw failure
  return {
    text: await result.text,
    toolCalls: await result.toolCalls,
    usage: await result.usage,
    finishReason: await result.finishReason,
  }
}

const answerOf = (name: string, ask: ModelAsk, tools: OfferedTools, written: Written): Outcome => {
  const { text, usage, finishReason } = written
  if (finishReason === 'content-filter') return { ok: false, error: 'its content filter refused' }
  const toolCalls = written.toolCalls.map(
    ({ toolCallId, toolName, input }): ToolCall => ({
      callId: toolCallId,
      tool: tools.byWireName.get(toolName) ?? toolName,
      arguments: isJsonObject(input) ? input : {},
    }),
  )
  if (text.trim() === '' && toolCalls.length === 0)
    return {
      ok: false,
      error: finishReason === 'length' ? 'used up its tokens before it wrote' : 'wrote nothing',
    }
  if (finishReason === 'length' && (ask.schema !== undefined || toolCalls.length > 0))
    return { ok: false, error: 'used up its tokens before it was done' }
  return {
    ok: true,
    answer: {
      text,
      ...(toolCalls.length === 0 ? {} : { toolCalls }),
      model: name,
      tokens: {
        input: usage.inputTokens ?? guessedTokens(ask.system + JSON.stringify(ask.messages)),
        output: usage.outputTokens ?? guessedTokens(text),
      },
    },
  }
}

const charactersPerToken = 4

/** Of a server that does not count. */
const guessedTokens = (text: string): number => Math.ceil(text.length / charactersPerToken)

const sentenceLengthMax = 300

const sentenceOf = (error: unknown): string => {
  if (RetryError.isInstance(error)) return sentenceOf(error.lastError)
  if (APICallError.isInstance(error)) {
    const { statusCode, message, cause } = error
    if (statusCode === undefined || (statusCode < 300 && cause instanceof Error))
      return sentenceOf(cause ?? new Error(message))
    // What a server says of a key may hold part of it.
    if (statusCode === 401 || statusCode === 403) return `answered ${statusCode}: its key was refused`
    return `answered ${statusCode}: ${message}`
  }
  return error instanceof Error ? error.message : 'failed for an unknown reason'
}

const withoutSecrets = (sentence: string, secrets: ReadonlyMap<string, string>): string => {
  let clean = sentence
  for (const [name, secret] of secrets) if (secret.length > 3) clean = clean.replaceAll(secret, `<${name}>`)
  return clean
}
