/** The pull loop allocates nothing per packet: a probe that sees a planted allocation sees none here. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { CaptureReader } from '../../src/capture/reader.ts'
import { data, END, epb, fields, idb, join, option, pcapHeader, pcapRecord, shb } from './files.ts'

const PACKETS = 10_000

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

function repeat(head: Uint8Array, record: Uint8Array): Uint8Array {
  const out = new Uint8Array(head.length + record.length * PACKETS)
  out.set(head)
  for (let index = 0; index < PACKETS; index++) out.set(record, head.length + index * record.length)
  return out
}

/** Smallest heap growth per packet of several passes over one filled window; `plant` is called for each packet. */
function growth(bytes: Uint8Array, plant: (reader: CaptureReader) => void): number {
  let least = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < 12; pass++) {
    const reader = new CaptureReader({ windowLength: bytes.length })
    reader.room().set(bytes)
    reader.advance(bytes.length)
    reader.next()
    collect()
    const before = process.memoryUsage().heapUsed
    let count = 1
    while (reader.next()) {
      plant(reader)
      count++
    }
    const after = process.memoryUsage().heapUsed
    expect(count).toBe(PACKETS)
    // A collection in between makes a pass say nothing.
    if (after >= before) least = Math.min(least, (after - before) / count)
  }
  return least
}

const opts = join(option(2, fields(true, [32, 1])), END)
const FILES: [string, Uint8Array][] = [
  ['pcap', repeat(pcapHeader(), pcapRecord(1_700_000_000, 123_456, data(60)))],
  ['pcapng, microseconds', repeat(join(shb(), idb()), epb(data(60)))],
  [
    'pcapng, nanoseconds and flags',
    repeat(join(shb(), idb({ opts: option(9, [9]) })), epb(data(60), { opts, time: 1_700_000_000_123_456_789n })),
  ],
  ['pcapng, binary fractions', repeat(join(shb(), idb({ opts: option(9, [0x80 + 20]) })), epb(data(60)))],
]
for (const [name, bytes] of FILES) {
  test(name, () => {
    let sink: unknown = null
    expect(growth(bytes, () => {})).toBeLessThan(4)
    expect(
      growth(bytes, ({ packet }) => {
        sink = { at: packet.at, number: packet.number }
      }),
    ).toBeGreaterThan(16)
    expect(sink).not.toBeNull()
  })
}
