/** Findings about the capture itself: its files, its copies, its snap length. */
import { Fault } from '../codecs/fault.ts'
import { Layer } from '../codecs/layers.ts'
import { captureCutShort, captureDamaged, captureDuplicates, snaplenTruncated, state } from '../findings/index.ts'
import { timeDamaged } from '../findings/time-damaged.ts'
import type { Finding } from '../summary.ts'
import type { Evidence } from './index.ts'

export function captureFindings({ analysis, files }: Evidence): Finding[] {
  const { capture } = analysis
  const { copies, networkCopies } = analysis.judges
  const findings: Finding[] = []
  for (const { name, packets, issue } of files) {
    if (issue === null) continue
    const facts = { file: name, offset: issue.offset, detail: issue.detail, packets, cause: issue.cause ?? null }
    const words = issue.kind === 'cut-short' ? captureCutShort : captureDamaged
    findings.push(state(words, { subject: {}, count: 1, packets: [], facts }))
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
  if (capture.truncatedPackets > 0) {
    const { packets, capturedBytes, wireBytes, truncatedPackets, truncatedExamples } = capture
    const impossible = analysis.tunnel.faultPackets(Layer.Link, Fault.OriginalLengthImpossible)
    const facts = { packets, capturedBytes, wireBytes, impossible }
    findings.push(state(snaplenTruncated, { subject: {}, count: truncatedPackets, packets: truncatedExamples, facts }))
  }
  return findings
}
