/** Every finding code with its words: what `vxpcap findings`, SARIF rules and the documents list. */

import { addressOverlap } from './address-overlap.ts'
import { alteredBetween } from './altered-between.ts'
import { arpUnanswered } from './arp-unanswered.ts'
import { bumFlood } from './bum-flood.ts'
import { captureAppended } from './capture-appended.ts'
import { captureCutShort } from './capture-cut-short.ts'
import { captureDamaged } from './capture-damaged.ts'
import { captureDrops } from './capture-drops.ts'
import { captureDuplicates } from './capture-duplicates.ts'
import { captureOneSided } from './capture-one-sided.ts'
import { checksumPartial } from './checksum-partial.ts'
import { congestion } from './congestion.ts'
import { dataMissing } from './data-missing.ts'
import { delaySpike } from './delay-spike.ts'
import { dscpNotCopied } from './dscp-not-copied.ts'
import { duplicateIp } from './duplicate-ip.ts'
import { duplicateMac } from './duplicate-mac.ts'
import { duplicatedBetween } from './duplicated-between.ts'
import { duplicatedPackets } from './duplicated-packets.ts'
import { echoUnanswered } from './echo-unanswered.ts'
import { ecnIllegal } from './ecn-illegal.ts'
import type { Words } from './finding.ts'
import { flagIClear } from './flag-i-clear.ts'
import { fragmentMissing } from './fragment-missing.ts'
import { groupPolicy } from './group-policy.ts'
import { icmpRejected } from './icmp-rejected.ts'
import { icmpTooBig } from './icmp-too-big.ts'
import { innerChecksumBad } from './inner-checksum-bad.ts'
import { innerMacUnknown } from './inner-mac-unknown.ts'
import { innerTruncated } from './inner-truncated.ts'
import { innerVlan } from './inner-vlan.ts'
import { ipMoved } from './ip-moved.ts'
import { loop } from './loop.ts'
import { lostBetween } from './lost-between.ts'
import { lowEntropy } from './low-entropy.ts'
import { macMoved } from './mac-moved.ts'
import { mirrorSession } from './mirror-session.ts'
import { mssTooLarge } from './mss-too-large.ts'
import { nestedTunnel } from './nested-tunnel.ts'
import { notATunnel } from './not-a-tunnel.ts'
import { nothingInCommon } from './nothing-in-common.ts'
import { oneWay } from './one-way.ts'
import { outerChecksumBad } from './outer-checksum-bad.ts'
import { outerFragmented } from './outer-fragmented.ts'
import { pathLoss } from './path-loss.ts'
import { pmtuBlackHole } from './pmtu-black-hole.ts'
import { portMismatch } from './port-mismatch.ts'
import { portUnreachable } from './port-unreachable.ts'
import { relayed } from './relayed.ts'
import { reorderedBetween } from './reordered-between.ts'
import { replicationIncomplete } from './replication-incomplete.ts'
import { reservedBits } from './reserved-bits.ts'
import { retransmissions } from './retransmissions.ts'
import { rewritten } from './rewritten.ts'
import { rogueVtep } from './rogue-vtep.ts'
import { sharedMac } from './shared-mac.ts'
import { sizeCliff } from './size-cliff.ts'
import { snaplenTruncated } from './snaplen-truncated.ts'
import { staleForwarding } from './stale-forwarding.ts'
import { superFrame } from './super-frame.ts'
import { tcpUnanswered } from './tcp-unanswered.ts'
import { timeDamaged } from './time-damaged.ts'
import { ttlExpired } from './ttl-expired.ts'
import { ttlLow } from './ttl-low.ts'
import { tunnelKindMismatch } from './tunnel-kind-mismatch.ts'
import { udpUnanswered } from './udp-unanswered.ts'
import { underlayEncrypted } from './underlay-encrypted.ts'
import { unknownTunnelPort } from './unknown-tunnel-port.ts'
import { vniByDirection } from './vni-by-direction.ts'
import { vniMismatch } from './vni-mismatch.ts'
import { vtepUnreachable } from './vtep-unreachable.ts'
import { wrongSourceVtep } from './wrong-source-vtep.ts'
import { zeroChecksumIpv6 } from './zero-checksum-ipv6.ts'

/** What a finding code says in general. */
export type FindingKind = Pick<Words<never>, 'code' | 'severity' | 'meaning' | 'evidence' | 'advice'>

/** Codes that it takes two captures to raise. */
const COMPARED: readonly FindingKind[] = [
  alteredBetween,
  delaySpike,
  duplicatedBetween,
  lostBetween,
  nothingInCommon,
  pathLoss,
  reorderedBetween,
  rewritten,
  sizeCliff,
]

/** Codes that `vxpcap compare` alone raises: it takes the captures of two places to see them. */
export const COMPARED_CODES: ReadonlySet<string> = new Set(COMPARED.map(({ code }) => code))

const KINDS: readonly FindingKind[] = [
  ...COMPARED,
  addressOverlap,
  arpUnanswered,
  bumFlood,
  captureAppended,
  captureCutShort,
  captureDamaged,
  captureDrops,
  timeDamaged,
  captureDuplicates,
  captureOneSided,
  checksumPartial,
  congestion,
  dataMissing,
  dscpNotCopied,
  duplicatedPackets,
  duplicateIp,
  duplicateMac,
  echoUnanswered,
  ecnIllegal,
  flagIClear,
  fragmentMissing,
  groupPolicy,
  icmpRejected,
  icmpTooBig,
  innerChecksumBad,
  innerMacUnknown,
  innerTruncated,
  innerVlan,
  ipMoved,
  loop,
  lowEntropy,
  macMoved,
  mirrorSession,
  mssTooLarge,
  nestedTunnel,
  notATunnel,
  oneWay,
  outerChecksumBad,
  outerFragmented,
  pmtuBlackHole,
  portMismatch,
  portUnreachable,
  relayed,
  replicationIncomplete,
  reservedBits,
  retransmissions,
  rogueVtep,
  sharedMac,
  snaplenTruncated,
  staleForwarding,
  superFrame,
  tcpUnanswered,
  ttlExpired,
  ttlLow,
  tunnelKindMismatch,
  udpUnanswered,
  underlayEncrypted,
  unknownTunnelPort,
  vniByDirection,
  vniMismatch,
  vtepUnreachable,
  wrongSourceVtep,
  zeroChecksumIpv6,
]

const RANK = { error: 0, warning: 1, note: 2 } as const

/** Every code, most severe first, then by name. */
export const CATALOG: readonly FindingKind[] = [...KINDS].sort(
  (left, right) => RANK[left.severity] - RANK[right.severity] || (left.code < right.code ? -1 : 1),
)
