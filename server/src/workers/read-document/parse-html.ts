import { Readability } from '@mozilla/readability'
import { parseHTML } from 'linkedom'
import type { TextBlock } from '../../brain/knowledge/split-passages.ts'
import type { ParsedText } from './parsed-text.ts'

/**
 * HTML as headings and paragraphs. Of a web page only what it is about: its `main` or single `article`; without
 * them what Readability takes for the text, unless that loses more than half, as it does with lists of questions.
 */
export const parseHtml = (html: string, { isPage }: { readonly isPage: boolean }): ParsedText => {
  const { document } = parseHTML(isWhole(html) ? html : `<html><body>${html}</body></html>`)
  const documentTitle = document.querySelector('title')?.textContent ?? ''
  for (const element of document.querySelectorAll(isPage ? pageNoise : noise)) element.remove()
  const blocks = collapsed(document, isPage)
  const firstHeading = blocks.find((block) => block.type === 'heading' && block.level === 1)
  return { title: (firstHeading?.text ?? documentTitle).replace(/\s+/g, ' '), blocks }
}

const isWhole = (html: string): boolean => /<(?:html|body)\b/i.test(html)

const noise = 'script,style,noscript,template,iframe,svg,canvas,object,embed,[hidden]'
const pageNoise = `${noise},nav,form,button,dialog,[role=navigation],[role=search],[role=dialog],[aria-hidden=true],body > header,body > footer,body > aside`

const collapsed = (document: Document, isPage: boolean): readonly TextBlock[] => {
  const all = blocksOf(document.body)
  if (!isPage) return all
  const landmark = document.querySelector('main,[role=main]') ?? singleArticle(document)
  if (landmark) {
    const blocks = blocksOf(landmark)
    if (blocks.length > 0) return blocks
  }
  const article = new Readability(document.cloneNode(true) as Document).parse()
  if (!article?.content) return all
  const readable = blocksOf(parseHTML(`<html><body>${article.content}</body></html>`).document.body)
  return lengthOf(readable) * 2 >= lengthOf(all) ? readable : all
}

const singleArticle = (document: Document): Element | null => {
  const articles = document.querySelectorAll('article')
  return articles.length === 1 ? (articles[0] ?? null) : null
}

const lengthOf = (blocks: readonly TextBlock[]): number =>
  blocks.reduce((sum, { text }) => sum + text.length, 0)

/** Depth first, without recursion: a hostile page may nest a hundred thousand deep. */
const blocksOf = (root: Node): readonly TextBlock[] => {
  const blocks: TextBlock[] = []
  let open = ''
  let isListItem = false
  const close = (): void => {
    const text = open.replace(/\s+/g, ' ').trim()
    if (text !== '') blocks.push({ type: 'text', text: isListItem ? `- ${text}` : text })
    open = ''
    isListItem = false
  }
  const stack: (Node | typeof close)[] = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (typeof node === 'function') node()
    else if (node.nodeType === textNode) open += node.nodeValue ?? ''
    else if (node.nodeType === elementNode) {
      const name = node.nodeName.toLowerCase()
      const level = /^h([1-6])$/.exec(name)?.[1] ?? (name === 'summary' || name === 'dt' ? '6' : undefined)
      if (level !== undefined) {
        close()
        const text = (node.textContent ?? '').replace(/\s+/g, ' ').trim()
        if (text !== '') blocks.push({ type: 'heading', level: Number(level), text })
        continue
      }
      if (name === 'br') open += blockNames.has(node.parentNode?.nodeName.toLowerCase() ?? '') ? ' ' : '\n'
      if (name === 'td' || name === 'th') open += open.trim() === '' ? '' : ' | '
      if (blockNames.has(name)) {
        close()
        isListItem = name === 'li'
        stack.push(close)
      }
      for (let child = node.lastChild; child; child = child.previousSibling) stack.push(child)
    }
  }
  close()
  return blocks
}

const textNode = 3
const elementNode = 1
const blockNames: ReadonlySet<string> = new Set(
  'address article aside blockquote body dd details div dl fieldset figcaption figure footer form header hr li main ol p pre section table tbody thead tr ul'.split(
    ' ',
  ),
)
