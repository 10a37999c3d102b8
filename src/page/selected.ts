/** What of the document is left of what a reader has chosen. */

import { SEVERITIES } from '../findings/severity.ts'
import type { Finding, FlowSummary, MacSummary, Subject, Summary, VniSummary, VtepPairSummary } from '../summary.ts'
import { isAbout } from './about.ts'
import { isChosenVni, type PageState, vniNumber } from './state.ts'

/** Rows that are shown. */
export interface Selected {
  vnis: readonly VniSummary[]
  vtepPairs: readonly VtepPairSummary[]
  flows: readonly FlowSummary[]
  macs: readonly MacSummary[]
  findings: readonly Finding[]
}

/** The rows and findings of the choices. */
export function selected(summary: Summary, state: PageState): Selected {
  const { vni, vtep, finding } = state
  const subject = finding === null ? undefined : summary.findings[finding]?.subject
  const number = vni === null ? null : vniNumber(vni)
  const isVni = (row: { vni: number; kind: string }): boolean => vni === null || isChosenVni(row, vni)
  const isNumber = (each: number): boolean => number === null || each === number
  const isAt = (...lists: (readonly string[])[]): boolean =>
    vtep === null || lists.some((vteps) => vteps.includes(vtep))
  const tables = {
    vnis: summary.vnis.filter((row) => isVni(row) && isAt(row.vteps)),
    vtepPairs: summary.vtepPairs.filter((row) => row.vnis.some(isNumber) && isAt([row.a, row.b])),
    flows: summary.flows.filter((row) => isVni(row) && isAt(row.vtepsA, row.vtepsB)),
    macs: summary.macs.filter(
      (row) => isNumber(row.vni) && (vtep === null || row.vteps.some((each) => each.vtep === vtep)),
    ),
  }
  const findings = summary.findings.filter((each) => isSevere(each, state) && isAbout(each.subject, state, summary))
  return { ...(subject === undefined ? tables : rowsOf(subject, tables)), findings }
}

function isSevere({ severity }: Finding, { severity: least }: PageState): boolean {
  return least === null || SEVERITIES.indexOf(severity) <= SEVERITIES.indexOf(least)
}

/** The rows that a finding is about, as closely as each table can tell. */
function rowsOf({ vni, vteps = [], mac, ip, port }: Subject, tables: Omit<Selected, 'findings'>) {
  const isVni = (row: { vni: number }): boolean => vni === undefined || row.vni === vni
  // Two are the ends of a path: what is between others is not meant.
  const areMeant = (of: readonly string[]): boolean =>
    vteps.length === 0 ||
    (of.length > 0 && (vteps.length === 1 ? of.includes(vteps[0]!) : of.every((each) => vteps.includes(each))))
  const vnis = tables.vnis.filter((row) => isVni(row) && vteps.every((each) => row.vteps.includes(each)))
  const pairs = tables.vtepPairs.filter(
    (row) => (vni === undefined || row.vnis.includes(vni)) && areMeant([row.a, row.b]),
  )
  let flows = tables.flows.filter((row) => isVni(row) && areMeant([...row.vtepsA, ...row.vtepsB]))
  let macs = tables.macs.filter((row) => isVni(row) && areMeantSome(row, vteps))
  if (mac !== undefined) {
    macs = narrowed(macs, (row) => row.mac === mac)
    const ips = macs.length === 1 ? macs[0]!.ips : []
    flows = narrowed(flows, (row) => [row.a, row.b].some((end) => end === mac || ips.includes(end)))
  }
  if (ip !== undefined) {
    flows = narrowed(flows, (row) => row.a === ip || row.b === ip)
    macs = narrowed(macs, (row) => row.ips.includes(ip))
  }
  if (port !== undefined) flows = narrowed(flows, (row) => row.aPort === port || row.bPort === port)
  return { vnis: vnis.length > 0 ? vnis : tables.vnis.filter(isVni), vtepPairs: pairs, flows, macs }
}

function areMeantSome({ vteps: places }: MacSummary, vteps: readonly string[]): boolean {
  return vteps.length === 0 || places.some(({ vtep }) => vteps.includes(vtep))
}

/** Narrower rows, unless none of them is what is meant: the table knows nothing of it then. */
function narrowed<Row>(rows: readonly Row[], is: (row: Row) => boolean): Row[] {
  const fewer = rows.filter(is)
  return fewer.length > 0 ? fewer : [...rows]
}
