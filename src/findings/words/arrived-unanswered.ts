/** What two captures add to what one of them says of requests without an answer: they arrived at both. */
import type { Place } from '../../comparison.ts'
import type { Finding } from '../../summary.ts'

/** Symptoms of which everything else that is said is that one capture cannot tell which way was lost. */
const UNTOLD: ReadonlySet<string> = new Set(['ECHO_UNANSWERED', 'ONE_WAY'])

/** Says of requests that both captures show, and no answer, where to look. @param arrivesAt - The side behind which they vanish. */
export function arrivedUnanswered(finding: Finding, arrivesAt: Place): Pick<Finding, 'inferred' | 'remedy'> {
  const { code, subject, inferred, remedy } = finding
  const [from, to] = subject.vteps as [string, string]
  const both = `Both captures show them, and neither shows an answer: they were not lost between the two capture points.`
  if (!UNTOLD.has(code)) return { inferred: `${both} ${inferred}`, remedy }
  const vni = subject.vni === undefined ? '' : `VNI ${subject.vni} exists, that `
  return {
    inferred: `${both} Behind the ${arrivesAt} one they are dropped, or nobody answers them.`,
    remedy: `On ${to}, check that ${vni}no firewall drops what the capture still shows, and that forwarding table and route lead back to ${from}; then capture on the interface of the guest that is asked.`,
  }
}
