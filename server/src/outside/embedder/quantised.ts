/** Numbers in a vector of all-MiniLM-L6-v2. */
export const vectorLength = 384

/**
 * A vector in a byte a number: its largest number becomes 127. Only the direction is kept, which is all that a cosine
 * asks for; it moves by less than 0.001.
 */
export const quantised = (vector: Float32Array): Int8Array => {
  const largest = vector.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  return Int8Array.from(vector, (value) => Math.round((value / (largest || 1)) * 127))
}
