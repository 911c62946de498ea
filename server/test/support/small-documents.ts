import { crc32 } from 'node:zlib'

/**
 * A PDF with one page for each list of lines; a line that begins with `# ` is set in large letters. `meanings` are the
 * characters that its font says letters mean, by letter.
 */
export const smallPdf = (
  pages: readonly (readonly string[])[],
  meanings: Readonly<Record<string, string>> = {},
): Buffer => {
  const objects: string[] = []
  const pageNumbers = pages.map((_, index) => 4 + index * 2)
  objects[1] = '<< /Type /Catalog /Pages 2 0 R >>'
  objects[2] = `<< /Type /Pages /Kids [${pageNumbers.map((number) => `${number} 0 R`).join(' ')}] /Count ${pages.length} >>`
  objects[3] = `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode ${4 + pages.length * 2} 0 R >>`
  pages.forEach((lines, index) => {
    const content = lines.map((line, row) => textAt(line, 760 - row * 14)).join('\n')
    objects[4 + index * 2] =
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents ${5 + index * 2} 0 R /Resources << /Font << /F1 3 0 R >> >> >>`
    objects[5 + index * 2] = `<< /Length ${content.length} >>\nstream\n${content}\nendstream`
  })
  const map = Object.entries(meanings).map(([letter, meaning]) => `<${hex(letter)}> <${hex(meaning, 4)}>`)
  const cmap = `begincmap 1 begincodespacerange <00> <FF> endcodespacerange ${map.length} beginbfchar ${map.join(' ')} endbfchar endcmap`
  objects.push(`<< /Length ${cmap.length} >>\nstream\n${cmap}\nendstream`)
  let text = '%PDF-1.4\n'
  const offsets: number[] = []
  objects.forEach((object, number) => {
    offsets[number] = text.length
    text += `${number} 0 obj\n${object}\nendobj\n`
  })
  const table = offsets.slice(1).map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`)
  const start = text.length
  text += `xref\n0 ${objects.length}\n0000000000 65535 f \n${table.join('')}`
  text += `trailer\n<< /Size ${objects.length} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  return Buffer.from(text, 'latin1')
}

const hex = (letter: string, digits = 2): string => letter.charCodeAt(0).toString(16).padStart(digits, '0')

const textAt = (line: string, height: number): string => {
  const isHeading = line.startsWith('# ')
  const text = line.replace(/^# /, '').replace(/[\\()]/g, '\\$&')
  return `BT /F1 ${isHeading ? 18 : 10} Tf 72 ${height} Td (${text}) Tj ET`
}

/** A Word document of paragraphs; one that begins with `# ` is a first heading. */
export const smallDocx = (paragraphs: readonly string[]): Buffer => {
  const body = paragraphs.map((text) => {
    const style = text.startsWith('# ') ? '<w:pPr><w:pStyle w:val="Heading1"/></w:pPr>' : ''
    return `<w:p>${style}<w:r><w:t>${text.replace(/^# /, '')}</w:t></w:r></w:p>`
  })
  const word = 'http://schemas.openxmlformats.org/wordprocessingml/2006/main'
  const office = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
  const main = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'
  const packaging = 'http://schemas.openxmlformats.org/package/2006'
  return zip({
    '[Content_Types].xml': `<Types xmlns="${packaging}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="${main}"/></Types>`,
    '_rels/.rels': `<Relationships xmlns="${packaging}/relationships"><Relationship Id="r1" Type="${office}/officeDocument" Target="word/document.xml"/></Relationships>`,
    'word/document.xml': `<w:document xmlns:w="${word}"><w:body>${body.join('')}</w:body></w:document>`,
  })
}

/** An archive without compression. */
const zip = (files: Readonly<Record<string, string>>): Buffer => {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of Object.entries(files)) {
    const content = Buffer.from(text)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt32LE(crc32(content), 10)
    fields.writeUInt32LE(content.length, 14)
    fields.writeUInt32LE(content.length, 18)
    fields.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, Buffer.from(name), content])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    directory.push(
      Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, place, Buffer.from(name)]),
    )
    parts.push(local)
    offset += local.length
  }
  const listed = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(parts.length, 8)
  end.writeUInt16LE(parts.length, 10)
  end.writeUInt32LE(listed.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, listed, end])
}
