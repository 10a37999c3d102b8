/** CAPTURE_DUPLICATES: the capture recorded one frame several times. */
import { amount, frames, type Words } from './finding.ts'
import { grouped } from './grouped.ts'

/** How many copies there are, and where they come from. */
export interface Duplicates {
  /** Copies that another interface, hop or file recorded. */
  elsewhere: number
  /** Packets in all. */
  packets: number
}

export const captureDuplicates: Words<Duplicates> = {
  code: 'CAPTURE_DUPLICATES',
  severity: 'note',
  meaning:
    'The capture recorded frames several times: on several interfaces or hops, or through a mirror of both directions.',
  advice: 'For volumes capture on one interface, or remove the copies with editcap -D.',
  evidence:
    'The same frame, but for link headers, TTL and outer checksums, again within one second: on another interface or hop, or without a second reaction.',
  title: ({ count }) => `The capture holds ${amount(count, 'copy', 'copies')} of frames that it already has`,
  observed: ({ count, facts }) =>
    `${amount(count, 'record repeats', 'records repeat')} an earlier frame (of ${amount(facts.packets, 'packet')} in all); ` +
    `${grouped(facts.elsewhere)} of them on another interface, hop or file.`,
  inferred: ({ facts }) =>
    (facts.elsewhere === 0
      ? 'One interface recorded these frames twice: a mirror of both directions does that, and so does a network that delivers them twice. No second answer, D-SACK or repeated acknowledgment shows that their receiver got them twice. '
      : 'One packet was recorded where it came in and again where it left: -i any, several interfaces, a mirror of both directions, or captures of both ends. ') +
    'Packets and bytes count every record; retransmissions, echo and replication count a frame once.',
  remedy: () => 'For volumes, capture on one interface, or remove the copies with editcap -D or by frame.interface_id.',
  displayFilter: ({ packets }) => frames(packets),
}
