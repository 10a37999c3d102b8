/** MISSING_BETWEEN_POINTS: packets left the point of one VTEP and did not reach the point of the other. */
import { amount, type Words } from '../finding.ts'
import { share, way } from '../words/compared.ts'
import { and, fromTo } from '../words/display-filter.ts'

/** Packets of one direction. */
export interface MissingBetweenPoints {
  vni: number
  from: string
  to: string
  /** Points of both VTEPs. */
  sender: string
  receiver: string
  /** Packets that left in the time that both points captured. */
  sent: number
  /** Whether packets are reckoned from payload bytes, because segmentation offload joins them at one of the points. */
  isReckoned: boolean
  /** That time, by the sender's clock. */
  fromTime: string
  toTime: string
  /** Packets that the receiver's captures are known to lack: lost by themselves, and seen elsewhere although they passed it. */
  dropped: number
  missed: number
  /** Datagrams in fragments at the receiver's point of which a fragment is missing. */
  incomplete: number
}

export const missingBetweenPoints: Words<MissingBetweenPoints> = {
  code: 'MISSING_BETWEEN_POINTS',
  severity: 'error',
  meaning: 'Packets are lost between two capture points: they left the one VTEP and never reached the other.',
  advice:
    'Compare the captures of both points (vxpcap compare) to see which packets, sizes and source ports are lost; then capture half-way between them until the place is found.',
  evidence:
    'Captures at both VTEPs of a direction, known from points.json or from TTLs and times: the one counted more packets than the other in the time that both were capturing, by more than times, order and clocks leave open. A note where the captures of the receiver lack as many themselves; a warning below one in a hundred.',
  title: ({ count, facts }) => `${share(count, facts.sent)} did not arrive ${way(facts)}`,
  observed: ({ count, facts }) =>
    `${share(count, facts.sent)} ${way(facts)} left the point ${facts.sender} and did not reach the point ${facts.receiver} between ${facts.fromTime} and ${facts.toTime}` +
    (facts.isReckoned
      ? ', reckoned from payload bytes because segmentation offload joins packets at one of them.'
      : '.'),
  inferred: ({ facts }) =>
    `Something between ${facts.sender} and ${facts.receiver} drops them: a queue, a policer, a filter, a route or a link with errors.${tempered(facts)}`,
  remedy: ({ facts }) =>
    `Run vxpcap compare on the captures of ${facts.sender} and ${facts.receiver} to see which packets are lost; read the drop counters of what lies between them (ip -s link, tc -s qdisc, show interface).`,
  displayFilter: ({ facts }) => and(fromTo(facts.from, facts.to)),
}

/** Ends an inference where the captures of the receiver are known to lack packets. */
function tempered({ receiver, dropped, missed, incomplete }: MissingBetweenPoints): string {
  if (dropped > 0) {
    return ` The captures of ${receiver} lost ${amount(dropped, 'packet')} themselves, so packets may be missing only from them.`
  }
  if (incomplete > 0) {
    return ` The captures of ${receiver} have ${amount(incomplete, 'datagram')} of which a fragment is missing, which do not count as arrived.`
  }
  if (missed === 0) return ''
  return ` The captures of ${receiver} do not have ${amount(missed, 'packet')} either that it sent and another point saw, so packets may be missing only from them.`
}
