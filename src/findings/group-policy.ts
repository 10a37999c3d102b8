/** GROUP_POLICY: VXLAN with group policy, which a receiver must be told to expect. */
import { and, isDissected, or, type Tunnel, tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'

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
  advice: 'Nothing, as long as every VTEP of the VNI has group policy switched on.',
  evidence:
    'The G flag is set together with the I flag, and nothing but the policy fields of draft-smith-vxlan-group-policy is. Sound at any capture point.',
  title: ({ facts }) => `VNI ${facts.vni} carries group policies (VXLAN-GBP)`,
  observed: ({ count, facts }) =>
    `${amount(count, 'packet')} with a group policy, ${facts.ids.length === 1 ? 'id' : 'ids'} ${facts.ids.join(', ')}.`,
  inferred: () =>
    'The policy fields lie where plain VXLAN has reserved bits. A receiver without group policy may ignore them (RFC 7348 §5) or drop the packet, as Linux does.',
  remedy: () =>
    'Nothing to do while both sides have it switched on (ip link … type vxlan … gbp; Open vSwitch: options:exts=gbp).',
  displayFilter: ({ facts }) =>
    or(
      ...facts.tunnels.map((which) =>
        and(tunnel(which), isDissected(which) ? 'vxlan.flag_g == 1' : 'udp.payload[0:1] == 88'),
      ),
    ),
}
