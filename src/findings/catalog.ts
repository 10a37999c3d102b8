/** Every finding code with its words: what `vxpcap findings`, SARIF rules and the documents list. */
import { captureCutShort } from './capture-cut-short.ts'
import { captureDamaged } from './capture-damaged.ts'
import { captureDuplicates } from './capture-duplicates.ts'
import { duplicateIp } from './duplicate-ip.ts'
import { duplicateMac } from './duplicate-mac.ts'
import type { Words } from './finding.ts'
import { macMoved } from './mac-moved.ts'
import { rogueVtep } from './rogue-vtep.ts'
import { snaplenTruncated } from './snaplen-truncated.ts'
import { staleForwarding } from './stale-forwarding.ts'

/** What a finding code says in general. */
export type FindingKind = Pick<Words<never>, 'code' | 'severity' | 'meaning' | 'evidence' | 'advice'>

const KINDS: readonly FindingKind[] = [
  captureCutShort,
  captureDamaged,
  captureDuplicates,
  duplicateIp,
  duplicateMac,
  macMoved,
  rogueVtep,
  snaplenTruncated,
  staleForwarding,
]

const RANK = { error: 0, warning: 1, note: 2 } as const

/** Every code, most severe first, then by name. */
export const CATALOG: readonly FindingKind[] = [...KINDS].sort(
  (left, right) => RANK[left.severity] - RANK[right.severity] || (left.code < right.code ? -1 : 1),
)
