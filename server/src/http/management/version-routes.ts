import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import { Type } from 'typebox'
import { Refusal } from '../../domain/errors.ts'
import { compareVersions } from '../../usecases/compare-versions.ts'
import { deleteVersion } from '../../usecases/delete-version.ts'
import { exportAgent } from '../../usecases/export-agent.ts'
import { importAgent } from '../../usecases/import-agent.ts'
import { listVersions } from '../../usecases/list-versions.ts'
import { publishAgent } from '../../usecases/publish-agent.ts'
import { replayAgent } from '../../usecases/replay-agent.ts'
import { restoreVersion } from '../../usecases/restore-version.ts'
import { sessionAsTest } from '../../usecases/session-as-test.ts'
import { testAgent } from '../../usecases/test-agent.ts'
import { orNone } from '../channel/schemas.ts'
import { answers } from '../wire/answers.ts'
import * as answer from './answer-schemas.ts'
import type { ManagementDeps } from './management-deps.ts'
import { AgentPath, pageSchema, SessionPath } from './schemas.ts'
import { streamReplay } from './stream-replay.ts'
import * as wire from './version-schemas.ts'

/** A directory with thousands of phrases is larger than any message. */
const filesBytesMax = 25 * 1024 * 1024

/** From the draft to a version and back: compare, test, replay, publish, restore. */
export const versionRoutes =
  (deps: ManagementDeps): FastifyPluginAsyncTypebox =>
  async (app) => {
    app.post(
      '/agents/:agent_id/publish',
      {
        schema: {
          summary: 'Train the draft and publish it as the next version; dry_run shows the impact first',
          operationId: 'publishAgent',
          params: AgentPath,
          querystring: wire.PublishQuery,
          body: orNone(wire.PublishBody),
          response: {
            ...answers(200, wire.ReplayReport),
            ...answers(201, answer.PublishedVersion, ['not-found', 'conflict']),
          },
        },
      },
      async ({ params, query }, reply) => {
        const agentId = idOf(params)
        if (query.dry_run !== true) {
          const { version, warnings } = await publishAgent(deps, agentId)
          return reply.code(201).send({ agent_id: agentId, version, warnings: [...warnings] })
        }
        const { last } = query
        const hungUp = hangUpOf(reply)
        return reply.code(200).send(plain(await replayAgent(deps, { agentId, last, hungUp })))
      },
    )
    app.get(
      '/agents/:agent_id/versions',
      {
        schema: {
          summary: 'What was published, newest first',
          operationId: 'listVersions',
          params: AgentPath,
          querystring: wire.VersionsQuery,
          response: answers(200, pageSchema(wire.VersionItem), ['not-found']),
        },
      },
      async ({ params, query }) => plain(await listVersions(deps, idOf(params), query)),
    )
    app.delete(
      '/agents/:agent_id/versions/:version',
      {
        schema: {
          summary: 'Delete a version that nobody needs',
          operationId: 'deleteVersion',
          params: wire.VersionPath,
          response: answers(204, Type.Null({ description: 'It is gone.' }), ['not-found', 'conflict']),
        },
      },
      async ({ params }, reply) => {
        await deleteVersion(deps, { agentId: idOf(params), version: params.version })
        return reply.code(204).send(null)
      },
    )
    app.post(
      '/agents/:agent_id/restore',
      {
        schema: {
          summary: 'Make the draft what a version was',
          operationId: 'restoreVersion',
          params: AgentPath,
          body: wire.RestoreBody,
          response: answers(200, wire.Restored, ['not-found']),
        },
      },
      async ({ params, body }) => await restoreVersion(deps, { agentId: idOf(params), ...body }),
    )
    app.get(
      '/agents/:agent_id/diff',
      {
        schema: {
          summary: 'What is otherwise in one version than in another',
          operationId: 'compareVersions',
          params: AgentPath,
          querystring: wire.DiffQuery,
          response: answers(200, wire.Changes, ['not-found']),
        },
      },
      async ({ params, query }) =>
        plain({ changes: await compareVersions(deps, { agentId: idOf(params), ...query }) }),
    )
    app.get(
      '/agents/:agent_id/export',
      {
        schema: {
          summary: 'A version as a document, and as the files of a directory',
          operationId: 'exportAgent',
          params: AgentPath,
          querystring: wire.VersionQuery,
          response: answers(200, wire.Exported, ['not-found']),
        },
      },
      async ({ params, query }) =>
        plain(await exportAgent(deps, { agentId: idOf(params), version: query.version ?? 0 })),
    )
    app.post(
      '/agents/:agent_id/import',
      {
        bodyLimit: filesBytesMax,
        schema: {
          summary: 'Replace the draft by the files of a directory',
          operationId: 'importAgent',
          params: AgentPath,
          body: wire.ImportBody,
          response: answers(200, answer.KeptDraft, ['not-found', 'payload-too-large']),
        },
      },
      async ({ params, body }) =>
        plain(await importAgent(deps, { agentId: idOf(params), files: body.files })),
    )
    app.post(
      '/agents/import',
      {
        bodyLimit: filesBytesMax,
        schema: {
          summary: 'Make an agent of the files of a directory',
          operationId: 'importNewAgent',
          body: wire.ImportBody,
          response: answers(201, answer.KeptDraft, ['payload-too-large']),
        },
      },
      async ({ body }, reply) => reply.code(201).send(plain(await importAgent(deps, { files: body.files }))),
    )
    app.post(
      '/agents/:agent_id/test',
      {
        schema: {
          summary: 'Run the conversation tests of the draft or a version',
          operationId: 'testAgent',
          params: AgentPath,
          body: orNone(wire.TestBody),
          response: answers(200, wire.TestReport, ['not-found']),
        },
      },
      async ({ params, body }, reply) => {
        const { version = 0, ...wish } = body ?? {}
        const hungUp = hangUpOf(reply)
        return plain(await testAgent(deps, { agentId: idOf(params), version, ...wish, hungUp }))
      },
    )
    app.post(
      '/agents/:agent_id/replay',
      {
        schema: {
          summary: 'Think real conversations again, and tell what would change',
          description:
            'Nothing is delivered and nobody outside is asked. With `Accept: application/x-ndjson` the answer is lines of `{"progress":{"done","total"}}` and at last `{"report"}` or `{"error"}`.',
          operationId: 'replayAgent',
          params: AgentPath,
          body: orNone(wire.ReplayAgentBody),
          response: answers(200, wire.ReplayReport, ['not-found', 'session-not-found']),
        },
      },
      async ({ params, body, headers }, reply) => {
        const { version, sessions, last, mode } = body ?? {}
        const wish = { agentId: idOf(params), version, sessionIds: sessions, last, mode }
        if (headers.accept?.includes('application/x-ndjson') !== true)
          return plain(await replayAgent(deps, { ...wish, hungUp: hangUpOf(reply) }))
        await streamReplay(deps, wish, reply)
        return reply
      },
    )
    app.get(
      '/sessions/:session_id/as-test',
      {
        schema: {
          summary: 'A real conversation as a conversation test',
          operationId: 'sessionAsTest',
          params: SessionPath,
          response: answers(200, wire.SessionTest, ['session-not-found', 'conflict']),
        },
      },
      async ({ params }) => await sessionAsTest(deps, params.session_id.toLowerCase()),
    )
  }

const idOf = (params: { readonly agent_id: string }): string => params.agent_id.toLowerCase()

/** Aborts when the connection closes; after an answer that changes nothing. */
const hangUpOf = ({ raw }: FastifyReply): AbortSignal => {
  const hungUp = new AbortController()
  raw.once('close', () => hungUp.abort(new Refusal('conflict', 'the caller hung up')))
  return hungUp.signal
}

/** What use cases give is read-only; what a route answers is typed as if it were not. */
type Plain<Value> = Value extends readonly (infer Item)[]
  ? Plain<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Plain<Value[Key]> }
    : Value

const plain = <Value>(value: Value): Plain<Value> => value as Plain<Value>
