/** Copying between views on the packet path: no array over the bytes is made. */

/**
 * Copies `length` bytes; the two ranges may overlap, in one buffer or in two views of it.
 * @param from - Where the bytes are.
 * @param at - Offset of the first one in `from`.
 * @param to - Where they go; may be `from`.
 * @param toAt - Offset of the first one in `to`.
 */
export function copy(from: DataView, at: number, length: number, to: DataView, toAt: number): void {
  const words = length & ~3
  if (from.buffer === to.buffer) {
    const distance = to.byteOffset + toAt - from.byteOffset - at
    if (distance === 0) return
    if (distance > 0 && distance < length) {
      // The tail would be overwritten before it is read: go backwards.
      for (let i = length - 1; i >= words; i--) to.setUint8(toAt + i, from.getUint8(at + i))
      for (let i = words - 4; i >= 0; i -= 4) to.setInt32(toAt + i, from.getInt32(at + i))
      return
    }
  }
  for (let i = 0; i < words; i += 4) to.setInt32(toAt + i, from.getInt32(at + i))
  for (let i = words; i < length; i++) to.setUint8(toAt + i, from.getUint8(at + i))
}
