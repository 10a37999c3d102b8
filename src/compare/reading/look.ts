/** A last reading, of few packets and only where it is needed: their bytes, to tell which bits were changed on the way. */
import {
  pseudoHeaderSum4,
  pseudoHeaderSum6,
  Verdict,
  verdictOf,
  verifyIcmp,
  verifyIcmpv6,
  verifyIpv4Header,
  verifyTcp,
  verifyUdp,
} from '../../codecs/core/checksum.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as tcp from '../../codecs/headers/tcp.ts'
import { innerNetworkAt, type Layers } from '../../codecs/walk/layers.ts'
import type { AlteredBit } from '../../comparison.ts'
import { nameOf, type Reading, SideReader } from './side.ts'

/** Bytes of packets that are held. */
const MOST_FETCHED = 67_108_864
/** Bits by which an altered packet may differ. */
const MOST_BITS = 16
/** What is known of the checksums and options of a frame that is not taken apart. */
const UNKNOWN = { isRight: true, isProved: false, options: null, mss: -1 } as const

/** An inner frame, and what of it may differ without harm. */
export interface Frame {
  bytes: Uint8Array
  /** Where the inner network header begins in it. */
  networkAt: number
  /** Offsets of bytes that hops and offload change. */
  left: ReadonlyMap<number, number>
  /** Whether its checksums are right, as far as the capture shows. */
  isRight: boolean
  /** Whether its transport's checksum covers what it carries, and is right. */
  isProved: boolean
  /** Where its TCP options begin and end; `null` without. */
  options: readonly [number, number] | null
  /** Its TCP maximum segment size; -1 without. */
  mss: number
}

/** What a device on the way changed on purpose: the checksum goes with it. */
export interface Rewriting {
  field: 'inner TCP MSS' | 'inner TCP options' | 'inner bytes'
  from: string | null
  to: string | null
}

/** Fetches packets of a side by file and number. */
export async function fetchFrames(reading: Reading, wanted: ReadonlySet<number>): Promise<Map<number, Frame>> {
  const frames = new Map<number, Frame>()
  if (wanted.size === 0 || reading.inputs.length === 0) return frames
  const reader = new SideReader(reading, wanted)
  let bytes = 0
  try {
    for (;;) {
      while (reader.next()) {
        const name = nameOf(reader.datagram)
        if (bytes > MOST_FETCHED) return frames
        const frame = frameOf(reader.walk.layers)
        bytes += frame.bytes.length
        frames.set(name, frame)
        if (frames.size === wanted.size) return frames
      }
      if (!(await reader.fill())) return frames
    }
  } finally {
    await reader.close()
  }
}

/** Which bits differ, where they are few; `null` otherwise. @param isRouted - Whether inner Ethernet headers are rewritten. */
export function alteredBits(left: Frame, arrived: Frame, isRouted: boolean): AlteredBit[] | null {
  const from = isRouted ? left.networkAt : 0
  const shift = isRouted ? arrived.networkAt - left.networkAt : 0
  const length = Math.min(left.bytes.length, arrived.bytes.length - shift)
  const bits: AlteredBit[] = []
  for (let offset = from; offset < length; offset++) {
    const kept = ~(left.left.get(offset) ?? 0) & 0xff
    pushBits(bits, offset, (left.bytes[offset]! ^ arrived.bytes[offset + shift]!) & kept)
    if (bits.length > MOST_BITS) return null
  }
  return bits.length === 0 ? null : bits
}

/**
 * What was rewritten rather than damaged: the transport's checksum is another one and right, which damage leaves to one in 65,536. TCP
 * options may be other ones throughout. `null` otherwise.
 */
export function rewritingOf(left: Frame, arrived: Frame): Rewriting | null {
  const length = left.bytes.length
  if (!left.isRight || !arrived.isProved || arrived.bytes.length !== length) return null
  const { options } = left
  const isChecked = [...left.left.keys()].some((offset) => left.bytes[offset] !== arrived.bytes[offset])
  if (!isChecked) return null
  let inside = 0
  let outside = 0
  for (let offset = 0; offset < length; offset++) {
    if (left.bytes[offset] === arrived.bytes[offset] || left.left.has(offset)) continue
    if (options !== null && offset >= options[0] && offset < options[1]) inside++
    else outside++
  }
  if (inside + outside === 0) return null
  if (outside > 0)
    return alteredBits(left, arrived, false) === null ? null : { field: 'inner bytes', from: null, to: null }
  return left.mss !== arrived.mss && left.mss >= 0 && arrived.mss >= 0
    ? { field: 'inner TCP MSS', from: String(left.mss), to: String(arrived.mss) }
    : { field: 'inner TCP options', from: null, to: null }
}

/** Which bits differ of what the key leaves out, where the change made right checksums wrong; `null` otherwise. */
export function alteredChecks(left: Frame, arrived: Frame): AlteredBit[] | null {
  if (!left.isRight || arrived.isRight) return null
  const bits: AlteredBit[] = []
  for (const [offset, mask] of left.left) {
    if (offset < arrived.bytes.length) pushBits(bits, offset, (left.bytes[offset]! ^ arrived.bytes[offset]!) & mask)
  }
  return bits.length === 0 || bits.length > MOST_BITS ? null : bits.sort((one, other) => one.offset - other.offset)
}

