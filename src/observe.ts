/** The hot loop: packets of a stream into the analyzers. */
import type { Analysis } from './analyzers/analysis.ts'
import type { OwnAnalyzers } from './own-analyzers.ts'
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
 * @param own - Analyzers of the user's, which see each packet too.
 */
export function observePackets(
  analysis: Analysis,
  packets: Packets,
  file: number,
  firstNumber: number,
  own: OwnAnalyzers | null,
): void {
  while (packets.next()) {
    analysis.take(packets.view, packets.packet, file, firstNumber)
    if (own !== null) own.observe(packets.view, packets.packet, packets.packet.number - firstNumber + 1, file)
  }
  analysis.drain()
}
