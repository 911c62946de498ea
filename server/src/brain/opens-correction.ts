import { phraseOf } from './intents/normalise.ts'

/** Does the message begin as people begin who take something back ("no wait, on Saturday", "actually at 11")? */
export const opensCorrection = (text: string): boolean => openings.test(phraseOf(text, { foldAccents: true }))

const openings = new RegExp(
  `^(?:${[
    ...['no', 'nope', 'oh', 'sorry', 'oops', 'wait', 'actually', 'correction', 'rather', 'instead', 'better'],
    ...['but', '(?:yes|ok|okay|sure) but', 'ja aber', 'si pero', 'oui mais', 'sim mas', 'si ma', 'ναι αλλα'],
    ...['i mean', 'i meant', 'make it', 'make that', 'change it', 'change that', 'on second thought'],
    ...['nein', 'doch', 'lieber', 'moment', 'entschuldigung', 'ich meine', 'ich meinte', 'besser'],
    ...['perdon', 'mejor', 'espera', 'en realidad', 'quiero decir', 'non', 'pardon', 'plutot', 'attendez'],
    ...['en fait', 'nao', 'desculpe', 'melhor', 'espere', 'na verdade', 'scusi', 'anzi', 'meglio', 'aspetti'],
    ...['οχι', 'συγγνωμη', 'καλυτερα', 'περιμενε', 'εννοω', 'τελικα'],
  ].join('|')}) `,
  'u',
)
