import { toCardinal as german } from 'n2words/de-DE'
import { toCardinal as greek } from 'n2words/el-GR'
import { toCardinal as english } from 'n2words/en-GB'
import { toCardinal as americanEnglish } from 'n2words/en-US'
import { toCardinal as spanish } from 'n2words/es-ES'
import { toCardinal as belgianFrench } from 'n2words/fr-BE'
import { toCardinal as french } from 'n2words/fr-FR'
import { toCardinal as italian } from 'n2words/it-IT'
import { toCardinal as dutch } from 'n2words/nl-NL'
import { toCardinal as portuguese } from 'n2words/pt-PT'

/** How a language builds its numbers; words are folded. */
export interface NumberGrammar {
  readonly write: readonly ((value: number) => string)[]
  /** Between the parts of a number: left out, it is the same number. */
  readonly and?: string
  /** Other names of 1,000, 1,000,000 and 1,000,000,000 than the CLDR's. */
  readonly scales?: readonly (readonly [name: string, value: number])[]
  /** May 1,000 stand without a number before it? */
  readonly bareThousand: boolean
  readonly others?: readonly (readonly [written: RegExp, other: string])[]
  readonly more?: readonly (readonly [word: string, value: number])[]
  /** Words that mean 1 (or another number) only when nothing else is said. */
  readonly articles: readonly string[]
  /** A "one" behind these is a pronoun. */
  readonly pronounAfter?: readonly string[]
  readonly point: readonly string[]
  readonly half?: RegExp
}

export const numberGrammars: ReadonlyMap<string, NumberGrammar> = new Map<string, NumberGrammar>([
  [
    'en',
    {
      write: [english, americanEnglish],
      bareThousand: false,
      more: [
        ['ahundred', 100],
        ['athousand', 1_000],
        ['amillion', 1_000_000],
        ['adozen', 12],
        ['dozen', 12],
      ],
      articles: [],
      pronounAfter: [
        ...['this', 'that', 'which', 'the', 'any', 'no', 'every', 'each', 'another', 'other', 'some'],
        ...['last', 'next', 'first', 'right', 'wrong', 'good', 'better', 'new', 'old', 'same', 'only'],
      ],
      point: ['point'],
      half: /^\s+and\s+a\s+half(?!\p{L})/iu,
    },
  ],
  [
    'de',
    {
      write: [german],
      bareThousand: true,
      scales: [
        ['mio', 1e6],
        ['mrd', 1e9],
      ],
      others: [
        [/^ein(?=hundert|tausend)/, ''],
        [/eins$/, 'ein'],
        [/eins$/, 'eine'],
        [/eins$/, 'einen'],
        [/eins$/, 'einem'],
        [/eins$/, 'einer'],
        [/funf/, 'fuenf'],
        [/zwolf/, 'zwoelf'],
        [/zwei/, 'zwo'],
      ],
      more: [
        ['anderthalb', 1.5],
        ['eineinhalb', 1.5],
        ['zweieinhalb', 2.5],
        ['dreieinhalb', 3.5],
        ['viereinhalb', 4.5],
        ['dutzend', 12],
        ['eindutzend', 12],
      ],
      articles: ['ein', 'eine', 'einen', 'einem', 'einer'],
      point: ['komma'],
    },
  ],
  [
    'es',
    {
      write: [spanish],
      bareThousand: true,
      others: [
        [/uno$/, 'un'],
        [/uno$/, 'una'],
        [/cientos/, 'cientas'],
        [/quinientos/, 'quinientas'],
      ],
      more: [
        ['docena', 12],
        ['unadocena', 12],
      ],
      articles: ['un', 'una', 'uno'],
      point: ['punto', 'coma'],
      half: /^\s+y\s+medi[oa](?!\p{L})/iu,
    },
  ],
  [
    'fr',
    {
      write: [french, belgianFrench],
      bareThousand: true,
      others: [
        [/un$/, 'une'],
        [/^cents$/, 'cent'],
        [/^vingts$/, 'vingt'],
      ],
      more: [['unedouzaine', 12]],
      articles: ['un', 'une'],
      point: ['virgule'],
      half: /^\s+et\s+demie?(?!\p{L})/iu,
    },
  ],
  [
    'pt',
    {
      write: [portuguese],
      and: 'e',
      bareThousand: true,
      scales: [
        ['milhao', 1e6],
        ['milhoes', 1e6],
        ['bilhao', 1e9],
        ['bilhoes', 1e9],
      ],
      others: [
        [/dezasseis/, 'dezesseis'],
        [/dezassete/, 'dezessete'],
        [/dezanove/, 'dezenove'],
        [/catorze/, 'quatorze'],
        [/um$/, 'uma'],
        [/dois$/, 'duas'],
        [/entos/, 'entas'],
      ],
      more: [
        ['duzia', 12],
        ['umaduzia', 12],
      ],
      articles: ['um', 'uma'],
      point: ['virgula', 'ponto'],
      half: /^\s+e\s+mei[oa](?!\p{L})/iu,
    },
  ],
  [
    'el',
    {
      write: [greek],
      and: 'και',
      bareThousand: true,
      scales: [
        ['χιλια', 1e3],
        ['χιλιεσ', 1e3],
        ['χιλιοι', 1e3],
        ['χιλιαδεσ', 1e3],
        ['χιλιαδα', 1e3],
      ],
      others: [
        [/ενα$/, 'μια'],
        [/ενα$/, 'ενασ'],
        [/ενα$/, 'εναν'],
        [/τρια$/, 'τρεισ'],
        [/τεσσερα$/, 'τεσσερισ'],
        [/επτα/, 'εφτα'],
        [/οκτω/, 'οχτω'],
        [/εννεα/, 'εννια'],
        [/εννια/, 'εννεα'],
        [/κοσια/, 'κοσιεσ'],
        [/κοσια/, 'κοσιοι'],
      ],
      more: [
        ['μιαμιση', 1.5],
        ['ενάμισι', 1.5],
        ['δυομισι', 2.5],
        ['ντουζινα', 12],
      ],
      articles: ['ενα', 'μια', 'ενασ', 'εναν'],
      point: ['κομμα'],
      half: /^\s+και\s+μισ[ήόη](?!\p{L})/iu,
    },
  ],
  [
    'it',
    {
      write: [italian],
      bareThousand: true,
      scales: [['mila', 1e3]],
      others: [
        [/uno$/, 'un'],
        [/uno$/, 'una'],
      ],
      articles: ['un', 'una', 'uno', 'sei'],
      point: ['virgola'],
      half: /^\s+e\s+mezz[oa](?!\p{L})/iu,
    },
  ],
  [
    'nl',
    {
      write: [dutch],
      bareThousand: true,
      scales: [['duizend', 1e3]],
      more: [['anderhalf', 1.5]],
      articles: ['een'],
      point: ['komma'],
    },
  ],
])
