import { Tokenizer } from '@huggingface/tokenizers'

/**
 * The words of a text as the numbers that all-MiniLM-L6-v2 was trained on: lower-cased, accents stripped, split into
 * pieces of its vocabulary (a piece a line), between `[CLS]` and `[SEP]`. No text is special: "[SEP]" written by a
 * user is a word in brackets.
 */
export const createWordPieces = (vocabularyText: string): ((text: string) => readonly number[]) => {
  const vocabulary = Object.fromEntries(
    vocabularyText
      .trimEnd()
      .split('\n')
      .map((piece, id) => [piece.trimEnd(), id]),
  )
  const [first, last] = [vocabulary['[CLS]'], vocabulary['[SEP]']]
  if (first === undefined || last === undefined) throw new Error('the vocabulary has no [CLS] or no [SEP]')
  const tokenizer = new Tokenizer({ ...rules, model: { ...rules.model, vocab: vocabulary } }, {})
  return (text) => {
    const { ids } = tokenizer.encode(text.slice(0, textLengthMax))
    return [first, ...ids.slice(0, piecesMax - 2), last]
  }
}

/** What the model reads at once; the rest of a longer text is not seen. */
const piecesMax = 256
/** Far more than 256 pieces ever need. */
const textLengthMax = 8_000

const rules = {
  version: '1.0',
  added_tokens: [],
  normalizer: {
    type: 'BertNormalizer',
    clean_text: true,
    handle_chinese_chars: true,
    strip_accents: null,
    lowercase: true,
  },
  pre_tokenizer: { type: 'BertPreTokenizer' },
  post_processor: null,
  decoder: null,
  model: {
    type: 'WordPiece',
    unk_token: '[UNK]',
    continuing_subword_prefix: '##',
    max_input_chars_per_word: 100,
  },
} as const
