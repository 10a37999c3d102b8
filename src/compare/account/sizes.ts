/** Loss by size of packet, and the size from which on nothing arrives. */
import { SIZE_CLASSES } from '../../analyzers/stateful/sizes/sizes.ts'
import type { ComparedSize, SizeCliff } from '../../comparison.ts'
import type { DirectionCounts, Share } from './direction-counts.ts'

/** Packets above it that must be lost, all of them. */
const LEAST_LOST = 3
/** How improbable it must be that as many are lost by chance. */
const CHANCE = 1e-4
/** Share that is lost anywhere, even where nothing was. */
const LEAST_LOSS = 0.02

/** Packets by class of size; classes without a packet are left out. */
export function lossBySize({ sizes }: DirectionCounts): ComparedSize[] {
  const shares = [...SIZE_CLASSES, null].map((upTo) => ({ upTo, sent: 0, lost: 0 }))
  for (const [size, { sent, lost }] of sizes) {
    const index = SIZE_CLASSES.findIndex((upTo) => size <= upTo)
    const share = shares[index < 0 ? SIZE_CLASSES.length : index]!
    share.sent += sent
    share.lost += lost
  }
  return shares.filter(({ sent }) => sent > 0)
}

/**
 * The size from which on nothing arrives: everything larger than the largest packet that arrived was lost, several packets, and so many
 * that the loss among the smaller ones does not explain it.
 */
export function sizeCliff({ sizes }: DirectionCounts): SizeCliff | null {
  let passed = 0
  for (const [size, { sent, lost }] of sizes) if (sent > lost && size > passed) passed = size
  if (passed === 0) return null
  const below: Share = { sent: 0, lost: 0 }
  const above: Share = { sent: 0, lost: 0 }
  let least = Number.POSITIVE_INFINITY
  for (const [size, { sent, lost }] of sizes) {
    const share = size > passed ? above : below
    share.sent += sent
    share.lost += lost
    if (size > passed) least = Math.min(least, size)
  }
  if (above.lost < LEAST_LOST) return null
  const rate = Math.max(LEAST_LOSS, below.lost / below.sent)
  return rate ** above.lost < CHANCE ? { passed, lost: least } : null
}
