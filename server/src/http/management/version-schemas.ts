import { Type } from 'typebox'
import { replayLimits } from '../../domain/replay-limits.ts'
import { AgentDocument, Id, versionMax } from './schemas.ts'

/** What the routes of versions, tests and replays accept and answer. */
const closed = { additionalProperties: false } as const

const Version = Type.Integer({ minimum: 0, maximum: versionMax, description: '0 = the draft' })
const PublishedVersion = Type.Integer({ minimum: 1, maximum: versionMax })
const Time = Type.Number({ description: 'ms since 1970 UTC' })
const anyJson = Type.Unknown()

export const VersionPath = Type.Object({ agent_id: Id, version: PublishedVersion })

export const VersionsQuery = Type.Object(
  {
    after: Type.Optional({ ...PublishedVersion, description: 'next of the page before' }),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 200 })),
  },
  closed,
)

export const VersionQuery = Type.Object({ version: Type.Optional(Version) }, closed)

export const DiffQuery = Type.Object(
  {
    from: Type.Optional({ ...Version, description: '0 = the draft; the newest version without it' }),
    to: Type.Optional({ ...Version, description: '0 = the draft, also without it' }),
  },
  closed,
)

export const PublishQuery = Type.Object(
  {
    dry_run: Type.Optional(
      Type.Boolean({ description: 'publish nothing, answer what would change in real conversations' }),
    ),
    last: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: replayLimits.sessionsMax,
        description: 'conversations of a dry run',
      }),
    ),
  },
  closed,
)

/** What there is to say of a publication is in its query: a dry run asked for elsewhere must not publish. */
export const PublishBody = Type.Object({}, closed)

export const RestoreBody = Type.Object({ version: PublishedVersion }, closed)

export const AgentFile = Type.Object(
  {
    path: Type.String({ minLength: 1, maxLength: 512, description: 'below the directory, with /' }),
    text: Type.Optional(Type.String({ description: 'absent: it is there, as the files of knowledge are' })),
  },
  { ...closed, title: 'AgentFile' },
)

export const ImportBody = Type.Object(
  { files: Type.Array(AgentFile, { minItems: 1, maxItems: 5_000 }) },
  { ...closed, description: 'A directory with agent.yaml, or one file with the whole document.' },
)

export const TestBody = Type.Object(
  {
    version: Type.Optional(Version),
    only: Type.Optional(Type.String({ maxLength: 200, description: 'tests whose name contains this' })),
    live: Type.Optional(
      Type.Boolean({ description: 'ask real models and webhooks for what a test does not answer' }),
    ),
  },
  closed,
)

export const ReplayAgentBody = Type.Object(
  {
    version: Type.Optional(Version),
    against: Type.Optional(Type.Literal('recorded')),
    sessions: Type.Optional(Type.Array(Id, { minItems: 1, maxItems: replayLimits.sessionsMax })),
    last: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: replayLimits.sessionsMax,
        description: `conversations, newest first; ${replayLimits.sessionsDefault} without it`,
      }),
    ),
    mode: Type.Optional(
      Type.Enum(['turn_by_turn', 'threaded'], {
        description: 'each turn from its recorded state, or from what the replayed agent made of it',
      }),
    ),
  },
  closed,
)

export const VersionItem = Type.Object(
  {
    version: PublishedVersion,
    published_at: Time,
    environments: Type.Array(Id, { description: 'those that answer with it now' }),
  },
  { title: 'AgentVersion' },
)

export const Restored = Type.Object(
  { agent_id: Id, version: PublishedVersion, name: Type.String() },
  { title: 'RestoredVersion' },
)

export const Changes = Type.Object(
  {
    changes: Type.Array(
      Type.Object({
        path: Type.String(),
        change: Type.Enum(['added', 'removed', 'changed']),
        before: Type.Optional(anyJson),
        after: Type.Optional(anyJson),
      }),
    ),
  },
  { title: 'DocumentChanges' },
)

export const Exported = Type.Object(
  { document: Type.Unsafe<unknown>(AgentDocument), files: Type.Array(AgentFile) },
  { title: 'ExportedAgent' },
)

const Covered = Type.Object({
  covered: Type.Integer(),
  total: Type.Integer(),
  missing: Type.Array(Type.String()),
})

export const TestReport = Type.Object(
  {
    passed: Type.Boolean(),
    tests: Type.Array(
      Type.Object({
        test: Type.String(),
        passed: Type.Boolean(),
        runs: Type.Integer({ description: 'more than one where a real model was asked' }),
        passes: Type.Integer(),
        passes_min: Type.Integer(),
        turns: Type.Array(
          Type.Object({
            said: Type.String(),
            responses: Type.Array(anyJson),
            events: Type.Array(Type.String()),
            intent: Type.Union([Type.String(), Type.Null()]),
            nodes: Type.Array(Type.String()),
            notes: Type.Array(Type.String()),
            misses: Type.Array(
              Type.Object({
                what: Type.String(),
                expected: anyJson,
                came: anyJson,
                because: Type.String(),
              }),
            ),
          }),
        ),
      }),
    ),
    text: Type.String({ description: 'the report for a person' }),
    coverage: Type.Object({ nodes: Covered, branches: Covered, intents: Covered, events: Covered }),
  },
  { title: 'AgentTestReport' },
)

const share = Type.Union([Type.Number(), Type.Null()])

export const ReplayReport = Type.Object(
  {
    agent_id: Id,
    version: Version,
    mode: Type.Enum(['turn_by_turn', 'threaded']),
    totals: Type.Object({
      conversations: Type.Integer(),
      conversations_changed: Type.Integer(),
      turns: Type.Integer(),
      turns_changed: Type.Integer(),
      turns_identical: Type.Integer({ description: 'to the letter, with confidence and notes' }),
      turns_refused: Type.Integer({ description: 'too little was recorded of them' }),
      turns_unreached: Type.Integer(),
      changed: Type.Record(Type.String(), Type.Integer(), { description: 'turns, by what changed in them' }),
      containment: Type.Object(
        { before: share, after: share },
        { description: 'part of the conversations that no person had to take' },
      ),
    }),
    conversations: Type.Array(
      Type.Object({
        session_id: Id,
        version: PublishedVersion,
        turns: Type.Array(
          Type.Object({
            turn: Type.Integer(),
            said: Type.String(),
            differences: Type.Array(
              Type.Object(
                { what: Type.String(), before: anyJson, after: anyJson },
                { description: 'recorded, and now' },
              ),
            ),
          }),
        ),
        refused: Type.Array(Type.Object({ turn: Type.Integer(), reason: Type.String() })),
        unreached: Type.Integer(),
      }),
      { description: 'only those that changed' },
    ),
    left_off: Type.Integer(),
  },
  { title: 'ReplayReport' },
)

export const SessionTest = Type.Object(
  { test: anyJson, yaml: Type.String({ description: 'a file of tests/' }) },
  { title: 'SessionTest' },
)
