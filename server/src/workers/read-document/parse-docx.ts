import mammoth from 'mammoth'
import { parseHtml } from './parse-html.ts'
import type { ParsedText } from './parsed-text.ts'

/** Pictures are left out: they say nothing that could be cited. */
export const parseDocx = async (content: Uint8Array): Promise<ParsedText> => {
  const { value } = await mammoth
    .convertToHtml({ buffer: Buffer.from(content) }, { convertImage: mammoth.images.imgElement(noPicture) })
    .catch((error: unknown) => {
      throw new Error('is not a Word document of the .docx form', { cause: error })
    })
  return parseHtml(value, { isPage: false })
}

const noPicture = async (): Promise<{ src: string }> => ({ src: '' })
