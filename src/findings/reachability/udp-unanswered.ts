/** UDP_UNANSWERED: questions by UDP that are repeated in vain. */

import { amount, type Words } from '../finding.ts'
import { fromTo, type Tunnel } from '../words/display-filter.ts'
import { checkPaths, type PathShare, portsApart, somePathsDrop } from '../words/equal-cost-paths.ts'
import { tempered, within } from '../words/flow-filter.ts'
import { grouped } from '../words/grouped.ts'
import { toUdpPort } from '../words/inner-condition.ts'
import { listed } from '../words/list.ts'
import { acceptAgain, type RejectionFacts, rejectedText, rejects, whyRejected } from '../words/rejection.ts'

/** Questions of one protocol to one server, or to any where the question goes to all. */
export interface UdpUnanswered {
  vni: number
  from: string
  to: string
  /** As people call it: `DNS query`. */
  question: string
  questions: string
  clients: string[]
  /** `null` for a question to all, as of DHCP. */
  server: string | null
  port: number
  /** Distinct questions, each of which was sent three times or more. */
  distinct: number
  /** Whether these are all questions of a client to the server, of which none was sent three times. */
  isAll: boolean
  /** Whether servers made offers that no client took. */
  isOffered: boolean
  /** Least outer IP length of answers that were sent, and after which the same questions came again; `null` where none was sent. */
  answersFrom: number | null
  /** Other questions of the kind that the server answered. */
  answered: number
  /** What sets the outer source ports of unanswered questions apart from those that were answered. */
  paths: PathShare | null
  /** What ICMP errors say of the questions; `null` where none came. */
  rejection: RejectionFacts | null
  tunnels: Tunnel[]
  dropped: number | null
}

export const udpUnanswered: Words<UdpUnanswered> = {
  code: 'UDP_UNANSWERED',
  severity: 'warning',
  meaning: 'UDP requests (DNS, DHCP, NTP and others that expect an answer) are repeated and stay unanswered.',
  advice:
    'Check that the server runs and is reachable, and capture at its VTEP: if it answers there, the answers are lost on the way back, large ones perhaps because of the path MTU; if not, look at the server or its firewall.',
  evidence:
    'A DNS query (same identifier, or same ports and length), a DHCP DISCOVER or DHCPv6 SOLICIT (same transaction, or same client), or a request of NTP, SNMP, RADIUS, IKE, QUIC or TFTP sent three times at least half a second apart, without an answer anywhere in the capture; or eight DNS queries of one client over five seconds, none of which its server answers, while other packets come back. An answer in another VNI counts, unless the question was asked there as well. A DISCOVER or SOLICIT that is sent again after two offers is told as well: the offers do not arrive. So is a question that comes again after large answers, three times or more in all, where nothing shows that smaller packets arrive (otherwise it is PMTU_BLACK_HOLE). An ICMP “port unreachable” is an answer; any other rejection is told beside the questions. Copies count once. Traffic that expects no answer is never judged, nor are captures of one direction. Reliable where both directions pass.',
  title: ({ count, facts }) =>
    facts.isOffered
      ? `${amount(count, facts.question, facts.questions)} in VNI ${facts.vni} repeated although offers were sent`
      : facts.answersFrom !== null
        ? `${amount(count, facts.question, facts.questions)} to ${facts.server} in VNI ${facts.vni} repeated although large answers were sent`
        : `${amount(count, facts.question, facts.questions)}${facts.server === null ? '' : ` to ${facts.server}`} in VNI ${facts.vni} unanswered${facts.rejection === null ? '' : `: ${rejects(facts.rejection)} them (ICMP ${facts.rejection.reason})`}`,
  observed: ({ count, facts }) =>
    facts.isOffered
      ? `The same ${facts.question} was sent again after each offer, ${amount(count, 'time')} in all, and no request for the offered address followed.`
      : facts.answersFrom !== null
        ? `${facts.server} answered with ${grouped(facts.answersFrom)} bytes or more (outer IP), and ${listed(facts.clients, 3)} asked the same again ${amount(count, 'time')}; nothing in the capture shows whether smaller packets arrive.`
        : `${listed(facts.clients, 3)} sent ${sent(count, facts)}, and no answer was seen${facts.answered === 0 ? '' : `; ${amount(facts.answered, `other ${facts.question}`, `other ${facts.questions}`)} to the same server ${facts.answered === 1 ? 'was' : 'were'} answered`}.${portsApart(facts.paths, facts.questions)}${facts.rejection === null ? '' : ` ${rejectedText(facts.rejection, facts.question, facts.questions)}`}`,
  inferred: ({ facts }) =>
    facts.rejection !== null && facts.server !== null
      ? whyRejected(facts.rejection, facts.questions, [facts.server], [facts.port])
      : cause(facts) + tempered(facts.dropped),
  remedy: ({ facts }) => {
    if (facts.rejection !== null && facts.server !== null)
      return acceptAgain(facts.rejection, 'UDP', [facts.server], [facts.port])
    if (facts.isOffered)
      return `Capture at ${facts.from}, behind which the client is: if the offers arrive there, look for a filter or DHCP snooping between tunnel and client, and read the client’s log; if not, they are lost on the way there.`
    if (facts.answersFrom !== null)
      return `Send a ping of that size with DF from ${facts.to} to ${facts.from} (ping -M do -s), and one that is small: if only the large one is lost, the path MTU is below ${grouped(facts.answersFrom)} bytes. Capture at ${facts.from}, behind which the client is, to see whether the answers arrive.`
    if (facts.paths !== null) return checkPaths(facts.from, facts.to)
    return facts.server === null
      ? `Check that a server or relay is attached to VNI ${facts.vni} and receives its broadcasts; capture at its VTEP to see whether the ${facts.questions} arrive.`
      : `Query ${facts.server} locally on its own host, then capture at ${facts.to}: if answers leave there, compare their size with the path MTU; if the ${facts.questions} do not arrive, look for a filter on the way.`
  },
  displayFilter: ({ facts }) => within(facts.tunnels, fromTo(facts.from, facts.to), toUdpPort(facts.port)),
}