function pushBits(bits: AlteredBit[], offset: number, difference: number): void {
  for (let bit = 0; difference >> bit !== 0; bit++) if (((difference >> bit) & 1) === 1) bits.push({ offset, bit })
}

function frameOf(layers: Layers): Frame {
  const { innerView: view, innerFrame, innerIp, innerEnd, innerLength } = layers
  const networkAt = innerNetworkAt(layers)
  const start = innerFrame.at === NONE ? networkAt : innerFrame.at
  if (start === NONE) return { bytes: new Uint8Array(0), networkAt: 0, left: new Map(), ...UNKNOWN }
  // The walk ends the inner packet with its IP length, which a changed bit may have made another one.
  const end = Math.max(
    start,
    Math.min(
      start + innerLength,
      layers.view === view ? layers.end : view.byteLength,
      Math.max(innerEnd, start + innerLength),
    ),
  )
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, end - start).slice()
  const left = new Map<number, number>()
  if (innerIp.at !== NONE) noteLeftOut(left, layers, start)
  return {
    bytes,
    networkAt: networkAt === NONE ? 0 : networkAt - start,
    left,
    ...checksOf(layers),
    ...optionsOf(layers, start),
  }
}

/** Notes the bits that the key leaves out, by offset. */
function noteLeftOut(left: Map<number, number>, { innerIp }: Layers, start: number): void {
  const at = innerIp.at - start
  if (innerIp.version === 4) {
    left.set(at + 1, 0xff)
    left.set(at + 6, 0x40)
    left.set(at + 8, 0xff)
    left.set(at + 10, 0xff)
    left.set(at + 11, 0xff)
  } else {
    left.set(at, 0x0f)
    left.set(at + 1, 0xf0)
    left.set(at + 7, 0xff)
  }
  if (innerIp.fragmentOffset > 0 || innerIp.payloadAt === NONE) return
  const field = { [Protocol.Tcp]: 16, [Protocol.Udp]: 6, [Protocol.Icmp]: 2, [Protocol.IcmpV6]: 2 }[innerIp.protocol]
  if (field === undefined) return
  left.set(innerIp.payloadAt - start + field, 0xff)
  left.set(innerIp.payloadAt - start + field + 1, 0xff)
}

/** Where the TCP options are, and what they say of segments. */
function optionsOf(
  { innerView: view, innerIp, innerEnd, innerTransport: at }: Layers,
  start: number,
): Pick<Frame, 'options' | 'mss'> {
  const isTcp = innerIp.at !== NONE && innerIp.protocol === Protocol.Tcp && at !== NONE && at + tcp.LENGTH <= innerEnd
  const end = isTcp ? at + tcp.headerLength(view, at) : 0
  if (!isTcp || end > innerEnd || end <= at + tcp.LENGTH) return { options: null, mss: -1 }
  return { options: [at + tcp.LENGTH - start, end - start], mss: tcp.maximumSegmentSize(view, at, innerEnd) }
}

/** Whether the inner checksums are right; those that cannot be judged are taken for right, and prove nothing. */
function checksOf(layers: Layers): Pick<Frame, 'isRight' | 'isProved'> {
  const { innerView: view, innerIp, innerEnd, innerTransport } = layers
  const { at, version, payloadAt, length } = innerIp
  if (at === NONE) return { isRight: true, isProved: false }
  if (version === 4 && payloadAt !== NONE && verdictOf(verifyIpv4Header(view, at, payloadAt - at)) === Verdict.Wrong)
    return { isRight: false, isProved: false }
  const end = at + length
  if (innerTransport === NONE || innerIp.isFragment || innerEnd < end) return { isRight: true, isProved: false }
  const verdict = verdictOf(verifyTransport(layers, end))
  const isSummed = innerIp.protocol === Protocol.Tcp || innerIp.protocol === Protocol.Udp
  return { isRight: verdict !== Verdict.Wrong, isProved: isSummed && verdict === Verdict.Valid }
}

function verifyTransport({ innerView: view, innerIp, innerTransport: at }: Layers, end: number): number {
  const { protocol, version, sourceAt, destinationAt } = innerIp
  if (protocol === Protocol.Icmp) return verifyIcmp(view, at, end)
  const pseudo =
    version === 4
      ? pseudoHeaderSum4(view.getInt32(sourceAt), view.getInt32(destinationAt), protocol, end - at)
      : pseudoHeaderSum6(view, sourceAt, destinationAt, protocol, end - at)
  if (protocol === Protocol.Tcp) return verifyTcp(view, at, end, pseudo)
  if (protocol === Protocol.Udp) return verifyUdp(view, at, end, pseudo)
  if (protocol === Protocol.IcmpV6) return verifyIcmpv6(view, at, end, pseudo)
  return Verdict.Valid
}
