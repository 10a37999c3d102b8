/** CAPTURE_DUPLICATES: the capture recorded one frame several times. */
import { amount, frames, type Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'

/** How many copies there are, and where they come from. */
export interface Duplicates {
  /** Copies that another interface recorded. */
  elsewhere: number
  /** Copies that the same interface recorded at another hop; those with another TTL, and those with other MACs or VLAN tags. */
  otherHop: number
  otherTtl: number
  otherLink: number
  /** Packets in all. */
  packets: number
}

export const captureDuplicates: Words<Duplicates> = {
  code: 'CAPTURE_DUPLICATES',
  severity: 'note',
  meaning:
    'The capture recorded frames several times: on several interfaces or hops, or through a mirror of both directions.',
  advice:
    'To measure volumes, capture on one interface and one hop. editcap -d removes identical copies; copies of another hop need a filter on what differs (VLAN, MACs, TTL).',
  evidence:
    'The same datagram, but for link headers, TTL, DSCP, ECN and checksums, again within one second: on another interface or hop, or without a second reaction.',
  title: ({ count }) => `${amount(count, 'duplicate frame')} in the capture`,
  observed: ({ count, facts }) =>
    `${grouped(count)} of ${amount(facts.packets, 'record')} ${count === 1 ? 'repeats' : 'repeat'} an earlier frame: ${[
      facts.elsewhere === 0 ? '' : `${grouped(facts.elsewhere)} on another interface`,
      facts.otherHop === 0 ? '' : `${grouped(facts.otherHop)} at another hop (${differences(facts)} differ)`,
      identical(count, facts) === 0 ? '' : `${grouped(identical(count, facts))} identical on the same interface`,
    ]
      .filter((part) => part !== '')
      .join(', ')}.`,
  inferred: ({ facts }) =>
    (facts.elsewhere + facts.otherHop === 0
      ? 'One interface recorded these frames twice: a mirror of both directions does that, and so does a network that delivers them twice. No second answer, D-SACK or repeated acknowledgment shows that their receiver got them twice. '
      : 'One packet was recorded where it came in and again where it left: -i any, several interfaces, a mirror of both directions, or captures of both ends. ') +
    'Packets and bytes count every record; retransmissions, echo and replication count a frame once.',
  remedy: ({ count, facts }) =>
    [
      'To measure volumes, keep one record of each frame.',
      facts.elsewhere === 0 ? '' : 'Capture on one interface, or filter by frame.interface_id.',
      facts.otherHop === 0
        ? ''
        : `editcap -d does not find the copies of another hop: filter by what differs (${filters(facts)}), or mirror one VLAN, or one direction, only.`,
      identical(count, facts) === 0 ? '' : 'editcap -d removes identical copies; mirror one direction only.',
    ]
      .filter((part) => part !== '')
      .join(' '),
  displayFilter: ({ packets }) => frames(packets),
}

/** Copies that differ in nothing that is looked at. */
function identical(count: number, { elsewhere, otherHop }: Duplicates): number {
  return Math.max(0, count - elsewhere - otherHop)
}

function differences({ otherTtl, otherLink }: Duplicates): string {
  return [otherLink === 0 ? '' : 'MACs or VLAN tags', otherTtl === 0 ? '' : 'TTL']
    .filter((part) => part !== '')
    .join(' and ')
}

function filters({ otherTtl, otherLink }: Duplicates): string {
  return [otherLink === 0 ? '' : 'vlan.id, eth.src', otherTtl === 0 ? '' : 'ip.ttl, ipv6.hlim']
    .filter((part) => part !== '')
    .join(', ')
}
