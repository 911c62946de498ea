import { phraseOf } from './intents/normalise.ts'

/**
 * Does the user want to be left alone, or out of what is being done? Whole messages only: "stop", "never mind",
 * "cancel please". A sentence about cancelling something ("cancel my order") is the document's to understand.
 */
export const asksToStop = (text: string): boolean => {
  const phrase = phraseOf(text, { foldAccents: true })
  return phrase.length <= phraseLengthMax && wholeMessages.test(phrase)
}

const phraseLengthMax = 60

const wholeMessages = new RegExp(
  `^(?:(?:please|ok|okay|no|oh) )*(?:${[
    ...['stop', 'stop it', 'stop that', 'cancel', 'cancel it', 'cancel that', 'cancel this', 'abort'],
    ...['quit', 'exit'],
    ...['never mind', 'nevermind', 'forget it', 'forget about it', 'leave me alone', 'stop messaging me'],
    ...['unsubscribe'],
    ...['abbrechen', 'abbruch', 'vergiss es', 'vergessen sie es', 'stopp', 'lass mich in ruhe', 'egal'],
    ...['cancelar', 'para', 'dejalo', 'olvidalo', 'no importa', 'dejame en paz'],
    ...['annuler', 'annule', 'arrete', 'arretez', 'laisse tomber', 'laissez tomber', 'oublie', 'oubliez'],
    ...['parar', 'esquece', 'esqueca', 'deixa pra la', 'deixe estar', 'annulla', 'basta', 'lascia stare'],
    ...['ακυρο', 'ακυρωση', 'σταματα', 'αστο', 'ξεχνα το', 'δεν πειραζει'],
  ].join(
    '|',
  )})(?: (?:please|now|thanks|thank you|bitte|danke|por favor|gracias|merci|obrigado|obrigada|grazie|παρακαλω))*$`,
  'u',
)