function cause({ paths, server, questions, question, vni, isOffered, answersFrom, answered }: UdpUnanswered): string {
  if (isOffered)
    return 'The offers do not reach the client: they are lost on the way back or dropped before it (a firewall, DHCP snooping); or the client does not accept what they offer.'
  if (answersFrom !== null)
    return 'The answers do not reach the client. They are large: most likely they exceed the MTU of the path back, unless everything is lost there or the client does not accept them.'
  if (paths !== null && paths.modulus !== 0) return somePathsDrop(`a ${question}`)
  if (paths !== null)
    return `The same server answers other ${questions}: some of the equal-cost paths, which the underlay chooses by outer source port, may drop packets, the server may drop some ${questions} (a rate limit), or large answers may exceed the path MTU.`
  if (server === null)
    return `No server receives the ${questions}, for example because VNI ${vni} is not flooded to its VTEP or the relay is missing; or its answers are lost on the way back.`
  return answered > 0
    ? `The server runs: it drops some ${questions}, they do not reach it, or its answers are lost on the way back; large answers may exceed the path MTU.`
    : `The server is not running or drops the ${questions}, they do not reach it, or its answers are lost on the way back; large answers may exceed the path MTU.`
}

/** What was asked how often: of a request to everybody only the transaction is the same, its contents are not. */
function sent(count: number, { server, port, distinct, isAll, question, questions }: UdpUnanswered): string {
  if (server === null) return amount(count, question, questions)
  if (isAll) return `${amount(count, question, questions)} to ${server}, UDP port ${port}`
  const asked = distinct === 1 ? `the same ${question}` : amount(distinct, question, questions)
  return `${asked} ${amount(count, 'time')} in all to ${server}, UDP port ${port}`
}
