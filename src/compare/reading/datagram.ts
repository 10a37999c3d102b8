/** One tunnel datagram of one side, as the matcher takes it: plain numbers. */
import { fold32 } from '../../analyzers/tables/hash.ts'
import { NONE } from '../../codecs/core/fault.ts'
import type { Layers } from '../../codecs/walk/layers.ts'
import type { PacketInfo } from '../../packet.ts'
import { InnerKey } from './inner-key.ts'

/** One object, filled anew for each datagram. */
export class Datagram {
  readonly key = new InnerKey()
  /** Nanoseconds since the side's {@link Clocked.base}, by its own clock. */
  time = 0
  /** Index of the capture file, and number of the packet in it. */
  file = 0
  number = 0
  /** Which record of its side it is, whatever is selected. */
  position = 0
  /** Whether the filter keeps it; a match is kept where either of its ends is. */
  isSelected = true
  /** Row of its direction. */
  direction = NONE
  /** Outer IP length of the whole datagram. */
  outerLength = 0
  /** Whether it is larger than any link takes, as segmentation offload makes them. */
  innerBytes = 0
  sourcePort = 0
  destinationPort = 0
  /** TTL or hop limit, DSCP and ECN of the outer IP header. */
  outerTtl = 0
  outerDscp = 0
  outerEcn = 0
  /** Bit of the place in the capture where it was recorded: interface, hop, link addresses. */
  tap = 0
}

/** Places in one capture that are told apart; further ones share the last. */
const MOST_TAPS = 31

/** Places in a side's captures where packets are recorded. */
export class Taps {
  readonly #numbers = new Map<number, number>()

  /** Bit of the place where a packet was recorded. @param file - Index of the file, where files are of different places. */
  of(layers: Layers, packet: PacketInfo, ttl: number, file: number): number {
    const { view, outerFrame } = layers
    let hash = fold32(fold32(fold32(packet.interfaceId, layers.linkInterface), ttl), file)
    if (outerFrame.at !== NONE) hash = fold32(hash, view.getInt32(outerFrame.at + 8))
    for (let i = 0; i < outerFrame.tagCount; i++) hash = fold32(hash, outerFrame.vlanIds[i]!)
    let number = this.#numbers.get(hash)
    if (number === undefined) {
      number = Math.min(this.#numbers.size, MOST_TAPS - 1)
      if (this.#numbers.size < MOST_TAPS) this.#numbers.set(hash, number)
    }
    return 1 << number
  }

  /** The places that are known, in order of their numbers. */
  save(): Int32Array {
    return Int32Array.from(this.#numbers.keys())
  }

  /** Goes on with places that were saved. */
  restore(places: Int32Array): void {
    this.#numbers.clear()
    for (const place of places) this.#numbers.set(place, this.#numbers.size)
  }
}

/** Fills in what the outer headers say. */
export function readOuter(datagram: Datagram, layers: Layers): void {
  const { view, outerIp } = layers
  const { at, version } = outerIp
  datagram.outerLength = outerIp.length
  datagram.innerBytes = layers.innerLength
  datagram.sourcePort = Math.max(0, layers.outerSourcePort)
  datagram.destinationPort = Math.max(0, layers.outerDestinationPort)
  if (version === 4) {
    datagram.outerTtl = view.getUint8(at + 8)
    datagram.outerDscp = view.getUint8(at + 1) >> 2
    datagram.outerEcn = view.getUint8(at + 1) & 3
  } else {
    datagram.outerTtl = view.getUint8(at + 7)
    datagram.outerDscp = (view.getUint16(at) >> 6) & 0x3f
    datagram.outerEcn = (view.getUint16(at) >> 4) & 3
  }
}
