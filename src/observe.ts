/** The hot loop: packets of a stream through the walk into the analyzers. */
import type { Analysis } from './analyzers/analysis.ts'
import { dissect, type TunnelPorts } from './codecs/dissect.ts'
import type { PacketInfo } from './packet.ts'

/** Packets at hand, one after the other: a capture reader's, or a batch's. */
export interface Packets {
  readonly view: DataView
  readonly packet: PacketInfo
  /** Steps onto the next packet. @returns Whether there is one. */
  next(): boolean
}

/**
 * Observes every packet at hand.
 * @param file - Index of the capture file that they are from.
 * @param firstNumber - The packet number that counts as 1.
 */
export function observePackets(
  analysis: Analysis,
  packets: Packets,
  ports: TunnelPorts,
  file: number,
  firstNumber: number,
): void {
  const { observation } = analysis
  const { layers } = observation
  while (packets.next()) {
    const { packet } = packets
    const wireLength = Math.max(0, packet.wireLength - packet.fcsLength)
    dissect(layers, packets.view, packet.at, packet.capturedLength, wireLength, packet.linkType, ports)
    observation.record(packet, file, firstNumber)
    analysis.observe()
  }
}
