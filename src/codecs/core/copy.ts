/** Copying between views on the packet path: no array over the bytes is made. */

/**
 * Copies `length` bytes, the first one first: for ranges that do not overlap, or the second of which begins before the first.
 * Parameters as {@link copy}.
 */
export function copyForwards(from: DataView, at: number, length: number, to: DataView, toAt: number): void {
  let i = 0
  // Four words a turn, and in the byte order of most machines to and fro, so that nothing is swapped: two thirds of the time.
  for (; i <= length - 16; i += 16) {
    to.setInt32(toAt + i, from.getInt32(at + i, true), true)
    to.setInt32(toAt + i + 4, from.getInt32(at + i + 4, true), true)
    to.setInt32(toAt + i + 8, from.getInt32(at + i + 8, true), true)
    to.setInt32(toAt + i + 12, from.getInt32(at + i + 12, true), true)
  }
  for (; i <= length - 4; i += 4) to.setInt32(toAt + i, from.getInt32(at + i, true), true)
  for (; i < length; i++) to.setUint8(toAt + i, from.getUint8(at + i))
}

/**
 * Copies `length` bytes; the two ranges may overlap, in one buffer or in two views of it.
 * @param from - Where the bytes are.
 * @param at - Offset of the first one in `from`.
 * @param to - Where they go; may be `from`.
 * @param toAt - Offset of the first one in `to`.
 */
export function copy(from: DataView, at: number, length: number, to: DataView, toAt: number): void {
  const words = length & ~3
  // Asking a view for its buffer is a call; where it begins there is not, and in two buffers either direction will do.
  const distance = to.byteOffset + toAt - from.byteOffset - at
  if (distance <= 0 || distance >= length) {
    if (distance !== 0 || from.buffer !== to.buffer) copyForwards(from, at, length, to, toAt)
    return
  }
  // In one buffer the tail would be overwritten before it is read: go backwards.
  for (let i = length - 1; i >= words; i--) to.setUint8(toAt + i, from.getUint8(at + i))
  for (let i = words - 4; i >= 0; i -= 4) to.setInt32(toAt + i, from.getInt32(at + i, true), true)
}
