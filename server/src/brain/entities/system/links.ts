import { find } from 'linkifyjs'
import type { SystemReading } from './system-reading.ts'
import type { TextScan } from './text-scan.ts'

/** `sys-email` and `sys-url`, by a state machine that knows the top-level domains. */
export const findLinks = ({ text }: TextScan): readonly SystemReading[] => {
  if (!/[.@]|:\/\//.test(text)) return []
  return find(text, { defaultProtocol: 'https' }).flatMap(
    ({ type, value, href, start, end }): SystemReading[] => {
      if (type === 'email')
        return [{ entity: 'sys-email', kind: 'link', value: addressOf(href), start, end, confidence: 1 }]
      if (type !== 'url' || isJoinedSentence(value)) return []
      return [
        { entity: 'sys-url', kind: 'link', value: href, start, end, confidence: hasSign(value) ? 1 : 0.8 },
      ]
    },
  )
}

const addressOf = (href: string): string => href.replace(/^mailto:/i, '')

const hasSign = (value: string): boolean => /^(?:[a-z]+:\/\/|www\.)/i.test(value)

/** "ok.So what": a full stop without its space. */
const isJoinedSentence = (value: string): boolean =>
  /^\p{L}+\.\p{Lu}\p{Ll}+$/u.test(value) || /^\p{Ll}{1,3}\.\p{Ll}{2}$/u.test(value)
