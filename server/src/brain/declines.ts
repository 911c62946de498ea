import { phraseOf } from './intents/normalise.ts'
import { yesOrNo } from './yes-or-no.ts'

/**
 * Does the user not want to answer, or has nothing to answer with? Whole messages only ("skip", "no phone", "I don't
 * have one"); it matters where an answer may be missing.
 */
export const declines = (text: string): boolean => {
  const phrase = phraseOf(text, { foldAccents: true })
  return phrase.length <= phraseLengthMax && (yesOrNo(text) === 'no' || wholeMessages.test(phrase))
}

const phraseLengthMax = 60

const wholeMessages = new RegExp(
  `^(?:(?:please|sorry|no|ok|nein|non|nao|οχι) )*(?:${[
    ...['skip', 'skip it', 'skip this', 'skip that', 'next', 'none', 'nothing', 'later', 'not applicable'],
    ...['no [a-z]+', 'no [a-z]+ number', 'without'],
    ...['i (?:dont|do not) (?:have|know|want)(?: (?:one|any|it|that|to))?'],
    ...['i (?:have|got) none', 'i (?:would|d) rather not', 'id rather not', 'i prefer not to(?: say)?'],
    ...['uberspringen', 'weiter', 'kein(?:e|s|en|er|es)?(?: [a-z]+)?', 'hab(?:e)? ich nicht'],
    ...['ich habe keine?n?'],
    ...['weiss ich nicht', 'spater', 'saltar', 'omitir', 'ninguno', 'ninguna', 'no tengo', 'no lo se'],
    ...['mas tarde'],
    ...['passer', 'aucune?', 'je nen ai pas', 'je ne sais pas', 'plus tard', 'pular', 'nenhum', 'nenhuma'],
    ...['nao tenho', 'nao sei', 'saltare', 'nessuno', 'nessuna', 'non ce lho', 'παραλειψη', 'κανενα'],
    ...['δεν εχω'],
    ...['δεν ξερω'],
  ].join(
    '|',
  )})(?: (?:please|thanks|bitte|danke|por favor|gracias|merci|obrigado|obrigada|grazie|παρακαλω))*$`,
  'u',
)
