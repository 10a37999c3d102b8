/**
 * One packet as a tree of layers and fields, in data form: what a dissector prints. Follows what the walk of dissect.ts
 * follows and goes on where that stops: nested tunnels, GRE, IP in IP, plain traffic, packets quoted in ICMP errors.
 * Off the packet path: it allocates. Total: whatever the bytes, it returns.
 */
import { checkPorts } from '../../option.ts'
import { linkTypeName } from '../link/linktype-names.ts'
import { type TunnelPorts, tunnelPorts } from '../walk/dissect.ts'
import type { FaultExplanation } from '../walk/explain-fault.ts'
import { describeFrame, describeLink, describeTags } from './describe-link.ts'
import { describeNetwork } from './describe-network.ts'
import { type DescribedLayer, type Steps, Tree } from './describe-tree.ts'

export type { FaultExplanation } from '../walk/explain-fault.ts'
export type { ChecksumCheck, DescribedField } from './describe-field.ts'
export { type DescribedLayer, MAX_NESTING } from './describe-tree.ts'

/** One packet, described. */
export interface PacketDescription {
  /** LINKTYPE name of the record: `EN10MB`; `LINKTYPE 147` where a number has no name. */
  readonly linkType: string
  /** Bytes that the capture holds. */
  readonly capturedLength: number
  /** Bytes that the wire carried, frame check sequence excluded. */
  readonly wireLength: number
  /** The headers from the link layer on; what a tunnel carries is inside its layer. */
  readonly layers: readonly DescribedLayer[]
  /** What stopped the reading, in walking order; what an ICMP error leaves out of its quote is not a fault of the packet. */
  readonly faults: readonly FaultExplanation[]
}

/** What {@link describePacket} may be told. */
export interface DescribeOptions {
  /** Which UDP destination ports carry tunnels, from `tunnelPorts`; the known ones unless given. */
  readonly ports?: TunnelPorts
}

const KNOWN_PORTS = /* @__PURE__ */ tunnelPorts()

const STEPS: Steps = { frame: describeFrame, network: describeNetwork, tags: describeTags }

/**
 * Describes one packet.
 * @param view - The chunk.
 * @param at - Offset of the record's first byte.
 * @param capturedLength - Bytes captured.
 * @param wireLength - Bytes that the wire carried, frame check sequence excluded.
 * @param linkType - LINKTYPE of the interface.
 */
export function describePacket(
  view: DataView,
  at: number,
  capturedLength: number,
  wireLength: number,
  linkType: number,
  options: DescribeOptions = {},
): PacketDescription {
  checkPorts('ports', options.ports)
  const captured = Math.min(capturedLength, wireLength)
  const tree = new Tree(view, at, captured, wireLength, options.ports ?? KNOWN_PORTS, STEPS)
  describeLink(tree, linkType)
  return { linkType: linkTypeName(linkType), capturedLength, wireLength, layers: tree.layers, faults: tree.faults }
}
