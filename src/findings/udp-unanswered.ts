/** UDP_UNANSWERED: questions by UDP that are repeated in vain. */
import { fromTo, type Tunnel } from './display-filter.ts'
import { amount, type Words } from './finding.ts'
import { tempered, within } from './flow-filter.ts'
import { toUdpPort } from './inner-condition.ts'
import { listed } from './list.ts'
import { acceptAgain, type RejectionFacts, rejectedText, rejects, whyRejected } from './rejection.ts'

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
    'A DNS query (same identifier, or same ports and length), a DHCP DISCOVER or DHCPv6 SOLICIT (same transaction, or same client), or a request of NTP, SNMP, RADIUS, IKE, QUIC or TFTP sent three times at least half a second apart, without an answer anywhere in the capture. An ICMP “port unreachable” is an answer; any other rejection is told beside the questions. Copies count once. Traffic that expects no answer is never judged, nor are captures of one direction. Reliable where both directions pass.',
  title: ({ count, facts }) =>
    `${amount(count, facts.question, facts.questions)}${facts.server === null ? '' : ` to ${facts.server}`} in VNI ${facts.vni} unanswered${facts.rejection === null ? '' : `: ${rejects(facts.rejection)} them (ICMP ${facts.rejection.reason})`}`,
  observed: ({ count, facts }) =>
    `${listed(facts.clients, 3)} sent ${sent(count, facts)}, and no answer was seen in any VNI.${facts.rejection === null ? '' : ` ${rejectedText(facts.rejection, facts.question, facts.questions)}`}`,
  inferred: ({ facts }) =>
    facts.rejection !== null && facts.server !== null
      ? whyRejected(facts.rejection, facts.questions, [facts.server], [facts.port])
      : (facts.server === null
          ? `No server receives the ${facts.questions}, for example because VNI ${facts.vni} is not flooded to its VTEP or the relay is missing; or its answers are lost on the way back.`
          : `The server is not running or drops the ${facts.questions}, they do not reach it, or its answers are lost on the way back; large answers may exceed the path MTU.`) +
        tempered(facts.dropped),
  remedy: ({ facts }) =>
    facts.rejection !== null && facts.server !== null
      ? acceptAgain(facts.rejection, 'UDP', [facts.server], [facts.port])
      : facts.server === null
        ? `Check that a server or relay is attached to VNI ${facts.vni} and receives its broadcasts; capture at its VTEP to see whether the ${facts.questions} arrive.`
        : `Query ${facts.server} locally on its own host, then capture at ${facts.to}: if answers leave there, compare their size with the path MTU; if the ${facts.questions} do not arrive, look for a filter on the way.`,
  displayFilter: ({ facts }) => within(facts.tunnels, fromTo(facts.from, facts.to), toUdpPort(facts.port)),
}

/** What was asked how often: of a request to everybody only the transaction is the same, its contents are not. */
function sent(count: number, { server, port, distinct, question, questions }: UdpUnanswered): string {
  if (server === null) return amount(count, question, questions)
  const asked = distinct === 1 ? `the same ${question}` : amount(distinct, question, questions)
  return `${asked} ${amount(count, 'time')} in all to ${server}, UDP port ${port}`
}
