import { actionSchemas, Card, CardButton, Media, Option } from '../src/brain/document/action-part.ts'
import {
  AgentPart,
  Disambiguation,
  GuidelinesPart,
  Objection,
  TurnLimits,
} from '../src/brain/document/agent-part.ts'
import { AgentDocument } from '../src/brain/document/document.ts'
import {
  Collection,
  FileSource,
  McpServer,
  Model,
  PagesSource,
  SitemapSource,
  Tool,
  ToolParameter,
  Webhook,
} from '../src/brain/document/outside-part.ts'
import {
  Attachment,
  ConversationTest,
  Expectation,
  ExpectedResponse,
  Passage,
  ScriptedCall,
  TestAnswer,
  TestTurn,
} from '../src/brain/document/tests-part.ts'
import {
  EntityValue,
  Intent,
  PatternEntity,
  SynonymEntity,
} from '../src/brain/document/understanding-part.ts'
import * as words from '../src/brain/document/words.ts'
import {
  Condition,
  Node,
  Requisite,
  Rule,
  Validation,
  Workflow,
} from '../src/brain/document/workflow-part.ts'

/** What JSON Schema the document is made of; the keywords that the parts use. */
export interface SchemaNode {
  readonly type?: string
  readonly const?: unknown
  readonly anyOf?: readonly SchemaNode[]
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>
  readonly required?: readonly string[]
  readonly items?: SchemaNode
  readonly minItems?: number
  readonly maxItems?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly maxProperties?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly description?: string
  readonly default?: unknown
}

/** A part with a name of its own, in the order of the reference. */
export interface NamedPart {
  /** In `$defs`. */
  readonly name: string
  readonly title: string
  /** 2 for what stands at the top of a document, 3 for what is in it. */
  readonly level: 2 | 3
  readonly schema: SchemaNode
}

const part = (name: string, title: string, level: 2 | 3, schema: object): NamedPart => ({
  name,
  title,
  level,
  schema: plain(schema),
})

/** As JSON has it: without what TypeBox keeps beside. */
const plain = (schema: object): SchemaNode => JSON.parse(JSON.stringify(schema))

export const wholeDocument = plain(AgentDocument)

const actionParts = Object.entries(actionSchemas).map(([type, schema]) =>
  part(`action_${type}`, `Action ${type}`, 3, schema),
)

export const namedParts: readonly NamedPart[] = [
  part('agent', 'agent', 2, AgentPart),
  part('disambiguation', 'Disambiguation', 3, Disambiguation),
  part('turn_limits', 'Turn limits', 3, TurnLimits),
  part('guidelines', 'guidelines', 2, GuidelinesPart),
  part('objection', 'Objection', 3, Objection),
  part('intent', 'intents', 2, Intent),
  part('synonym_entity', 'entities: synonym', 2, SynonymEntity),
  part('entity_value', 'Value of an entity', 3, EntityValue),
  part('pattern_entity', 'entities: pattern', 2, PatternEntity),
  part('workflow', 'workflows', 2, Workflow),
  part('node', 'Node', 3, Node),
  part('requisite', 'Requisite', 3, Requisite),
  part('validation', 'Validation', 3, Validation),
  part('condition', 'Condition', 3, Condition),
  part('rule', 'Rule', 3, Rule),
  ...actionParts,
  part('quick_reply', 'Quick reply', 3, Option),
  part('card', 'Card', 3, Card),
  part('card_media', 'Media of a card', 3, Media),
  part('card_button', 'Button of a card', 3, CardButton),
  part('collection', 'knowledge', 2, Collection),
  part('file_source', 'Source file', 3, FileSource),
  part('pages_source', 'Source pages', 3, PagesSource),
  part('sitemap_source', 'Source sitemap', 3, SitemapSource),
  part('webhook', 'webhooks', 2, Webhook),
  part('tool', 'Tool', 3, Tool),
  part('tool_parameter', 'Parameter of a tool', 3, ToolParameter),
  part('model', 'models', 2, Model),
  part('mcp_server', 'mcp_servers', 2, McpServer),
  part('test', 'tests', 2, ConversationTest),
  part('test_turn', 'Turn of a test', 3, TestTurn),
  part('expectation', 'Expectation', 3, Expectation),
  part('expected_response', 'Expected response', 3, ExpectedResponse),
  part('attachment', 'Attachment', 3, Attachment),
  part('test_answer', 'Answer of a test', 3, TestAnswer),
  part('scripted_call', 'Scripted call', 3, ScriptedCall),
  part('passage', 'Passage', 3, Passage),
]

/** Forms that the reference calls by a word, which is explained once. */
const formWords: readonly (readonly [word: string, schema: SchemaNode])[] = [
  ['slug', plain(words.Slug)],
  ['id', plain(words.Id)],
  ['variable', plain(words.Variable)],
  ['secret', plain(words.SecretName)],
  ['language', plain(words.LanguageTag)],
]

const withoutWords = ({ description: _, default: __, ...schema }: SchemaNode): string =>
  JSON.stringify(schema)

const partsByForm = new Map(namedParts.map((named) => [withoutWords(named.schema), named]))
const wordsByForm = new Map(formWords.map(([word, schema]) => [withoutWords(schema), word]))

/** The part that this schema is, whatever it is said to mean at its place. */
export const partOf = (schema: SchemaNode): NamedPart | undefined => partsByForm.get(withoutWords(schema))

export const wordOf = (schema: SchemaNode): string | undefined => wordsByForm.get(withoutWords(schema))
