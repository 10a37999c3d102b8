/**
 * What must hold for every packet and every capture, however wild: no throw but the documented errors, no read outside the
 * window, the same answer whatever lies around it and however it is cut into chunks, bounded time.
 */
import { expect } from 'vitest'
import { CaptureError } from '../../src/capture/errors.ts'
import { type ByteSource, bytesSource } from '../../src/capture/source.ts'
import { FAULT_NAMES, Fault, NONE } from '../../src/codecs/core/fault.ts'
import { type DescribedLayer, describePacket, type PacketDescription } from '../../src/codecs/describe/describe.ts'
import { dissect, tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { explainFault, type FaultExplanation } from '../../src/codecs/walk/explain-fault.ts'
import {
  CarrierBit,
  type FrameLayer,
  type IpLayer,
  LAYER_NAMES,
  Layer,
  Layers,
  TunnelKind,
} from '../../src/codecs/walk/layers.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { hexDump } from '../../src/report/hex-dump.ts'
import { packetText } from '../../src/report/packet-text.ts'
import { formatText } from '../../src/report/text.ts'
import type { Summary } from '../../src/summary.ts'
import type { GeneratedPacket } from '../../src/testing/index.ts'
import { cpuTime } from '../support/cpu-time.ts'
import { expectConsistent } from '../support/invariants.ts'

/** Milliseconds that one packet, read three times over, may take of the processor. */
const PACKET_MS = 1000
/** Milliseconds that one capture of a dozen packets, summarized twice, may take of the processor. */
const CAPTURE_MS = 5000

const LEAD = 11
const TRAIL = 40
const PORTS = tunnelPorts()

/** Which layers and faults the packets so far have reached. */
export class Coverage {
  readonly layers = new Set<string>()
  readonly refused = new Set<string>()
  readonly faults = new Set<string>()
  packets = 0
  captures = 0
  unreadable = 0

  /** What no packet has reached: layers never read, layers never refused, faults never found. */
  missing(): string[] {
    // Of records, not of packets: what `dissectRecord` says of an original length.
    const ofRecords: number[] = [Fault.None, Fault.OriginalLengthImpossible]
    const faults = FAULT_NAMES.filter((_, code) => !ofRecords.includes(code))
    return [
      ...LAYER_NAMES.filter((name) => !this.layers.has(name)).map((name) => `${name} was never read`),
      ...LAYER_NAMES.filter((name) => !this.refused.has(name)).map((name) => `${name} was never refused`),
      ...faults.filter((name) => !this.faults.has(name)).map((name) => `${name} was never found`),
    ]
  }

  /** Notes what the walk found. */
  note(layers: Layers): void {
    this.packets++
    const { outerFrame, outerIp, innerFrame, innerIp, tunnel } = layers
    const read = (layer: number, there: boolean): void => {
      if (there) this.layers.add(LAYER_NAMES[layer]!)
    }
    read(Layer.Link, outerFrame.at === NONE && outerFrame.etherType !== NONE)
    read(Layer.OuterEthernet, outerFrame.at !== NONE)
    read(Layer.OuterVlan, outerFrame.tagCount > 0)
    read(Layer.OuterIpv4, outerIp.version === 4)
    read(Layer.OuterIpv6, outerIp.version === 6)
    read(Layer.OuterUdp, layers.outerDestinationPort !== NONE)
    read(Layer.Vxlan, tunnel === TunnelKind.Vxlan)
    read(Layer.Gpe, tunnel === TunnelKind.Gpe)
    read(Layer.Geneve, tunnel === TunnelKind.Geneve)
    read(Layer.InnerEthernet, innerFrame.at !== NONE)
    read(Layer.InnerVlan, innerFrame.tagCount > 0)
    read(Layer.InnerArp, layers.innerArp !== NONE)
    read(Layer.InnerIpv4, innerIp.version === 4)
    read(Layer.InnerIpv6, innerIp.version === 6)
    const transport = layers.innerTransport !== NONE ? innerIp.protocol : NONE
    read(Layer.InnerTcp, transport === 6)
    read(Layer.InnerUdp, transport === 17)
    read(Layer.InnerIcmp, transport === 1)
    read(Layer.InnerIcmpv6, transport === 58)
    const carried = (layer: number, bit: number): void => read(layer, (layers.carriers & bit) !== 0)
    carried(Layer.Backbone, CarrierBit.Backbone)
    carried(Layer.CiscoMetadata, CarrierBit.CiscoMetadata)
    carried(Layer.Dsa, CarrierBit.Dsa)
    carried(Layer.Etag, CarrierBit.Etag)
    carried(Layer.Erspan, CarrierBit.Erspan)
    carried(Layer.Gre, CarrierBit.Gre)
    carried(Layer.Macsec, CarrierBit.Macsec)
    carried(Layer.Mpls, CarrierBit.Mpls)
    carried(Layer.Pppoe, CarrierBit.Pppoe)
    carried(Layer.VnTag, CarrierBit.VnTag)
    for (let i = 0; i < layers.faultCount; i++) {
      this.refused.add(LAYER_NAMES[layers.faultLayers[i]!]!)
      this.faults.add(FAULT_NAMES[layers.faultCodes[i]!]!)
    }
  }
}

interface Reading {
  layers: unknown
  faults: FaultExplanation[]
  description: PacketDescription
}

/** Everything that is read from a packet, with `dirt` around it; `trail` bytes of the view follow it. */
function readingOf(
  { bytes, wireLength, linkType }: GeneratedPacket,
  dirt: number,
  trail: number,
  coverage?: Coverage,
): Reading {
  const around = new Uint8Array(LEAD + bytes.length + trail).fill(dirt)
  around.set(bytes, LEAD)
  const view = new DataView(around.buffer)
  const layers = new Layers()
  dissect(layers, view, LEAD, bytes.length, wireLength, linkType, PORTS)
  coverage?.note(layers)
  return {
    layers: snapshot(layers),
    faults: Array.from({ length: layers.faultCount }, (_, index) => explainFault(layers, index)),
    description: describePacket(view, LEAD, bytes.length, wireLength, linkType),
  }
}

function frameOf({ at, tagCount, vlanIds, etherType }: FrameLayer): unknown {
  return [at, [...vlanIds.subarray(0, tagCount)], etherType]
}

function ipOf(ip: IpLayer): unknown {
  return { ...ip }
}

/** All that the walk says; what lies behind a count is left over from other packets and says nothing. */
function snapshot(layers: Layers): unknown {
  const { faultCount, outerFrame, innerFrame, outerIp, innerIp } = layers
  const numbers = Object.entries(layers).filter(([, value]) => typeof value === 'number')
  return {
    numbers: Object.fromEntries(numbers),
    frames: [frameOf(outerFrame), frameOf(innerFrame)],
    packets: [ipOf(outerIp), ipOf(innerIp)],
    faults: [[...layers.faultLayers.subarray(0, faultCount)], [...layers.faultCodes.subarray(0, faultCount)]],
  }
}

/** As `expect(found).toEqual(expected)`, which costs a hundred times as much where nothing is wrong. */
function same(found: unknown, expected: unknown, message: string): void {
  if (JSON.stringify(found) !== JSON.stringify(expected)) expect(found, message).toEqual(expected)
}

/** @throws AssertionError when something does not hold for the packet. */
export function packetHolds(packet: GeneratedPacket, coverage?: Coverage): void {
  const begun = cpuTime()
  const seen = readingOf(packet, 0x00, TRAIL, coverage)
  same(readingOf(packet, 0xff, TRAIL), seen, 'bytes outside the packet changed the reading')
  same(readingOf(packet, 0x08, 0), seen, 'bytes outside the packet changed the reading')
  const { description, faults } = seen
  const described = new Set(description.faults.map((fault) => JSON.stringify(fault)))
  for (const fault of faults) {
    if (!described.has(JSON.stringify(fault))) expect(description.faults, 'the walk disagrees').toContainEqual(fault)
  }
  within(description.layers, packet)
  const text = packetText({ number: 1, time: null }, description).join('\n')
  if (NONSENSE.test(text)) expect(text).not.toMatch(NONSENSE)
  const view = new DataView(packet.bytes.buffer, packet.bytes.byteOffset, packet.bytes.length)
  same(hexDump(view, 0, view.byteLength).length, Math.ceil(view.byteLength / 16), 'lines of the hex dump')
  const took = cpuTime() - begun
  if (took >= PACKET_MS) expect(took, 'milliseconds for one packet').toBeLessThan(PACKET_MS)
}

/** What no text may say. */
const NONSENSE = /undefined|NaN|\[object/

/** Layers and fields lie within the packet; fields lie within what was captured of it. */
function within(layers: readonly DescribedLayer[], packet: GeneratedPacket): void {
  for (const { name, offset, length, fields, layers: inside } of layers) {
    if (!(length > 0)) expect(length, `length of ${name}`).toBeGreaterThan(0)
    const end = offset + length
    if (end > packet.wireLength) expect(end, `end of ${name}`).toBeLessThanOrEqual(packet.wireLength)
    for (const field of fields) {
      const last = field.offset + field.length
      if (last > packet.bytes.length)
        expect(last, `end of ${name}.${field.name}`).toBeLessThanOrEqual(packet.bytes.length)
    }
    within(inside, packet)
  }
}

/** Summarizes a capture that comes in chunks of `size` bytes. @returns The summary, or why it could not be read. */
async function summaryOf(bytes: Uint8Array, size: number): Promise<Summary | CaptureError> {
  const summarizer = new Summarizer({ rows: Number.POSITIVE_INFINITY })
  try {
    await summarizer.read('fuzz', inChunks(bytes, size))
  } catch (error) {
    if (error instanceof CaptureError) return error
    throw error
  }
  return summarizer.summary()
}

/** As a file gives them, whose size is known from the start. */
function inChunks(bytes: Uint8Array, size: number): ByteSource {
  const source = bytesSource(bytes)
  const stored = { compression: 'none' as const, bytes: bytes.length, bytesRead: 0 }
  return { stored, read: (into) => source.read(into.subarray(0, size)) }
}

/** @throws AssertionError when something does not hold for the capture. */
export async function captureHolds(bytes: Uint8Array, size: number, coverage?: Coverage): Promise<void> {
  const begun = cpuTime()
  const summary = await summaryOf(bytes, bytes.length + 1)
  const again = await summaryOf(bytes, size)
  if (coverage !== undefined) coverage.captures++
  if (summary instanceof CaptureError || again instanceof CaptureError) {
    if (coverage !== undefined) coverage.unreadable++
    expect(String(again), 'chunks changed the error').toBe(String(summary))
  } else {
    expect(JSON.stringify(again), 'chunks changed the summary').toBe(JSON.stringify(summary))
    expectConsistent(summary)
    expect(formatText(summary, { color: false, top: 10 })).not.toMatch(NONSENSE)
  }
  expect(cpuTime() - begun, 'milliseconds for one capture').toBeLessThan(CAPTURE_MS)
}
