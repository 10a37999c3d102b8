/** Findings about the capture itself: its files, its copies, its snap length. */
import type { Analysis } from '../../analyzers/analysis.ts'
import { Fault } from '../../codecs/core/fault.ts'
import { Layer } from '../../codecs/walk/layers.ts'
import { underlayEncrypted } from '../../findings/behaviour/underlay-encrypted.ts'
import { captureAppended } from '../../findings/capture/capture-appended.ts'
import { captureFileMissing } from '../../findings/capture/capture-file-missing.ts'
import { captureOneSided } from '../../findings/capture/capture-one-sided.ts'
import { timeDamaged } from '../../findings/capture/time-damaged.ts'
import { captureCutShort, captureDamaged, captureDuplicates, snaplenTruncated, state } from '../../findings/index.ts'
import type { Finding } from '../../summary.ts'
import type { Evidence } from '../evidence.ts'
import { rotationGaps } from './rotation.ts'
import type { Sides } from './sides.ts'

/** Packet numbers of a finding. */
const EXAMPLES = 10

export function captureFindings({ analysis, files, sides }: Evidence): Finding[] {
  const { capture } = analysis
  const { copies, networkCopies } = analysis.stateful
  const findings: Finding[] = []
  for (const { name, packets, issues } of files) {
    for (const issue of issues) {
      const { kind, offset, detail, cause = null, blocks, records } = issue
      const count = blocks ?? records ?? 1
      const facts = { file: name, offset, detail, packets }
      const about = { subject: {}, count, packets: [] }
      findings.push(
        kind === 'cut-short'
          ? state(captureCutShort, { ...about, facts: { ...facts, isJoint: cause === 'joint' } })
          : state(captureDamaged, { ...about, facts: { ...facts, cause: cause === 'joint' ? null : cause } }),
      )
    }
  }
  for (const { name, appended, firstPacket, compression } of files) {
    if (appended === null) continue
    const { files: more, packetsBefore: first, offset } = appended
    const isCompressed = compression !== 'none'
    const facts = { file: name, captures: more + 1, first, next: firstPacket + first, offset, isCompressed }
    findings.push(state(captureAppended, { subject: {}, count: more, packets: [], facts }))
  }
  for (const { missing, ...facts } of rotationGaps(files.map(({ name }) => name))) {
    findings.push(state(captureFileMissing, { subject: {}, count: missing, packets: [], facts }))
  }
  for (const { name, damagedTimeAt } of files) {
    if (damagedTimeAt === 0) continue
    findings.push(state(timeDamaged, { subject: {}, count: 1, packets: [damagedTimeAt], facts: { file: name } }))
  }
  if (capture.hasTimeOutside) {
    findings.push(state(timeDamaged, { subject: {}, count: 1, packets: [], facts: { file: '' } }))
  }
  const count = networkCopies.captureDuplicates
  if (count > 0) {
    const { elsewhere, otherHop, otherTtl, otherLink } = copies
    const facts = { elsewhere, otherHop, otherTtl, otherLink, packets: capture.packets }
    const packets = networkCopies.captureDuplicateExamples
    findings.push(state(captureDuplicates, { subject: {}, count, packets, facts }))
  }
  findings.push(...oneSidedFindings(analysis, sides), ...encryptedFindings(analysis))
  if (capture.truncatedPackets > 0) {
    const { packets, capturedBytes, wireBytes, truncatedPackets, truncatedExamples } = capture
    const impossible = analysis.tunnel.faultPackets(Layer.Link, Fault.OriginalLengthImpossible)
    const facts = { packets, capturedBytes, wireBytes, impossible }
    findings.push(state(snaplenTruncated, { subject: {}, count: truncatedPackets, packets: truncatedExamples, facts }))
  }
  return findings
}

/** Why no tunnel is seen, where most of the capture is encrypted. */
function encryptedFindings({ capture, tunnel }: Analysis): Finding[] {
  if (tunnel.vxlanPackets + tunnel.gpePackets + tunnel.genevePackets + tunnel.nvgrePackets > 0) return []
  const by = tunnel.encrypted().sort((left, right) => right.packets - left.packets)
  const count = by.reduce((sum, { packets }) => sum + packets, 0)
  if (count === 0 || count * 2 < capture.packets) return []
  const packets = by.map(({ first }) => first).sort((left, right) => left - right)
  return [state(underlayEncrypted, { subject: {}, count, packets, facts: { by, packets: capture.packets } })]
}

/** Why answers are not judged. */
function oneSidedFindings(analysis: Analysis, sides: Sides): Finding[] {
  const { keys, vtepPairs } = analysis
  const unseen = sides.unseen()
  if (unseen.length === 0) return []
  const ways = unseen.map((end) => ({
    from: keys.formatAddress(keys.pairs.word(end >> 1, end & 1)),
    to: keys.formatAddress(keys.pairs.word(end >> 1, 1 - (end & 1))),
  }))
  const [only] = ways
  const subject = ways.length === 1 && only !== undefined ? { vteps: [only.from, only.to] } : {}
  const count = unseen.reduce((sum, end) => sum + vtepPairs.packets(end >> 1, (end & 1) as 0 | 1), 0)
  const packets = unseen.flatMap((end) => firstPackets(analysis, end)).sort((left, right) => left - right)
  const facts = { ways, isWhole: sides.isOneSided }
  return [state(captureOneSided, { subject, count, packets: packets.slice(0, EXAMPLES), facts })]
}

/** Numbers of the first packets of a pair in one direction. @param end - Pair row × 2 + direction. */
function firstPackets({ keys, stateful }: Analysis, end: number): number[] {
  const numbers: number[] = []
  for (let route = 0; route < keys.routes.count; route++) {
    if (keys.pairOfRoute(route) === end >> 1) numbers.push(...stateful.routeTraffic.firsts(route, (end & 1) as 0 | 1))
  }
  return numbers
}
