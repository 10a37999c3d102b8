/** Tells of every packet what became of it, in the words of `PacketFate`. */

import type { PacketFate } from '../options.ts'
import type { Plan } from '../plan/plan.ts'
import type { Directions } from '../reading/directions.ts'
import type { Told } from './account.ts'

const BILLION = 1_000_000_000
const MILLION = 1_000_000

/** What is needed to tell of packets. */
export interface FatesOptions {
  plan: Plan
  directions: Directions
  /** Second that times count from. */
  base: number
  numberOf: (isFar: boolean, file: number, number: number) => number
  /** Place of a row among the document's directions. */
  indexOf: (row: number) => number
}

type Way = Pick<PacketFate, 'direction' | 'from' | 'to' | 'vni' | 'kind' | 'sentAt'>

/** Makes what tells a function of the user's. */
export function tellFates(
  onPacket: (packet: PacketFate) => void,
  { plan, directions, base, numberOf, indexOf }: FatesOptions,
): Told {
  const packet = emptyFate()
  /** What packets of one direction have in common, by row. */
  const ways: (Way | undefined)[] = []
  const wayOf = (row: number): Way => ({
    direction: indexOf(row),
    from: directions.from(row),
    to: directions.to(row),
    vni: directions.vni(row),
    kind: directions.kind(row),
    sentAt: plan.channels[plan.channelOf[row]!]!.isForth ? 'near' : 'far',
  })
  return (fate, row, left, arrived, { delay, outerLength, innerBytes, sourcePort, isOneOf }) => {
    const way = ways[row] ?? wayOf(row)
    ways[row] = way
    const isForth = way.sentAt === 'near'
    const near = isForth ? left : arrived
    const far = isForth ? arrived : left
    packet.fate = fate
    packet.direction = way.direction
    packet.from = way.from
    packet.to = way.to
    packet.vni = way.vni
    packet.kind = way.kind
    packet.sentAt = way.sentAt
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
    from: '',
    to: '',
    vni: 0,
    kind: 'vxlan',
    sentAt: 'near',
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
