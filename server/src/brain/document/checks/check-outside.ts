import type { AgentDocument, DocumentModel, DocumentWebhook } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'
import { systemEntities } from '../understanding-part.ts'
import { checkAddress } from './check-address.ts'
import { checkPattern } from './check-questions.ts'
import { checkSecretNames } from './check-secrets.ts'
import { duplicates } from './references.ts'

/** Entities, webhooks, models, collections: what the workflows refer to. */
export const checkOutside = (document: AgentDocument): DocumentFault[] => [
  ...checkEntities(document),
  ...checkSecretNames(document),
  ...duplicates(
    (document.webhooks ?? []).map(({ id }, index) => [id, `webhooks[${index}].id`]),
    'id',
  ),
  ...(document.webhooks ?? []).flatMap((webhook, index) => checkWebhook(webhook, `webhooks[${index}]`)),
  ...duplicates(
    (document.mcp_servers ?? []).map(({ id }, index) => [id, `mcp_servers[${index}].id`]),
    'id',
  ),
  ...(document.mcp_servers ?? []).flatMap(({ url }, index) => checkAddress(url, `mcp_servers[${index}].url`)),
  ...(document.models ?? []).flatMap((model, index) => checkModel(model, `models[${index}]`)),
  ...duplicates(
    (document.knowledge ?? []).map(({ collection }, index) => [collection, `knowledge[${index}].collection`]),
    'collection',
  ),
  ...(document.knowledge ?? []).flatMap(({ sources = [] }, index) =>
    sources.flatMap((source, at) => {
      const path = `knowledge[${index}].sources[${at}]`
      if (source.type === 'pages')
        return source.urls.flatMap((url, urlAt) => checkAddress(url, `${path}.urls[${urlAt}]`))
      return source.type === 'sitemap' ? checkAddress(source.url, `${path}.url`) : []
    }),
  ),
  ...(document.guidelines?.forbidden_patterns ?? []).flatMap((pattern, index) =>
    checkPattern(pattern, `guidelines.forbidden_patterns[${index}]`),
  ),
]

const checkEntities = ({ entities = [] }: AgentDocument): DocumentFault[] => [
  ...duplicates(
    entities.map(({ entity }, index) => [entity, `entities[${index}].entity`]),
    'entity',
  ),
  ...entities.flatMap((entity, index) => [
    ...(entity.entity.startsWith('sys-')
      ? [
          {
            path: `entities[${index}].entity`,
            message: 'begins with sys-, as those of the system do',
            cure: `choose another name; ready for use are ${systemEntities.join(', ')}`,
          },
        ]
      : []),
    ...(entity.type === 'pattern'
      ? entity.patterns.flatMap((pattern, at) => checkPattern(pattern, `entities[${index}].patterns[${at}]`))
      : []),
  ]),
]

const checkWebhook = (webhook: DocumentWebhook, path: string): DocumentFault[] => {
  const faults = checkAddress(webhook.url, `${path}.url`)
  if (webhook.tool && webhook.kind !== 'action')
    faults.push({
      path: `${path}.tool`,
      message: `has no meaning in a webhook of kind ${webhook.kind}`,
      cure: 'make the kind action, or leave it out',
    })
  return faults
}

const checkModel = (model: DocumentModel, path: string): DocumentFault[] => {
  if (model.base_url !== undefined) return checkAddress(model.base_url, `${path}.base_url`)
  if (model.provider !== 'openai-compatible') return []
  return [{ path: `${path}.base_url`, message: 'is missing', cure: 'say where the model is reached' }]
}
