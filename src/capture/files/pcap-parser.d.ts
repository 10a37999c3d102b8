// The part of npm pcap-parser that node-pcap-parser.ts uses; the package ships no types. Never part of the published declarations.
declare module 'pcap-parser' {
  import type { Readable } from 'node:stream'

  export interface GlobalHeader {
    magicNumber: string
    majorVersion: number
    minorVersion: number
    snapshotLength: number
    linkLayerType: number
  }
  export interface PacketHeader {
    timestampSeconds: number
    timestampMicroseconds: number
    capturedLength: number
    originalLength: number
  }
  export interface Parser {
    on(event: 'globalHeader', listener: (header: GlobalHeader) => void): this
    on(event: 'packetHeader', listener: (header: PacketHeader) => void): this
    on(event: 'packet', listener: (packet: { header: PacketHeader; data: Uint8Array }) => void): this
    on(event: 'end', listener: () => void): this
    on(event: 'error', listener: (error: Error) => void): this
  }
  export function parse(input: Readable): Parser
}
