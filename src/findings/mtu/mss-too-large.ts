/** MSS_TOO_LARGE: inner TCP announces segments that do not fit the path. */

import { amount, type Words } from '../finding.ts'
import { between, type Tunnel } from '../words/display-filter.ts'
import { within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { mssAbove } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'
import { type MtuSetting, setting } from '../words/mtu-setting.ts'

/** Announcements of one VNI and VTEP pair. */
export interface MssTooLarge {
  vni: number
  a: string
  b: string
  /** The sizes that are too large, descending. */
  sizes: number[]
  /** What an MSS may be at most, of the smallest IP version that is exceeded. */
  fits: number
  /** Largest inner IP packet that such a segment makes. */
  innerLength: number
  setting: MtuSetting
  /** Whether the path's MTU is the user's word and not the capture's. */
  isStated: boolean
  tunnels: Tunnel[]
}

export const mssTooLarge: Words<MssTooLarge> = {
  code: 'MSS_TOO_LARGE',
  severity: 'warning',
  meaning: 'An inner TCP MSS is larger than fits the path MTU with the tunnel overhead.',
  advice: 'Clamp the MSS at the VTEPs or their bridges to the recommended value, or lower the MTU of the guests.',
  evidence:
    'The MSS option of an inner SYN, against a path MTU that an ICMP error, fragments or a black hole prove (or that --underlay-mtu states). Reliable at any capture point that SYNs pass; without such proof nothing is said.',
  title: ({ facts }) =>
    `TCP MSS ${listed(facts.sizes.map(String))} too large in VNI ${facts.vni} between ${facts.a} and ${facts.b}: at most ${facts.fits} fits`,
  observed: ({ count, facts }) =>
    `${amount(count, 'SYN')} with an MSS of ${listed(facts.sizes.map(String))}. The path MTU is ${facts.setting.pathMtu}` +
    `${facts.isStated ? ' (as stated)' : ''}; less ${facts.setting.overhead} bytes of tunnel overhead and the inner IP and TCP headers, ${facts.fits} bytes are left for a segment.`,
  inferred: ({ facts }) =>
    `Full segments make outer packets of up to ${grouped(facts.innerLength + facts.setting.overhead)} bytes, which are fragmented, rejected with an ICMP error, or dropped silently.`,
  remedy: ({ facts }) =>
    `${setting([facts.a, facts.b], { setting: facts.setting, between: null }, facts.innerLength)}.`,
  displayFilter: ({ facts }) => within(facts.tunnels, between(facts.a, facts.b), mssAbove(facts.fits)),
}
