import { phraseOf } from './intents/normalise.ts'

/**
 * Does the message say yes or no, in the words that people use for it? Whole messages only ("yep, go ahead"): a
 * sentence that begins with one of them ("ok, but what does it cost?") may mean anything.
 */
export const yesOrNo = (text: string): 'yes' | 'no' | undefined => {
  const phrase = phraseOf(text, { foldAccents: true })
  if (phrase.length > phraseLengthMax) return undefined
  if (yes.test(phrase)) return 'yes'
  return no.test(phrase) ? 'no' : undefined
}

/** The same of a choice that a document offers: its first word tells ("Yes, block it"). */
export const meaningOfChoice = (choice: string): 'yes' | 'no' | undefined =>
  yesOrNo(phraseOf(choice, { foldAccents: true }).split(' ')[0] ?? '')

/**
 * Does a sentence with a yes or a no in it not mean just that ("yes, but only for a day", "yes?", "no problem")? What is
 * asked with yes or no can seldom be undone, so it is asked once more.
 */
export const hasReservation = (text: string): boolean =>
  /[?;؟？]$/.test(text.trim()) || reservations.test(phraseOf(text, { foldAccents: true }))

const reservations = new RegExp(
  `(?:^| )(?:${[
    ...['but', 'only', 'except', 'unless', 'if', 'wait', 'first', 'however', 'although', 'maybe'],
    ...['no (?:problem|doubt|worries|idea)', 'not (?:sure|yet)', 'dont know'],
    ...['aber', 'nur', 'ausser', 'wenn', 'falls', 'moment', 'erst', 'vielleicht', 'kein problem'],
    ...['pero', 'solo', 'excepto', 'espera', 'primero', 'mais', 'seulement', 'sauf', 'attendez', 'dabord'],
    ...['mas', 'exceto', 'espere', 'primeiro', 'ma', 'soltanto', 'tranne', 'aspetti', 'prima'],
    ...['αλλα', 'μονο', 'εκτος', 'αν', 'περιμενε', 'πρωτα', 'ισως'],
  ].join('|')})(?: |$)`,
  'u',
)

const phraseLengthMax = 60

const onlyOf = (words: readonly string[]): RegExp =>
  new RegExp(`^(?:${words.join('|')})(?: (?:${[...words, ...courtesies].join('|')}))*$`, 'u')

const courtesies = [
  ...['please', 'thanks', 'thank you', 'bitte', 'danke', 'por favor', 'gracias', 'sil vous plait', 'merci'],
  ...['obrigado', 'obrigada', 'per favore', 'grazie', 'παρακαλω', 'ευχαριστω'],
]

const yes = onlyOf([
  ...['👍', '👌', 'yes', 'yep', 'yeah', 'yup', 'ya', 'y', 'sure', 'ok', 'okay', 'of course', 'certainly'],
  ...['definitely', 'absolutely', 'sure thing', 'confirm', 'confirmed', 'i confirm', 'fine', 'thats fine'],
  ...['all right', 'alright', 'that works', 'perfect', 'agreed', 'lets do it', 'i do', 'yes i do'],
  ...['yes i am'],
  ...['correct', 'right', 'go ahead', 'do it', 'do that', 'please do', 'sounds good', 'that is right'],
  ...['ja', 'jawohl', 'jep', 'klar', 'gerne', 'genau', 'naturlich', 'stimmt', 'mach das'],
  ...['si', 'claro', 'vale', 'por supuesto', 'adelante', 'correcto', 'oui', 'ouais', 'daccord', 'bien sur'],
  ...['sim', 'isso', 'pode ser', 'com certeza', 'certo', 'va bene', 'certamente', 'ναι', 'βεβαια', 'σωστα'],
  ...['εννοειται', 'ενταξει'],
  ...['passt', 'das passt', 'in ordnung', 'einverstanden', 'ich bestatige', 'perfekt', 'de acuerdo'],
  ...['perfecto'],
  ...['confirmo', 'parfait', 'ca marche', 'je confirme', 'perfeito', 'esta bem', 'perfetto', 'confermo'],
  ...['συμφωνω', 'επιβεβαιωνω', 'τελεια'],
])

const no = onlyOf([
  ...['👎', 'no', 'nope', 'nah', 'n', 'not now', 'no way', 'rather not', 'dont', 'do not', 'dont do it'],
  ...['please dont', 'not yet', 'wrong', 'nein', 'nee', 'lieber nicht', 'nicht', 'auf keinen fall', 'falsch'],
  ...['no no', 'mejor no', 'todavia no', 'non', 'pas maintenant', 'surtout pas', 'nao', 'agora nao'],
  ...['meglio di no', 'οχι', 'μην', 'λαθος'],
])
