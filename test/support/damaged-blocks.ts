/** A pcapng capture with damage in its blocks and none in their lengths, beside the same capture without those blocks. */
import { readAll } from '../capture/files.ts'

const ENHANCED = 6
/** Offsets in an enhanced packet block. */
const INTERFACE = 8
const CAPTURED = 20

/** Ways to damage an enhanced packet block that leave its lengths alone. */
const DAMAGES: readonly ((view: DataView, at: number, length: number) => void)[] = [
  (view, at) => view.setUint32(at + INTERFACE, 77, true),
  (view, at, length) => view.setUint32(at + CAPTURED, length, true),
  (view, at) => view.setUint32(at + CAPTURED, 0xffff_ffff, true),
  (view, at, length) => {
    for (let byte = at + 8; byte < at + length - 4; byte++) view.setUint8(byte, 0xa5)
  },
]

/** Damages every third packet of a little-endian capture, in turns. */
export function damagedBlocks(whole: Uint8Array): { damaged: Uint8Array; clean: Uint8Array; offsets: number[] } {
  const damaged = whole.slice()
  const view = new DataView(damaged.buffer)
  const kept: Uint8Array[] = []
  const offsets: number[] = []
  let packets = 0
  for (let at = 0; at < whole.length; ) {
    const length = view.getUint32(at + 4, true)
    if (view.getUint32(at, true) === ENHANCED && packets++ % 3 === 1) {
      DAMAGES[offsets.length % DAMAGES.length]!(view, at, length)
      offsets.push(at)
    } else {
      kept.push(whole.subarray(at, at + length))
    }
    at += length
  }
  const clean = new Uint8Array(kept.flatMap((block) => [...block]))
  if (readAll(clean).packets.length !== packets - offsets.length) throw new Error('the blocks do not add up')
  return { damaged, clean, offsets }
}
