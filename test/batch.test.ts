/** Batches for other threads: every packet comes back with its record and its bytes, however packets lie in the reader's views. */
import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { type Batch, BatchWriter, viewOf } from '../src/batch.ts'
import { emptyPacket, PacketMeta } from '../src/packet-meta.ts'

/** Views with packets in them: the gap before each packet, and its length. */
const views = fc.array(
  fc.array(fc.tuple(fc.constantFrom(0, 16, 255, 300), fc.integer({ min: 0, max: 90 })), { maxLength: 12 }),
  { minLength: 1, maxLength: 6 },
)

function packetsOf({ count, headers }: Batch, batch: Batch): { number: number; bytes: number[] }[] {
  const meta = new PacketMeta(headers.meta)
  const view = viewOf(batch)
  return Array.from({ length: count }, (_, slot) => {
    const packet = emptyPacket()
    meta.get(slot, packet)
    const at = view.byteOffset + packet.at
    return { number: packet.number, bytes: [...new Uint8Array(view.buffer, at, packet.capturedLength)] }
  })
}

test.prop([views])('give back every packet, in order', (layout) => {
  const writer = new BatchWriter(5, 600)
  const given: { number: number; bytes: number[] }[] = []
  const taken: { number: number; bytes: number[] }[] = []
  let spent: Batch | undefined
  const take = () => {
    const batch = writer.take(spent)
    taken.push(...packetsOf(batch, batch))
    spent = batch
  }
  let number = 0
  for (const packets of layout) {
    const bytes = new Uint8Array(packets.reduce((sum, [gap, length]) => sum + gap + length, 0))
    for (let i = 0; i < bytes.length; i++) bytes[i] = (i * 7 + number) & 0xff
    const view = new DataView(bytes.buffer)
    let at = 0
    for (const [gap, capturedLength] of packets) {
      at += gap
      const packet = { ...emptyPacket(), number: ++number, at, capturedLength }
      given.push({ number, bytes: [...bytes.subarray(at, at + capturedLength)] })
      if (writer.isFull(packet)) take()
      writer.add(view, packet)
      at += capturedLength
    }
    writer.copy()
    // The reader fills its window anew.
    bytes.fill(0xee)
  }
  take()
  expect(taken).toEqual(given)
})

it('take one packet that is longer than a batch', () => {
  const writer = new BatchWriter(4, 64)
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i & 0xff)
  const packet = { ...emptyPacket(), number: 9, capturedLength: 1000, wireLength: 5_000_000_000, flags: 0x8000_0001 }
  writer.add(new DataView(bytes.buffer), packet)
  const batch = writer.take()
  expect(packetsOf(batch, batch)).toEqual([{ number: 9, bytes: [...bytes] }])
  const back = emptyPacket()
  new PacketMeta(batch.headers.meta).get(0, back)
  expect(back).toEqual(packet)
})
