/** Arbitrary capture files: pcap in all its magics, pcapng with options, several interfaces, comments and statistics. */
import { PcapngWriter, PcapWriter, type WritableInterface } from '../capture/formats/writer.ts'
import { LinkType } from '../codecs/link/linktype.ts'
import { checkInteger, checkObject } from '../option.ts'
import { joined, mutated, u16 } from './bytes.ts'
import { fc } from './fast-check.ts'
import { type GeneratedPacket, mutatedPacket, packet } from './packets.ts'

/** A packet of a capture, as a reader must give it back. */
export interface GeneratedRecord extends GeneratedPacket {
  /** Whole seconds since 1970-01-01 UTC. */
  readonly seconds: number
  /** Nanoseconds within the second; of a precision that the file can state. */
  readonly nanoseconds: number
  /** Interface, numbered from 0; 0 in classic pcap. */
  readonly interfaceId: number
  /** Comments of the packet; none in classic pcap. */
  readonly comments: readonly string[]
}

/** A capture file, and what is in it. */
export interface GeneratedCapture {
  /** Its format. */
  readonly format: 'pcap' | 'pcapng'
  /** The file. */
  readonly bytes: Uint8Array
  /** Its records, in file order. */
  readonly records: readonly GeneratedRecord[]
}

/** How captures are generated. */
export interface CaptureOptions {
  /** What the records hold: well-formed and mutated packets unless given. */
  readonly packets?: fc.Arbitrary<GeneratedPacket>
  /** Most records, 12 unless given. */
  readonly maxRecords?: number
}

/** Largest second that classic pcap can state. */
const SECONDS_MAX = 0xffff_ffff
const LINK_TYPES = /* @__PURE__ */ Object.values(LinkType)
const PACKETS = /* @__PURE__ */ fc.oneof({ weight: 3, arbitrary: packet() }, { weight: 1, arbitrary: mutatedPacket() })

/** Most records that may be asked for. */
const MOST_RECORDS = 1_000_000

function checked(options: CaptureOptions): Required<CaptureOptions> {
  checkObject('options', options)
  checkInteger('maxRecords', options.maxRecords, 0, MOST_RECORDS)
  checkObject('packets', options.packets)
  return { packets: options.packets ?? PACKETS, maxRecords: options.maxRecords ?? 12 }
}

/**
 * A whole capture of either format.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type; so do the others.
 */
export function capture(options: CaptureOptions = {}): fc.Arbitrary<GeneratedCapture> {
  return fc.oneof(pcapCapture(options), pcapngCapture(options))
}

/** A capture with changes anywhere: in its header, in a length, in a packet, or cut off. */
export function mutatedCapture(options: CaptureOptions = {}): fc.Arbitrary<Uint8Array> {
  return mutated(
    capture(options).map(({ bytes }) => bytes),
    6,
  )
}

/** A classic pcap file: either byte order, micro- or nanoseconds, any link type. */
export function pcapCapture(options: CaptureOptions = {}): fc.Arbitrary<GeneratedCapture> {
  const { packets, maxRecords } = checked(options)
  return fc
    .record({
      nanoseconds: fc.boolean(),
      littleEndian: fc.boolean(),
      linkType: fc.constantFrom(...LINK_TYPES),
      times: times(maxRecords),
      list: fc.array(packets, { maxLength: maxRecords }),
    })
    .map(({ nanoseconds, littleEndian, linkType, times, list }) => {
      const [sink, taken] = collector()
      const writer = new PcapWriter(sink, { linkType, nanoseconds, littleEndian })
      const records = list.map(({ bytes, wireLength }, index): GeneratedRecord => {
        const [seconds, fraction] = times[index]!
        const stated = nanoseconds ? fraction : fraction - (fraction % 1000)
        const record = { bytes, wireLength, linkType, seconds, nanoseconds: stated, interfaceId: 0, comments: [] }
        writer.write(viewOf(bytes), { at: 0, capturedLength: bytes.length, wireLength, seconds, nanoseconds: stated })
        return record
      })
      writer.flush()
      return { format: 'pcap', bytes: taken(), records }
    })
}

const TEXT = /* @__PURE__ */ fc.string({ unit: 'grapheme', maxLength: 12 })

/** An interface with some of its options. */
const INTERFACE: fc.Arbitrary<WritableInterface> = /* @__PURE__ */ fc.record(
  {
    linkType: fc.constantFrom(...LINK_TYPES),
    name: TEXT,
    description: TEXT,
    filter: TEXT,
    os: TEXT,
    hardware: TEXT,
    comments: fc.array(TEXT, { maxLength: 2 }),
    tsresol: fc.constantFrom(9, 6),
  },
  { requiredKeys: ['linkType'] },
)

/** A pcapng file: several interfaces of any link types and resolutions, options, comments, statistics. */
export function pcapngCapture(options: CaptureOptions = {}): fc.Arbitrary<GeneratedCapture> {
  const { packets, maxRecords } = checked(options)
  return fc
    .record({
      application: fc.option(TEXT, { nil: undefined }),
      interfaces: fc.array(INTERFACE, { minLength: 1, maxLength: 4 }),
      times: times(maxRecords),
      list: fc.array(fc.record({ packet: packets, where: fc.nat(), comments: fc.array(TEXT, { maxLength: 2 }) }), {
        maxLength: maxRecords,
      }),
      lost: fc.option(u16),
    })
    .map(({ application, interfaces, times, list, lost }) => {
      const [sink, taken] = collector()
      const writer = new PcapngWriter(sink, application === undefined ? {} : { application })
      for (const one of interfaces) writer.addInterface(one)
      const records = list.map(({ packet: { bytes, wireLength }, where, comments }, index): GeneratedRecord => {
        const interfaceId = where % interfaces.length
        const { linkType, tsresol = 9 } = interfaces[interfaceId]!
        const [seconds, fraction] = times[index]!
        const nanoseconds = tsresol === 9 ? fraction : fraction - (fraction % 1000)
        const record = { bytes, wireLength, linkType, seconds, nanoseconds, interfaceId, comments }
        const written = { at: 0, capturedLength: bytes.length, wireLength, seconds, nanoseconds }
        writer.write(viewOf(bytes), written, interfaceId, comments)
        return record
      })
      if (lost !== null) writer.statistics(0, { received: records.length, drops: lost })
      writer.flush()
      return { format: 'pcapng', bytes: taken(), records }
    })
}

/** As many times as records may be needed, most of them rising. */
function times(count: number): fc.Arbitrary<[seconds: number, nanoseconds: number][]> {
  const nanoseconds = fc.nat({ max: 999_999_999 })
  const anywhere = fc.tuple(fc.nat({ max: SECONDS_MAX }), nanoseconds)
  const rising = fc
    .tuple(
      fc.nat({ max: 2_000_000_000 }),
      fc.array(fc.tuple(fc.nat({ max: 3 }), nanoseconds), { minLength: count, maxLength: count }),
    )
    .map(([start, steps]) => {
      let seconds = start
      return steps.map(([step, fraction]): [number, number] => {
        seconds += step
        return [seconds, fraction]
      })
    })
  return fc.oneof(
    { weight: 3, arbitrary: rising },
    { weight: 1, arbitrary: fc.array(anywhere, { minLength: count, maxLength: count }) },
  )
}

function collector(): [sink: (bytes: Uint8Array) => void, taken: () => Uint8Array] {
  const parts: Uint8Array[] = []
  return [(bytes) => parts.push(bytes), () => joined(...parts)]
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}
