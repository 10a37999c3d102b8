/** Facts to findings: asks the analyzers what they saw, lets `findings/` say it, ranks and bounds the list. */
import type { Analysis } from '../analyzers/analysis.ts'
import { BoundedFindings, rank } from '../findings/index.ts'
import { withDecodeAs } from '../findings/words/decode-as.ts'
import { type Incomplete, withIncomplete } from '../findings/words/incomplete.ts'
import type { Finding } from '../summary.ts'
import { behaviourFindings } from './behaviour/behaviour.ts'
import { captureFindings } from './capture/capture.ts'
import { Sides } from './capture/sides.ts'
import { withCauses } from './causes.ts'
import type { Evidence } from './evidence.ts'
import { identityFindings } from './identity/identity.ts'
import { MacVerdicts } from './identity/mac-verdicts.ts'
import { integrityFindings } from './integrity/integrity.ts'
import { mtuFindings } from './mtu/mtu.ts'
import { icmpFindings } from './reachability/icmp.ts'
import { reachabilityFindings } from './reachability/reachability.ts'
import { RoundTrips } from './round-trips.ts'

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
function incompleteOf({ keys, stateful }: Analysis): Incomplete[] {
  return stateful.outerFragments.missing().map(({ source, destination, count, packets }) => ({
    from: keys.formatAddress(source),
    to: keys.formatAddress(destination),
    count,
    packets,
  }))
}
