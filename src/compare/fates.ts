/** Tells of every packet what became of it, in the words of `PacketFate`. */
import type { Told } from './account.ts'
import type { PacketFate } from './options.ts'
import type { Plan } from './plan.ts'

const BILLION = 1_000_000_000
const MILLION = 1_000_000

/** What is needed to tell of packets. */
export interface FatesOptions {
  plan: Plan
  /** Second that times count from. */
  base: number
  numberOf: (isFar: boolean, file: number, number: number) => number
  /** Place of a row among the document's directions. */
  indexOf: (row: number) => number
}

/** Makes what tells a function of the user's. */
export function tellFates(
  onPacket: (packet: PacketFate) => void,
  { plan, base, numberOf, indexOf }: FatesOptions,
): Told {
  const packet = emptyFate()
  return (fate, row, left, arrived, { delay, outerLength, innerBytes, sourcePort, isOneOf }) => {
    const { isForth } = plan.channels[plan.channelOf[row]!]!
    const near = isForth ? left : arrived
    const far = isForth ? arrived : left
    packet.fate = fate
    packet.direction = indexOf(row)
    packet.near = near === null ? 0 : numberOf(false, near.file, near.number)
    packet.far = far === null ? 0 : numberOf(true, far.file, far.number)
    packet.nearSeconds = secondsOf(near, base)
    packet.nearNanoseconds = nanosecondsOf(near)
    packet.farSeconds = secondsOf(far, base)
    packet.farNanoseconds = nanosecondsOf(far)
    packet.delayMs = delay / MILLION
    packet.outerIpLength = outerLength
    packet.innerBytes = innerBytes
    packet.sourcePort = sourcePort
    packet.oneOf = isOneOf
    onPacket(packet)
  }
}

function secondsOf(record: { own: number } | null, base: number): number {
  return record === null ? Number.NaN : base + Math.floor(record.own / BILLION)
}

function nanosecondsOf(record: { own: number } | null): number {
  return record === null ? 0 : record.own - Math.floor(record.own / BILLION) * BILLION
}

function emptyFate(): PacketFate {
  return {
    fate: 'matched',
    direction: 0,
    near: 0,
    far: 0,
    nearSeconds: Number.NaN,
    nearNanoseconds: 0,
    farSeconds: Number.NaN,
    farNanoseconds: 0,
    delayMs: Number.NaN,
    outerIpLength: 0,
    innerBytes: 0,
    sourcePort: 0,
    oneOf: false,
  }
}
