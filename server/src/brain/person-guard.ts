import { phraseOf } from './intents/normalise.ts'

/**
 * Does the user ask for a person? A short list for the languages we know, so that nobody is locked in with a
 * machine, whatever the document says. It is strict on purpose: a whole message ("agent please"), or a verb of
 * speaking together with a person ("can I talk to someone real"). The document's own intents hear more.
 */
export const asksForPerson = (text: string): boolean => {
  const phrase = phraseOf(text, { foldAccents: true })
  if (phrase === '' || phrase.length > phraseLengthMax) return false
  return wholeMessages.test(phrase) || requests.some((request) => request.test(phrase))
}

/** A long story that mentions a person is a story. */
const phraseLengthMax = 160

/** All patterns see phrases: lower case, words parted by one space, without accents and punctuation. */
const wholeMessages = new RegExp(
  `^(?:(?:please|hi|hello|hey|a|an|live|real|human|speak to|talk to) )*(?:${[
    ...['human', 'person', 'agent', 'operator', 'representative', 'human being', 'customer service'],
    ...['support agent'],
    ...['mensch', 'mitarbeiter', 'humano', 'agente', 'persona', 'operador', 'operadora', 'atendente'],
    ...['humain'],
    ...['conseiller', 'operatore', 'umano', 'ανθρωπος', 'ανθρωπο', 'εκπροσωπο', 'εκπροσωπος', 'υπαλληλο'],
  ].join('|')})(?: (?:please|now|bitte|por favor|s il vous plait|svp|per favore|παρακαλω))*$`,
  'u',
)

const requests: readonly RegExp[] = [
  /\b(?:talk|speak|chat|connect me|transfer me|put me through|pass me|hand me over|get me through) (?:to|with|on to) (?:(?:an?|the|your|some|any|another|actual|real|live|human|customer|support|service|sales) )*(?:human|humans|person|people|someone|somebody|agent|representative|rep|operator|advisor|adviser|colleague|human being|staff|employee|manager|supervisor|team member)\b/u,
  /\b(?:get|give|want|need|prefer|find) (?:me )?(?:(?:an?|the|actual|real|live) )*(?:human|real person|live person|live agent|human agent|human being|actual person|operator|representative)\b/u,
  /\b(?:is|are) (?:there|you) (?:an? )?(?:real person|human being) (?:there|i can (?:talk|speak))\b/u,
  /\bmit (?:(?:einem|einer|dem|der|echten|richtigen|menschlichen) )*(?:menschen|mitarbeiter|mitarbeiterin|person|berater|beraterin|kundendienst) (?:sprechen|reden|schreiben|chatten|verbinden|verbunden)\b/u,
  /\b(?:hablar|comunicarme|conectarme|chatear) con (?:(?:una?|el|la|algun|alguna) )*(?:persona|humano|agente|operador|operadora|asesor|asesora|alguien|representante)\b/u,
  /\b(?:parler|discuter|echanger) (?:a|avec) (?:(?:une?|le|la|vrai|vraie) )*(?:personne|humain|conseiller|conseillere|agent|operateur|quelqu un|quelquun)\b/u,
  /\b(?:falar|conversar) com (?:(?:uma?|o|a|algum|alguma) )*(?:pessoa|humano|atendente|agente|operador|operadora|alguem)\b/u,
  /\b(?:parlare|chattare) con (?:(?:una?|il|la|vera) )*(?:persona|umano|operatore|operatrice|agente|qualcuno)\b/u,
  /(?:^| )(?:μιλησω|συνδεσετε|συνομιλησω) (?:με|σε) (?:(?:εναν?|καποιον?|τον|την|αληθινο|πραγματικο) ?)*(?:ανθρωπο|εκπροσωπο|υπαλληλο|συναδελφο|καποιον|ατομο)(?: |$)/u,
]
