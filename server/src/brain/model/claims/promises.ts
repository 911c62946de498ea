import { fold } from '../../entities/text-words.ts'
import { plainText } from './plain-text.ts'

/*
 * What costs the operator something when it is said: refunds, guarantees, gifts, deeds. A promise is known by a stem
 * in any of the languages, so that an English passage carries a German sentence; all languages are looked at,
 * because a lie may be told in any. Whether it is given or denied belongs to it: "no refunds" does not carry "you get
 * a refund".
 */
export interface Commitment {
  /** `refund given`, `refund denied` */
  readonly key: string
  readonly text: string
}

export const promisesIn = (text: string): readonly Commitment[] =>
  sentencesOf(plainText(text)).flatMap((sentence) =>
    sentence.split(clauseEnd).flatMap((clause) => commitmentsIn(clause, sentence.endsWith('?'))),
  )

/**
 * What the evidence promises. Read more strictly than what is to be carried: a denial anywhere in the sentence counts,
 * so that "refunds, however, are not possible" gives nobody a refund.
 */
export const promisesCarried = (text: string): readonly string[] =>
  sentencesOf(plainText(text)).flatMap((sentence) => commitmentsIn(sentence, false).map(({ key }) => key))

const clauseEnd = /[,;:()–—]|\s-\s/u

const commitmentsIn = (part: string, isAsked: boolean): readonly Commitment[] => {
  const words = folded(part)
  const isDenied = denial.test(words)
  return concepts.flatMap(({ name, pattern, isAskable = false }) => {
    const match = isAsked && isAskable ? null : pattern.exec(words)
    return match === null ? [] : [{ key: `${name} ${isDenied ? 'denied' : 'given'}`, text: match[0].trim() }]
  })
}

/** Said to be done already. It is carried only by a tool that was called. */
export const deedsIn = (text: string): readonly string[] =>
  sentencesOf(plainText(text)).flatMap((sentence) => {
    const match = deeds.exec(folded(sentence))
    return match === null ? [] : [match[0].trim()]
  })

const folded = (sentence: string): string => fold(sentence).replaceAll('’', "'")

const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.!?;…])\s+|\n+/u)

const stems = (...words: readonly string[]): RegExp =>
  new RegExp(`(?<!\\p{L})(?:${words.map(fold).join('|')})`, 'u')

