/** What the agent says where its document says nothing, in the document's language, English otherwise. */
export interface BuiltinSentences {
  readonly notUnderstood: string
  readonly handover: string
}

export const builtinSentences = (language: string | undefined): BuiltinSentences =>
  sentences.get((language ?? 'en').split('-')[0] ?? 'en') ?? english

const english: BuiltinSentences = {
  notUnderstood: 'Sorry, I did not understand that. Could you say it in other words?',
  handover: 'I am passing you on to a colleague.',
}

const sentences: ReadonlyMap<string, BuiltinSentences> = new Map([
  ['en', english],
  [
    'de',
    {
      notUnderstood: 'Das habe ich leider nicht verstanden. Können Sie es anders sagen?',
      handover: 'Ich gebe Sie an eine Kollegin oder einen Kollegen weiter.',
    },
  ],
  [
    'es',
    {
      notUnderstood: 'Lo siento, no lo he entendido. ¿Puede decirlo con otras palabras?',
      handover: 'Le paso con una persona de nuestro equipo.',
    },
  ],
  [
    'fr',
    {
      notUnderstood: 'Désolé, je n’ai pas compris. Pouvez-vous le dire autrement ?',
      handover: 'Je vous passe une personne de notre équipe.',
    },
  ],
  [
    'pt',
    {
      notUnderstood: 'Desculpe, não entendi. Pode dizer de outra forma?',
      handover: 'Vou passar a conversa a uma pessoa da nossa equipa.',
    },
  ],
  [
    'it',
    {
      notUnderstood: 'Mi dispiace, non ho capito. Può dirlo in altre parole?',
      handover: 'La metto in contatto con una persona del nostro team.',
    },
  ],
  [
    'el',
    {
      notUnderstood: 'Συγγνώμη, δεν το κατάλαβα. Μπορείτε να το πείτε με άλλα λόγια;',
      handover: 'Σας συνδέω με έναν συνάδελφο.',
    },
  ],
])
