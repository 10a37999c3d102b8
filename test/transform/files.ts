/** Captures in memory through the transforms, and read back. */

import type { Sink } from '../../src/capture/formats/writer.ts'
import type { CaptureReader } from '../../src/capture/reader.ts'
import type { Selection } from '../../src/selection/selection.ts'
import { Decap, type DecapCounts, type DecapOptions } from '../../src/transform/decap.ts'
import { Select, type SelectCounts, type SelectOptions } from '../../src/transform/select.ts'
import { feed, join, pcapHeader, pcapRecord, type Read, readAll } from '../capture/files.ts'
import { EPOCH, type Packet } from '../support/packets.ts'

/** A packet as read back, with its comments and interface. */
export interface Back extends Read {
  comments: string[]
  name: string | undefined
}

/** What came out. */
export interface Result<Counts> {
  packets: Back[]
  reader: CaptureReader
  counts: Counts
  bytes: Uint8Array
}

/** A pcap of packets made by hand. */
export function pcapOf(packets: readonly Packet[], linkType = 1): Uint8Array {
  const records = packets.map(({ bytes, ms, wireLength }) => {
    const time = ms ?? 0
    const micros = Math.round((time - Math.floor(time / 1000) * 1000) * 1000)
    const lengths: [number, number] = [bytes.length, wireLength ?? bytes.length]
    return pcapRecord(EPOCH + Math.floor(time / 1000), micros, bytes, { lengths })
  })
  return join(pcapHeader({ network: linkType }), ...records)
}

function collect(): { sink: Sink; bytes: () => Uint8Array } {
  const pieces: Uint8Array[] = []
  return { sink: (bytes) => pieces.push(bytes), bytes: () => join(...pieces) }
}

function back<Counts>(bytes: Uint8Array, counts: Counts): Result<Counts> {
  const extras: Pick<Back, 'comments' | 'name'>[] = []
  const reader = feed(bytes, {
    onPacket: (at) => extras.push({ comments: at.comments(), name: at.interfaces[at.packet.interfaceId]?.name }),
  })
  const packets = readAll(bytes).packets.map((packet, index) => ({ ...packet, ...extras[index]! }))
  return { packets, reader, counts, bytes }
}

/** What `decap` makes of captures. */
export function decapOf(
  captures: Uint8Array | readonly Uint8Array[],
  options: DecapOptions = {},
): Result<DecapCounts> & { vnis: number } {
  const { sink, bytes } = collect()
  const decap = new Decap(sink, options)
  const list = captures instanceof Uint8Array ? [captures] : captures
  for (const [file, capture] of list.entries()) {
    decap.file = list.length > 1 ? `file${file}` : ''
    feed(capture, { onPacket: (reader) => decap.observe(reader, file) })
  }
  decap.finish()
  return { ...back(bytes(), decap.counts), vnis: decap.vnis }
}

/** What `filter` makes of captures. */
export function selectOf(
  captures: Uint8Array | readonly Uint8Array[],
  selection: Selection,
  options: SelectOptions = {},
): Result<SelectCounts> {
  const { sink, bytes } = collect()
  const select = new Select(sink, selection, options)
  const list = captures instanceof Uint8Array ? [captures] : captures
  for (const [file, capture] of list.entries()) feed(capture, { onPacket: (reader) => select.observe(reader, file) })
  select.finish()
  return back(bytes(), select.counts)
}
