import type { AgentResponse, Card, CardButton, QuickReply } from '../../domain/message.ts'
import { pick } from '../chance.ts'
import type { ActionOf, SpokenAction } from '../document/document.ts'
import { note, type OpenTurn, rendered } from '../open-turn.ts'
import { renderedOrNone } from './say.ts'

/** What a spoken action says in this turn: its templates rendered; undefined when nothing is left of it. */
export const responseOf = (turn: OpenTurn, action: SpokenAction): AgentResponse | undefined => {
  switch (action.type) {
    case 'text':
      return textResponse(turn, action)
    case 'pause':
      return action
    case 'carousel':
      return carouselResponse(turn, action)
    case 'image':
    case 'audio': {
      const url = renderedUrl(turn, action.url)
      return url === undefined ? undefined : { type: action.type, url, ...name(turn, action.name) }
    }
    case 'video': {
      const url = renderedUrl(turn, action.url)
      return url === undefined
        ? undefined
        : { type: 'video', url, ...name(turn, action.name), ...size(action.size) }
    }
    case 'file': {
      const url = renderedUrl(turn, action.url)
      const file = { type: 'file', name: rendered(turn, action.name) || 'file' } as const
      return url === undefined ? undefined : { ...file, url, ...size(action.size) }
    }
    case 'webview': {
      const url = renderedUrl(turn, action.url)
      const label = rendered(turn, action.label)
      if (url === undefined || label === '') return undefined
      return { type: 'webview', url, label, ...name(turn, action.name), ...frame(action) }
    }
  }
}

const textResponse = (turn: OpenTurn, action: ActionOf<'text'>): AgentResponse | undefined => {
  const text = rendered(turn, pick(turn.random, action.texts) ?? '')
  if (text.trim() === '') {
    note(turn, 'a text that rendered as nothing was not said')
    return undefined
  }
  const options = (action.options ?? []).flatMap((option) => quickReply(turn, option))
  return { type: 'text', text, ...(options.length === 0 ? {} : { options }) }
}

const quickReply = (turn: OpenTurn, option: QuickReply): readonly QuickReply[] => {
  const label = rendered(turn, option.label)
  const text = rendered(turn, option.text)
  return label.trim() === '' || text.trim() === '' ? [] : [{ label, text }]
}

const carouselResponse = (turn: OpenTurn, action: ActionOf<'carousel'>): AgentResponse | undefined => {
  const cards = action.cards.flatMap((card) => cardOf(turn, card))
  return cards.length === 0 ? undefined : { type: 'carousel', cards }
}

type DocumentCard = ActionOf<'carousel'>['cards'][number]

const cardOf = (turn: OpenTurn, card: DocumentCard): readonly Card[] => {
  const title = rendered(turn, card.title)
  const buttons = card.buttons.flatMap((button) => buttonOf(turn, button))
  if (title.trim() === '' || buttons.length === 0) return []
  const subtitle = renderedOrNone(turn, card.subtitle)
  const mediaUrl = card.media && renderedUrl(turn, card.media.url)
  const actionUrl = card.default_action?.url && renderedUrl(turn, card.default_action.url)
  return [
    {
      title,
      ...(subtitle === undefined ? {} : { subtitle }),
      ...(card.media && mediaUrl ? { media: { type: card.media.type, url: mediaUrl } } : {}),
      ...(card.default_action
        ? { default_action: { type: card.default_action.type, ...(actionUrl ? { url: actionUrl } : {}) } }
        : {}),
      buttons,
    },
  ]
}

const buttonOf = (turn: OpenTurn, button: DocumentCard['buttons'][number]): readonly CardButton[] => {
  const label = rendered(turn, button.label)
  const url = button.url === undefined ? undefined : renderedUrl(turn, button.url)
  if (label.trim() === '' || (button.url !== undefined && url === undefined)) return []
  const value = renderedOrNone(turn, button.value)
  return [
    {
      type: button.type,
      label,
      ...(value === undefined ? {} : { value }),
      ...(url === undefined ? {} : { url }),
      ...frame(button),
    },
  ]
}

/** The address if it is one of the web: a value of the context must not smuggle in `javascript:` or a local file. */
const renderedUrl = (turn: OpenTurn, template: string): string | undefined => {
  const url = rendered(turn, template).trim()
  if (/^https?:\/\/[^\s]+$/i.test(url) && URL.canParse(url)) return url
  note(turn, `"${url.slice(0, 80)}" is no http(s) address; the response was not sent`)
  return undefined
}

const name = (turn: OpenTurn, template: string | undefined): { readonly name?: string } => {
  const text = renderedOrNone(turn, template)
  return text === undefined ? {} : { name: text }
}

const size = (bytes: number | undefined): { readonly size?: number } =>
  bytes === undefined ? {} : { size: bytes }

interface Frame {
  readonly trigger_node_id?: string
  readonly height?: string
}

const frame = ({ trigger_node_id, height }: Frame): Frame => ({
  ...(trigger_node_id === undefined ? {} : { trigger_node_id }),
  ...(height === undefined ? {} : { height }),
})
