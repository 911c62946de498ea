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

export const folded = (sentence: string): string => fold(sentence).replaceAll('’', "'")

export const sentencesOf = (text: string): readonly string[] => text.split(/(?<=[.!?;…])\s+|\n+/u)

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
    // Told with a denial either way.
    name: 'no charge',
    pattern:
      /(?<!\p{L})(?:waiv\p{L}+|(?:won't|will not|not|never) be charged|(?:do|will) not (?:have|need) to pay|don't (?:have|need) to pay|nothing to pay|costs? nothing|(?:is|are|it's) on us|(?:we|i)(?:'ll| will) (?:cover|pay))(?!\p{L})/u,
  },
  {
    name: 'replacement',
    pattern: stems(
      ...[
        'replacement',
        "(?:we|i)(?:'ll| will| can) (?:replace|exchange)",
        'send(?: you)? (?:a new|another)',
      ],
      ...[
        'ersatz(?!teil)',
        'umtausch',
        'reemplaz',
        'remplacement',
        'sostituzion',
        'substituic',
        'αντικαταστ',
        'vervang',
      ],
    ),
  },
  {
    name: 'call back',
    isAskable: true,
    pattern: stems(
      ...[
        "(?:will|we'll|i'll|shall|going to) (?:[a-z]+ )?(?:call|phone|ring|contact|get back to|reach out to) you",
        "(?:will|we'll|i'll) be in touch",
        'ruckruf',
        'zuruckruf',
      ],
      ...[
        '(?:rufen|ruft) (?:wir )?(?:sie|dich) ',
        'melden uns',
        'meldet sich',
        'llamaremos',
        'contactaremos',
      ],
      ...[
        'pondremos en contacto',
        '(?:vous|te) (?:rappel|recontact|contacter)',
        'contacteremo',
        'richiamer',
        'ricontatt',
      ],
      ...['entraremos em contat', 'σασ (?:καλεσ|παρ)', 'επικοινωνησουμε', 'nemen contact'],
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
