import { plainText } from './plain-text.ts'
import { folded, sentencesOf } from './promises.ts'

/**
 * Said to be done already. It is carried only by a tool that was called, or by a record that says so: "your order was
 * cancelled" by `status: cancelled`, and "I have cancelled your order" by none.
 */
export const deedsIn = (text: string, records: readonly string[]): readonly string[] =>
  sentencesOf(plainText(text)).flatMap((sentence) => {
    const words = folded(sentence)
    const own = ownDeeds.exec(words)
    if (own) return [own[0].trim()]
    return [...words.matchAll(doneDeeds)].flatMap(({ 0: deed, index }) => {
      const done = deed.slice(deed.lastIndexOf(' ') + 1)
      const isCarried =
        supposing.test(words.slice(0, index)) || records.some((record) => folded(record).includes(done))
      return isCarried ? [] : [deed.trim()]
    })
  })

/** "If your order has been sent, refuse the parcel" tells of nothing that was done. */
const supposing = /(?<!\p{L})(?:if|when|whenever|once|after|until|unless|whether)(?!\p{L})[^,;:]*$/u

const done =
  '(?:cancel\\p{L}*|refund\\p{L}*|book\\p{L}*|order\\p{L}*|chang\\p{L}*|updat\\p{L}*|sent|issu\\p{L}*|credit\\p{L}*|process\\p{L}*|creat\\p{L}*|open\\p{L}*|forward\\p{L}*|escalat\\p{L}*|schedul\\p{L}*|reset|appl(?:ied)|approv\\p{L}*|register\\p{L}*|extend\\p{L}*|upgrad\\p{L}*)'
const past =
  'cancell?ed|refunded|reimbursed|booked|reserved|ordered|changed|updated|sent|issued|credited|closed|created|opened|forwarded|passed|escalated|scheduled|arranged|reset|applied|approved|extended|upgraded|replaced|deleted|removed|informed|notified|unsubscribed'
const ownDeeds = new RegExp(
  [
    `(?<!\\p{L})(?:i|we)(?:'ve| have|'ve just| have just| just| already| have already)\\s+(?:\\p{L}+ly )?${done}`,
    // "We changed the rules" tells of no deed for this user.
    `(?<!\\p{L})(?:i|we) (?:\\p{L}+ly )?(?:${past}) (?:you|your|it|this|that)(?!\\p{L})`,
    '(?<!\\p{L})(?:ich habe|wir haben)(?: \\p{L}+){1,5} (?:storniert|erstattet|gebucht|geandert|bestellt|veranlasst|gesendet|geschickt)',
    '(?<!\\p{L})(?:he|hemos) (?:cancelado|reembolsado|reservado|cambiado|enviado|actualizado)',
    "(?<!\\p{L})(?:j'ai|nous avons) (?:annule|rembourse|reserve|modifie|envoye)",
  ].join('|'),
  'u',
)
const doneDeeds = new RegExp(
  [
    `(?<!\\p{L})(?:has|have) (?:now |just |already )?been (?:\\p{L}+ly )?${done}`,
    `(?<!\\p{L})your (?:\\p{L}+ ){1,3}(?:(?:was|were|got)(?: \\p{L}+ly)?|(?:is|are) (?:now|already|just|successfully)) (?:${past})(?!\\p{L})`,
  ].join('|'),
  'gu',
)
