/** GROUP_POLICY: VXLAN with group policy, which must be enabled at the receiver. */

import { amount, type Words } from '../finding.ts'
import { and, isDissected, or, type Tunnel, tunnel } from '../words/display-filter.ts'

/** Policies of one VNI. */
export interface GroupPolicy {
  vni: number
  /** Policy ids, the first few. */
  ids: number[]
  tunnels: Tunnel[]
}

export const groupPolicy: Words<GroupPolicy> = {
  code: 'GROUP_POLICY',
  severity: 'note',
  meaning: 'The VXLAN header carries a group policy id in bits that plain VXLAN reserves.',
  advice: 'No action needed as long as group policy is enabled on every VTEP of the VNI.',
  evidence:
    'The G flag is set together with the I flag, and nothing but the policy fields of draft-smith-vxlan-group-policy is. Reliable at any capture point.',
  title: ({ facts }) => `VNI ${facts.vni} carries group policies (VXLAN-GBP)`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} with a group policy, ${facts.ids.length === 1 ? 'id' : 'ids'} ${facts.ids.join(', ')}.`,
  inferred: () =>
    'The policy fields lie where plain VXLAN has reserved bits. A receiver without group policy may ignore them (RFC 7348 §5) or drop the packet, as Linux does.',
  remedy: () =>
    'No action needed while it is enabled on both sides (ip link … type vxlan … gbp; Open vSwitch: options:exts=gbp).',
  displayFilter: ({ facts }) =>
    or(
      ...facts.tunnels.map((which) =>
        and(tunnel(which), isDissected(which) ? 'vxlan.flag_g == 1' : 'udp.payload[0:1] == 88'),
      ),
    ),
}
