// Made from inbox.ts by npm run generate.
import { whyShown } from './why.js'

/** The inbox page: asks for what arrived since the last answer, waiting at the server, and shows it. */

const waitSeconds = 25
const retryMs = 2_000
const shownMax = 500

const find =                    (selector        , within             = document)    => {
  const element = within.querySelector   (selector)
  if (!element) throw new Error(`the page lacks ${selector}`)
  return element
}

const list = find                  ('#events')
const empty = find             ('#empty')
const filter = find                   ('#session')
const template = find                     ('#event')

const setState = (state                 , text        )       => {
  find('#state').className = state
  find('#state-text').textContent = text
}

const make = (tag        , className        , text        )              => {
  const element = document.createElement(tag)
  element.className = className
  element.textContent = text
  return element
}

const sessionName = (event            )         =>
  event.external_session_id ?? event.session_id?.slice(-12) ?? ''

const knowSession = (event            )       => {
  const { session_id: id } = event
  if (id === undefined || [...filter.options].some((option) => option.value === id)) return
  filter.add(new Option(`${sessionName(event)} · ${id.slice(-6)}`, id))
}

const applyFilter = ()       => {
  let shown = 0
  for (const row of list.children) {
    if (!(row instanceof HTMLElement)) continue
    row.hidden = filter.value !== '' && row.dataset['session'] !== filter.value
    if (!row.hidden) shown += 1
  }
  empty.hidden = shown > 0
}

const saidOf = (event            )                => {
  const responses = event.output?.responses
  if (responses) return responses.flatMap(responseShown)
  if (event.message?.text !== undefined) return [markdown(event.message.text)]
  const text = sentenceOf(event)
  return text === undefined ? [] : [make('p', 'note', text)]
}

const reasons                                   = {
  api: 'your system asked for it',
  resolved: 'its conversation stayed closed',
  operator: 'the operator closed it',
}

const sentenceOf = (event            )                     => {
  const by = event.by?.name ?? event.by?.type ?? 'somebody'
  const count = event.message_ids?.length ?? 0
  const messages = count === 1 ? '1 message' : `${count} messages`
  switch (event.event_type) {
    case 'conversation:member_join':
      return `${event.member?.name ?? 'Somebody'} joined and has the word`
    case 'conversation:member_leave':
      return `${event.member?.name ?? 'Somebody'} left`
    case 'conversation:closed':
      return `Closed by ${by}${event.reason === undefined ? '' : `: ${event.reason}`}`
    case 'conversation:reopened':
      return `Reopened by ${by}`
    case 'message:read':
      return `${messages} read`
    case 'message:delivered':
      return `${messages} reached the user`
    case 'session:closed':
      return `The session ended: ${reasons[event.reason ?? ''] ?? event.reason ?? ''}`
    case 'session:expired':
      return 'The session ended: nothing happened in it for too long'
    case 'message:compose':
      return event.action === 'start' ? 'Somebody is typing' : 'Nobody is typing any more'
    default:
      return undefined
  }
}

const responseShown = (said      )                => {
  if (said.type !== 'text') {
    const what = said.label ?? said.name ?? said.url ?? said.cards?.map((card) => card.title).join(', ') ?? ''
    if (said.type === 'handover') return [make('p', 'note', '→ hands over to a person')]
    return [make('p', 'note', what === '' ? said.type : `${said.type}: ${what}`)]
  }
  const shown = [markdown(said.text ?? '')]
  if (said.options?.length) {
    const options = make('div', 'options', '')
    options.append(...said.options.map((option) => make('span', 'option', option.label)))
    shown.push(options)
  }
  return shown
}

/** Bold, emphasis, code and links of Markdown; everything is put in as text, so no markup of an agent can act. */
const inline =
  /\*\*(?<strong>[^*\n]+)\*\*|`(?<code>[^`\n]+)`|\[(?<label>[^\]\n]+)\]\((?<url>https?:\/\/[^\s)]+)\)|\*(?<em>[^*\n]+)\*/g

const markdown = (text        )              => {
  const bubble = make('p', 'bubble', '')
  let at = 0
  for (const match of text.matchAll(inline)) {
    bubble.append(text.slice(at, match.index), inlineShown(match.groups ?? {}))
    at = match.index + match[0].length
  }
  bubble.append(text.slice(at))
  return bubble
}

const inlineShown = (groups                                    )              => {
  const { strong, code, em, label = '', url = '' } = groups
  if (strong !== undefined) return make('strong', '', strong)
  if (code !== undefined) return make('code', '', code)
  if (em !== undefined) return make('em', '', em)
  const link = document.createElement('a')
  link.href = url
  link.rel = 'noopener noreferrer'
  link.target = '_blank'
  link.textContent = label
  return link
}

/** Delivery is at least once: whose answer was lost, or who asked for a replay, gets the same event again. */
const known = new Set        ()

const cameBefore = ({ event_id: id }            )          => {
  if (id === undefined) return false
  const before = known.has(id)
  known.add(id)
  return before
}

const rowOf = (item      )              => {
  const event             = typeof item.event === 'string' ? {} : item.event
  const row = find             ('.event', template.content.cloneNode(true)                    )
  row.dataset['session'] = event.session_id ?? ''
  find('.sequence', row).textContent = event.sequence === undefined ? '' : String(event.sequence)
  find('.type', row).textContent = event.event_type ?? 'not an event'
  const verdict = find('.verdict', row)
  verdict.textContent = item.verified ? '✓ signature verified' : '✗ refused with 401'
  verdict.classList.toggle('refused', !item.verified)
  const session = find                   ('.session', row)
  session.textContent = sessionName(event)
  session.addEventListener('click', () => {
    filter.value = event.session_id ?? ''
    applyFilter()
  })
  const time = find                 ('time', row)
  const at = new Date(item.received_at)
  time.dateTime = at.toISOString()
  time.textContent = at.toLocaleTimeString(undefined, { hour12: false })
  if (item.problem !== undefined) find('.said', row).append(make('p', 'note refused', item.problem))
  find('.said', row).append(...saidOf(event))
  if (item.verified && event.event_type === 'message:brain_send' && event.session_id !== undefined)
    find('.said', row).after(whyShown(event.session_id, event.in_reply_to))
  find('.headers', row).textContent = Object.entries(item.headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n')
  find             ('.again', row).hidden = !item.verified || !cameBefore(event)
  find('.body', row).textContent =
    typeof item.event === 'string' ? item.event : JSON.stringify(item.event, null, 2)
  return row
}

const show = (items                 )       => {
  for (const item of items) {
    if (typeof item.event !== 'string') knowSession(item.event)
    list.prepend(rowOf(item))
  }
  while (list.children.length > shownMax) list.lastElementChild?.remove()
  applyFilter()
}

const follow = async ()                => {
  let after = 0
  for (;;) {
    try {
      // The first answer comes at once, so that the page shows what there is.
      const wait =
        after === 0 && list.children.length === 0 && empty.dataset['asked'] === undefined ? 0 : waitSeconds
      const response = await fetch(`/inbox/events?after=${after}&wait=${wait}`)
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      const page = (await response.json())
      empty.dataset['asked'] = 'yes'
      after = page.next
      setState('live', 'live')
      show(page.items)
    } catch {
      setState('away', 'Dragoman does not answer; trying again')
      await new Promise((resolve) => setTimeout(resolve, retryMs))
    }
  }
}

filter.addEventListener('change', applyFilter)
void follow()
