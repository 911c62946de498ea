import { promisify } from 'node:util'
import { brotliDecompress, gunzip, inflate } from 'node:zlib'

/**
 * What a site sent packed, though it was asked for the plain text, or keeps as a packed file, as sitemaps are. Undefined
 * when it unpacks to more than so many bytes, or to nothing; what is not packed stays as it is.
 */
export const unpacked = async (
  content: Buffer,
  encoding: string | undefined,
  bytesMax: number,
): Promise<Buffer | undefined> => {
  const isGzip = content[0] === 0x1f && content[1] === 0x8b
  const unpack = isGzip ? unpackers['gzip'] : unpackers[encoding?.trim().toLowerCase() ?? '']
  if (unpack === undefined || content.length === 0) return content
  try {
    return await unpack(content, { maxOutputLength: bytesMax })
  } catch {
    return undefined
  }
}

const unpackers: Readonly<
  Record<string, (content: Buffer, bounds: { readonly maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
}
