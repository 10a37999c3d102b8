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

/** Writes 48 bits (a MAC address), 0 to 2^48 − 1. */
export function setUint48(view: DataView, at: number, value: number): void {
  view.setUint16(at, Math.floor(value / 0x1_0000_0000))
  view.setUint32(at + 2, value % 0x1_0000_0000)
}

/** Copies `length` bytes out, so that they outlive the chunk. Off the hot path: it allocates. */
export function getBytes(view: DataView, at: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + at, length).slice()
}

/** Writes raw bytes. */
export function setBytes(view: DataView, at: number, value: Uint8Array): void {
  new Uint8Array(view.buffer, view.byteOffset + at, value.length).set(value)
}