const concepts: readonly {
  readonly name: string
  readonly pattern: RegExp
  /** In a question it promises nothing: "How can I help you today?" */
  readonly isAskable?: boolean
}[] = [
  {
    name: 'refund',
    pattern: stems(
      ...[
        'refund',
        'reimburs',
        'money[- ]back',
        'money returned',
        'chargeback',
        'pay you back',
        'your money will be',
      ],
      ...['ruckerstatt', 'erstatt', 'geld zuruck', 'reembols', 'devolucion del dinero', 'devolver el dinero'],
      ...['rembours', 'rimbors', 'επιστροφη χρηματ', 'επιστροφη των χρηματ', 'αποζημιωσ', 'terugbetal'],
    ),
  },
  {
    name: 'guarantee',
    pattern: stems(
      ...[
        'guarant',
        'warrant',
        'we promise',
        'i promise',
        'assured',
        'risk[- ]free',
        'garant',
        'gewahrleist',
      ],
      ...['verspreche', 'promet', 'prometo', 'εγγυ', 'υποσχ', 'gegarandeerd'],
    ),
  },
  {
    name: 'free of charge',
    pattern:
      /(?<![\p{L}-])(?:free(?! (?:to|up|of (?:bugs|errors))\b)(?! ?-)|complimentary|gratis|kostenlos|kostenfrei|umsonst|gratuit|gratuito|gratuita|δωρεαν|no (?:extra |additional )?(?:charge|cost|fee)s?|without (?:extra |additional )?(?:charge|cost)|at no cost|sin cost[eo]|sans frais|sem custo|on the house)(?!\p{L}*-)/u,
  },
  {
    name: 'discount',
    pattern: stems(
      ...[
        'discount',
        'voucher',
        'coupon',
        'promo code',
        'store credit',
        'cashback',
        'cash back',
        'half price',
      ],
      ...[
        'rabatt',
        'gutschein',
        'nachlass',
        'descuento',
        'cupon',
        'remise',
        'rabais',
        'desconto',
        'sconto',
        'buono',
      ],
      ...['εκπτωσ', 'κουπονι', 'korting'],
    ),
  },
  {
    name: 'compensation',
    pattern: stems(
      ...[
        'compensat',
        'goodwill',
        'bonus',
        'gift',
        'reward',
        'prize',
        'entschadig',
        'schadensersatz',
        'geschenk',
      ],
      ...[
        'compensac',
        'indemniz',
        'regalo',
        'dedommag',
        'indemnis',
        'cadeau',
        'risarciment',
        'indenniz',
        'δωρο(?!ε)',
      ],
    ),
  },
  {
    name: 'unlimited',
    pattern: stems(
      ...[
        'unlimited',
        'lifetime',
        'forever',
        'no limit',
        'unbegrenzt',
        'lebenslang',
        'ilimitad',
        'de por vida',
      ],
      ...['illimit', 'a vie\\b', 'vitalici', 'απεριοριστ'],
    ),
  },
  {
    name: 'at once',
    isAskable: true,
    pattern: stems(
      ...[
        'immediately',
        'instantly',
        'right away',
        'same[- ]day',
        'next[- ]day',
        'overnight',
        'tomorrow',
        'today',
      ],
      ...['sofort', 'umgehend', 'noch heute', 'inmediat', 'manana mismo', 'immediat', 'imediat', 'αμεσως'],
    ),
  },
  {
    name: 'right',
    pattern: stems(
      ...[
        'entitled',
        'eligible',
        'you qualify',
        'legally',
        'anspruch',
        'berechtigt',
        'derecho a',
        'droit a',
        'direito a',
      ],
      ...['diritto a', 'δικαιουστε', 'δικαιουσαι'],
    ),
  },
]

const denial =
  /(?<!\p{L})(?:not?|never|cannot|can't|don't|doesn't|isn't|aren't|won't|without(?! (?:extra |additional )?(?:charge|cost))|non|nicht|kein\p{L}*|nie|ohne|sin(?! cost)|nunca|jamas|pas|jamais|aucun\p{L}*|nao|nem|sem(?! custo)|mai|nessun\p{L}*|δεν|μην?|χωρισ|geen|niet)(?!\p{L})(?! (?:extra |additional )?(?:charge|cost|fee)s?)/u

const done =
  '(?:cancel\\p{L}*|refund\\p{L}*|book\\p{L}*|order\\p{L}*|chang\\p{L}*|updat\\p{L}*|sent|issu\\p{L}*|credit\\p{L}*|process\\p{L}*|creat\\p{L}*|open\\p{L}*|forward\\p{L}*|escalat\\p{L}*|schedul\\p{L}*|reset|appl(?:ied)|approv\\p{L}*|register\\p{L}*|extend\\p{L}*|upgrad\\p{L}*)'
const deeds = new RegExp(
  [
    `(?<!\\p{L})(?:i|we)(?:'ve| have|'ve just| have just| just| already| have already)\\s+(?:\\p{L}+ly )?${done}`,
    `(?<!\\p{L})(?:has|have) (?:now |just |already )?been (?:\\p{L}+ly )?${done}`,
    '(?<!\\p{L})(?:ich habe|wir haben)(?: \\p{L}+){1,5} (?:storniert|erstattet|gebucht|geandert|bestellt|veranlasst|gesendet|geschickt)',
    '(?<!\\p{L})(?:he|hemos) (?:cancelado|reembolsado|reservado|cambiado|enviado|actualizado)',
    "(?<!\\p{L})(?:j'ai|nous avons) (?:annule|rembourse|reserve|modifie|envoye)",
  ].join('|'),
  'u',
)
