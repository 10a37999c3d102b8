/** One packet on its way through the analyzers: its layers, its record, and the rows that its keys resolved to. */

import { NONE } from '../../codecs/core/fault.ts'
import { dissectRecord, type TunnelPorts } from '../../codecs/walk/dissect.ts'
import { Layers } from '../../codecs/walk/layers.ts'
import { NO_TIME, type PacketInfo } from '../../packet.ts'

/** What every analyzer observes; one object, filled anew for each packet. */
export class Observation {
  /** The packet taken apart. */
  readonly layers = new Layers()
  /** Packet number within the part, from 1. */
  number = 0
  /** Seconds since 1970 of the record’s time. */
  seconds = 0
  /** 0 to 999 999 999, or `NO_TIME`. */
  nanoseconds: number = NO_TIME
  /** Bytes captured. */
  capturedLength = 0
  /** As recorded, or what it must have been where that cannot be. */
  wireLength = 0
  /** Interface through all files: file × 65 536 + interface. */
  interfaceId = 0
  /** LINKTYPE number of the interface. */
  linkType = 0
  /** pcapng EPB flags, 0 when absent. */
  flags = 0

  /**
   * Payload bytes of the outer fragment that this record is, where the layers are the whole datagram's, joined from its fragments;
   * `NONE` for a packet as it was read.
   */
  firstLength = NONE
  /** Digest of what identifies the datagram that a record with `firstLength` began, in halves. */
  datagramHigh = 0
  /** Lower half of that digest. */
  datagramLow = 0
  /** Whether the packet's time is one that the filter keeps; of others nothing is judged. */
  isInTime = true
  /** Whether the filter keeps the packet; what follows is `NONE` otherwise. */
  kept = false
  /** Whether it is a UDP datagram outside any valid tunnel that the filter lets through. */
  outside = false
  /** Rows of the shared tables, `NONE` where there is no such key or the table was full. */
  vniRow = NONE
  /** Row of the VTEP pair. */
  pairRow = NONE
  /** Row of the VTEP pair in its VNI. */
  routeRow = NONE
  /** Row of the flow. */
  flowRow = NONE
  /** Row of the inner source MAC in its VNI and VLANs. */
  macRow = NONE
  /** Row of the inner VLAN stack. */
  vlansRow = NONE
  /** Address ids of the outer source and destination. */
  sourceId = NONE
  /** Address id of the outer destination. */
  destinationId = NONE
  /** Address ids of the inner source and destination (sender and target of ARP). */
  innerSourceId = NONE
  /** Address id of the inner destination, the target of ARP. */
  innerDestinationId = NONE
  /** Row of the source MAC at the outer source in the MACs analyzer, where that is known already. */
  macAtVtepRow = NONE
  /** Whether the outer ports of this path were looked up already, and which of them found no row: see `REFUSED` in paths.ts. */
  portsKnown = false
  /** Which of the two outer ports found no row; see {@link portsKnown}. */
  portsRefused = 0
  /** Original length as recorded, where `layers.lengthImpossible`. */
  impossibleLength = 0
  /** Whether the outer packet goes from the pair's a to its b. */
  pairForward = true
  /** Whether the inner packet goes from the flow's a to its b. */
  flowForward = true

  /** Takes a record apart, and over. `firstNumber` is the number that counts as 1. */
  takeApart(view: DataView, packet: PacketInfo, file: number, firstNumber: number, ports: TunnelPorts): void {
    const { layers } = this
    dissectRecord(layers, view, packet, ports)
    this.record(packet, file, firstNumber)
    if (!layers.lengthImpossible) return
    this.impossibleLength = this.wireLength
    this.wireLength = Math.max(packet.capturedLength, layers.wireEnd - layers.at)
  }

  /** Takes over a record's metadata. `firstNumber` is the number that counts as 1. */
  record(packet: PacketInfo, file: number, firstNumber: number): void {
    this.number = packet.number - firstNumber + 1
    this.seconds = packet.seconds
    this.nanoseconds = packet.nanoseconds
    this.capturedLength = packet.capturedLength
    this.wireLength = packet.wireLength
    this.interfaceId = file * 65536 + packet.interfaceId
    this.linkType = packet.linkType
    this.flags = packet.flags
  }

  /** Forgets the rows of the packet before. */
  clearRows(): void {
    this.kept = false
    this.outside = false
    this.vniRow = NONE
    this.pairRow = NONE
    this.routeRow = NONE
    this.flowRow = NONE
    this.macRow = NONE
    this.vlansRow = NONE
    this.sourceId = NONE
    this.destinationId = NONE
    this.innerSourceId = NONE
    this.innerDestinationId = NONE
    this.portsKnown = false
    this.portsRefused = 0
    this.macAtVtepRow = NONE
    this.pairForward = true
    this.flowForward = true
  }
}
