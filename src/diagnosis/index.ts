/** Facts to findings: asks the analyzers what they saw, lets `findings/` say it, ranks and bounds the list. */
import type { Analysis } from '../analyzers/analysis.ts'
import { withDecodeAs } from '../findings/decode-as.ts'
import { type Incomplete, withIncomplete } from '../findings/incomplete.ts'
import { BoundedFindings, rank } from '../findings/index.ts'
import type { AppendedFiles, CaptureIssue } from '../issue.ts'
import type { FileSummary, Finding, MtuSummary } from '../summary.ts'
import { behaviourFindings } from './behaviour.ts'
import { captureFindings } from './capture.ts'
import { withCauses } from './causes.ts'
import { icmpFindings } from './icmp.ts'
import { identityFindings } from './identity.ts'
import { integrityFindings } from './integrity.ts'
import { MacVerdicts } from './mac-verdicts.ts'
import { mtuFindings } from './mtu.ts'
import { reachabilityFindings } from './reachability.ts'
import { RoundTrips } from './round-trips.ts'
import { Sides } from './sides.ts'

/** One file as it was read. */
export interface ReadFile {
  name: string
  packets: number
  /** What is wrong with the file itself. */
  issues: readonly CaptureIssue[]
  /** Packets that the capture system lost, `null` when the file cannot tell. */
  dropped: number | null
  /** Packets that the capture system received, those it lost included; `null` when the file cannot tell. */
  received: number | null
  /** Number of the first packet in nanoseconds under the microsecond magic, 0 when there is none. */
  damagedTimeAt: number
  /** Number of the file's first packet. */
  firstPacket: number
  compression: FileSummary['compression']
  /** Classic files that were appended to the first one in it. */
  appended: AppendedFiles | null
}

/** What a diagnosis rests on. */
export interface Evidence {
  analysis: Analysis
  files: readonly ReadFile[]
  /** Packets that the capture lost in all files, `null` when none can tell. */
  dropped: number | null
  /** Sizes and path MTUs, as the summary prints them. */
  mtu: MtuSummary
  /** Which directions are answered outside the capture. */
  sides: Sides
  /** How long answers may take. */
  trips: RoundTrips
}

/** Every finding, most severe first. */
export function diagnose(given: Omit<Evidence, 'sides' | 'trips'>): Finding[] {
  const evidence: Evidence = {
    ...given,
    sides: new Sides(given.analysis),
    trips: new RoundTrips(given.analysis),
  }
  const verdicts = new MacVerdicts(evidence.analysis, evidence.trips)
  const findings = new BoundedFindings()
  findings.add(reachabilityFindings(evidence, verdicts))
  const looped = addLoops(findings, behaviourFindings(evidence))
  findings.add(captureFindings(evidence))
  // A MAC that a loop brings back from another VTEP is not shared on purpose.
  const isToBeTold = ({ code, subject }: Finding): boolean => code !== 'SHARED_MAC' || !looped.has(subject.vni)
  findings.add(identityFindings(evidence, verdicts).filter(isToBeTold))
  findings.add(integrityFindings(evidence))
  findings.add(mtuFindings(evidence))
  findings.add(icmpFindings(evidence))
  const { ports, keys } = evidence.analysis
  const tunnelPorts = new Set(ports.destinationPorts(keys.pairs.count).flat())
  const incomplete = incompleteOf(evidence.analysis)
  const pseudowires = evidence.analysis.tunnel.pseudowires()
  // Bounded first: symptoms are held against causes one by one.
  return rank(withCauses(evidence.analysis, findings.all())).map((finding) =>
    withDecodeAs(withIncomplete(finding, incomplete), tunnelPorts, pseudowires),
  )
}

/** Adds findings. @returns The VNIs that a loop among them is in. */
function addLoops(to: BoundedFindings, findings: readonly Finding[]): Set<number | undefined> {
  to.add(findings)
  return new Set(findings.filter(({ code }) => code === 'LOOP').map(({ subject }) => subject.vni))
}

/** Outer datagrams that are not whole, as display filters select them. */
function incompleteOf({ keys, judges }: Analysis): Incomplete[] {
  return judges.outerFragments.missing().map(({ source, destination, count, packets }) => ({
    from: keys.formatAddress(source),
    to: keys.formatAddress(destination),
    count,
    packets,
  }))
}
