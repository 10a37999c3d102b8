/** Big-endian fields that `DataView` does not have. */

/** Reads 24 bits, 0 to 16 777 215. */
export function getUint24(view: DataView, at: number): number {
  return (view.getUint16(at) << 8) | view.getUint8(at + 2)
}

/** Writes the low 24 bits of `value`. */
export function setUint24(view: DataView, at: number, value: number): void {
  view.setUint16(at, value >>> 8)
  view.setUint8(at + 2, value & 0xff)
}

/** Reads 48 bits (a MAC address) as a number, 0 to 2^48 − 1. Off the hot path: it is beyond 32 bits. */
export function getUint48(view: DataView, at: number): number {
  return view.getUint16(at) * 0x1_0000_0000 + view.getUint32(at + 2)
}

/**
 * The bits of a number above its low 32, which `setUint32` writes. An integer from 0 to 65 535, as {@link isUint16} tells, exactly when
 * `value` is one from 0 to 2^48 − 1, a MAC address. Small enough that V8 always takes it into its caller, where a number beyond 32 bits
 * stays in a register: passed to a function, it is put on the heap.
 */
export function above32(value: number): number {
  return (value - (value >>> 0)) / 0x1_0000_0000
}

/** Whether a number is an integer from 0 to 65 535. */
export function isUint16(value: number): boolean {
  return (value & 0xffff) === value
}

/** Whether a number is an integer from 0 to 2^32 − 1. */
export function isUint32(value: number): boolean {
  return value >>> 0 === value
}

/** Whether a number is an integer of 32 bits, signed or unsigned. */
export function isWord(value: number): boolean {
  return (value | 0) === value || value >>> 0 === value
}

/** Copies `length` bytes out, so that they outlive the chunk. Off the hot path: it allocates. */
export function getBytes(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length).slice()
}

/** Bytes that are written faster one by one than by an array made for them. */
const FEW = 64

/** Writes raw bytes; as few as headers have without allocating. */
export function setBytes(view: DataView, at: number, value: Uint8Array): void {
  const { length } = value
  if (length > FEW) new Uint8Array(view.buffer, view.byteOffset + at, length).set(value)
  else for (let i = 0; i < length; i++) view.setUint8(at + i, value[i]!)
}
