import type { DocumentAction } from '../document.ts'
import type { DocumentFault } from '../document-fault.ts'

export const checkAddress = (url: string, path: string): DocumentFault[] =>
  /^https?:\/\//i.test(url) && URL.canParse(url)
    ? []
    : [{ path, message: 'is no http(s) address', cure: 'write it whole, as https://example.com/path' }]

/** Addresses that users are shown: what no template fills must be one already, else the response is never sent. */
export const checkShownAddresses = (action: DocumentAction, path: string): DocumentFault[] =>
  shownAddresses(action, path).flatMap(([url, at]) => (url.includes('{') ? [] : checkAddress(url.trim(), at)))

const shownAddresses = (action: DocumentAction, path: string): (readonly [url: string, path: string])[] => {
  if (action.type !== 'carousel') return 'url' in action ? [[action.url, `${path}.url`]] : []
  return action.cards.flatMap(({ media, buttons }, index) => {
    const card = `${path}.cards[${index}]`
    return [
      ...(media ? [[media.url, `${card}.media.url`] as const] : []),
      ...buttons.flatMap(({ url }, at) =>
        url === undefined ? [] : [[url, `${card}.buttons[${at}].url`] as const],
      ),
    ]
  })
}
