/** Every finding code with its words: what `vxpcap findings`, SARIF rules and the documents list. */

import { compareText } from '../order.ts'
import { bumFlood } from './behaviour/bum-flood.ts'
import { congestion } from './behaviour/congestion.ts'
import { dscpNotCopied } from './behaviour/dscp-not-copied.ts'
import { duplicatedPackets } from './behaviour/duplicated-packets.ts'
import { groupPolicy } from './behaviour/group-policy.ts'
import { innerVlan } from './behaviour/inner-vlan.ts'
import { loop } from './behaviour/loop.ts'
import { lowEntropy } from './behaviour/low-entropy.ts'
import { nestedTunnel } from './behaviour/nested-tunnel.ts'
import { notATunnel } from './behaviour/not-a-tunnel.ts'
import { relayed } from './behaviour/relayed.ts'
import { retransmissions } from './behaviour/retransmissions.ts'
import { underlayEncrypted } from './behaviour/underlay-encrypted.ts'
import { unknownTunnelPort } from './behaviour/unknown-tunnel-port.ts'
import { alteredBetween } from './between/altered-between.ts'
import { delaySpike } from './between/delay-spike.ts'
import { duplicatedBetween } from './between/duplicated-between.ts'
import { lostBetween } from './between/lost-between.ts'
import { nothingInCommon } from './between/nothing-in-common.ts'
import { pathLoss } from './between/path-loss.ts'
import { reorderedBetween } from './between/reordered-between.ts'
import { rewritten } from './between/rewritten.ts'
import { sizeCliff } from './between/size-cliff.ts'
import { captureAppended } from './capture/capture-appended.ts'
import { captureCutShort } from './capture/capture-cut-short.ts'
import { captureDamaged } from './capture/capture-damaged.ts'
import { captureDrops } from './capture/capture-drops.ts'
import { captureDuplicates } from './capture/capture-duplicates.ts'
import { captureFileMissing } from './capture/capture-file-missing.ts'
import { captureOneSided } from './capture/capture-one-sided.ts'
import { mirrorSession } from './capture/mirror-session.ts'
import { snaplenTruncated } from './capture/snaplen-truncated.ts'
import { timeDamaged } from './capture/time-damaged.ts'
import type { Words } from './finding.ts'
import { missingBetweenPoints } from './fleet/missing-between-points.ts'
import { pointFailed } from './fleet/point-failed.ts'
import { pointSawNothing } from './fleet/point-saw-nothing.ts'
import { addressOverlap } from './identity/address-overlap.ts'
import { duplicateIp } from './identity/duplicate-ip.ts'
import { duplicateMac } from './identity/duplicate-mac.ts'
import { ipMoved } from './identity/ip-moved.ts'
import { macMoved } from './identity/mac-moved.ts'
import { rogueVtep } from './identity/rogue-vtep.ts'
import { sharedMac } from './identity/shared-mac.ts'
import { wrongSourceVtep } from './identity/wrong-source-vtep.ts'
import { checksumPartial } from './integrity/checksum-partial.ts'
import { ecnIllegal } from './integrity/ecn-illegal.ts'
import { flagIClear } from './integrity/flag-i-clear.ts'
import { innerChecksumBad } from './integrity/inner-checksum-bad.ts'
import { innerTruncated } from './integrity/inner-truncated.ts'
import { outerChecksumBad } from './integrity/outer-checksum-bad.ts'
import { reservedBits } from './integrity/reserved-bits.ts'
import { zeroChecksumIpv6 } from './integrity/zero-checksum-ipv6.ts'
import { fragmentMissing } from './mtu/fragment-missing.ts'
import { icmpTooBig } from './mtu/icmp-too-big.ts'
import { mssTooLarge } from './mtu/mss-too-large.ts'
import { outerFragmented } from './mtu/outer-fragmented.ts'
import { pmtuBlackHole } from './mtu/pmtu-black-hole.ts'
import { superFrame } from './mtu/super-frame.ts'
import { arpUnanswered } from './reachability/arp-unanswered.ts'
import { dataMissing } from './reachability/data-missing.ts'
import { echoUnanswered } from './reachability/echo-unanswered.ts'
import { icmpRejected } from './reachability/icmp-rejected.ts'
import { innerMacUnknown } from './reachability/inner-mac-unknown.ts'
import { oneWay } from './reachability/one-way.ts'
import { portMismatch } from './reachability/port-mismatch.ts'
import { portUnreachable } from './reachability/port-unreachable.ts'
import { replicationIncomplete } from './reachability/replication-incomplete.ts'
import { staleForwarding } from './reachability/stale-forwarding.ts'
import { tcpUnanswered } from './reachability/tcp-unanswered.ts'
import { ttlExpired } from './reachability/ttl-expired.ts'
import { ttlLow } from './reachability/ttl-low.ts'
import { tunnelKindMismatch } from './reachability/tunnel-kind-mismatch.ts'
import { udpUnanswered } from './reachability/udp-unanswered.ts'
import { vniByDirection } from './reachability/vni-by-direction.ts'
import { vniMismatch } from './reachability/vni-mismatch.ts'
import { vtepUnreachable } from './reachability/vtep-unreachable.ts'
import { compareSeverity } from './severity.ts'

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

/** Codes that it takes many capture points to raise. */
const OF_FLEETS: readonly FindingKind[] = [missingBetweenPoints, pointFailed, pointSawNothing]

/** Codes that `vxpcap fleet` alone raises: it takes points of a fleet to see them. */
export const FLEET_CODES: ReadonlySet<string> = new Set(OF_FLEETS.map(({ code }) => code))

const KINDS: readonly FindingKind[] = [
  ...COMPARED,
  ...OF_FLEETS,
  addressOverlap,
  arpUnanswered,
  bumFlood,
  captureAppended,
  captureCutShort,
  captureDamaged,
  captureDrops,
  timeDamaged,
  captureDuplicates,
  captureFileMissing,
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

/** Every code, most severe first, then by name. */
export const CATALOG: readonly FindingKind[] = [...KINDS].sort(
  (left, right) => compareSeverity(left.severity, right.severity) || compareText(left.code, right.code),
)
