/**
 * fast-check arbitraries for overlay traffic, to fuzz codecs, dissectors and analyzers with, not only this package's:
 *
 * ```ts
 * import fc from 'fast-check'
 * import { headers, mutatedPacket, tunnelPacket } from 'vxpcap/testing'
 *
 * fc.assert(fc.property(headers.vxlan, (header) => myDecode(myEncode(header)).vni === header.vni))
 * fc.assert(fc.property(tunnelPacket(), ({ bytes }) => myDissect(bytes).faults.length === 0))
 * fc.assert(fc.property(mutatedPacket(), ({ bytes }) => void myDissect(bytes))) // never throws
 * ```
 * Needs fast-check 4, an optional peer dependency. Runs in browsers.
 */
export { type Mutation, mutate, mutated, mutation } from './bytes.ts'
export {
  type CaptureOptions,
  capture,
  type GeneratedCapture,
  type GeneratedRecord,
  mutatedCapture,
  pcapCapture,
  pcapngCapture,
} from './captures.ts'
export * as headers from './headers.ts'
export {
  type GeneratedPacket,
  mutatedPacket,
  type PacketOptions,
  packet,
  tunnelPacket,
  type WellFormedPacket,
} from './packets.ts'
