/** The inner conversations, the largest first; the side that began it stands left where the capture tells. */
import type { FlowSummary, Summary } from '../../summary.ts'
import { bytes, integer, milliseconds } from '../number.ts'
import { printable } from '../printable.ts'
import { type Field, largestFirst, type Page, rowsTable, type Section } from '../section.ts'

/** Largest rows first: what the contract calls a flow's size. */
function size(flow: FlowSummary): number {
  return flow.innerBytesAToB + flow.innerBytesBToA
}

/** Columns to which remarks are narrowed, broken at spaces. */
export const REMARKS_WIDTH = 24

const FIELDS: readonly Field<FlowSummary>[] = [
  { head: 'VNI', names: true, align: 'right', cell: (flow) => String(flow.vni) },
  { head: 'VLAN', names: true, align: 'left', cell: (flow) => flow.vlans.join('.') },
  { head: 'Proto', names: true, align: 'left', cell: (flow) => printable(flow.protocol) },
  { head: 'From', names: true, align: 'left', cell: (flow) => (flow.initiator === 'b' ? endB(flow) : endA(flow)) },
  { head: 'To', names: true, align: 'left', cell: (flow) => (flow.initiator === 'b' ? endA(flow) : endB(flow)) },
  { head: 'Packets →', align: 'right', cell: (flow) => integer(forth(flow, flow.packetsAToB, flow.packetsBToA)) },
  { head: '←', align: 'right', joined: true, cell: (flow) => integer(forth(flow, flow.packetsBToA, flow.packetsAToB)) },
  { head: 'Inner', align: 'right', cell: (flow) => bytes(size(flow)) },
  { head: 'RTT', align: 'right', cell: rtt },
  { head: 'Remarks', align: 'left', least: REMARKS_WIDTH, cell: (flow) => remarks(flow).join(', ') },
]

/** The section `Flows`. */
export function flows(summary: Summary, page: Page): Section {
  return {
    title: 'Flows',
    lines: rowsTable(page, largestFirst(summary.flows, size), FIELDS, summary.flowsTotal),
  }
}

/** What goes from the side that began to the other. */
export function forth(flow: FlowSummary, aToB: number, bToA: number): number {
  return flow.initiator === 'b' ? bToA : aToB
}

/** Address and port of a. */
export function endA(flow: FlowSummary): string {
  return end(flow.a, flow.aPort)
}

/** Address and port of b. */
export function endB(flow: FlowSummary): string {
  return end(flow.b, flow.bPort)
}

function end(address: string, port: number | null): string {
  if (port === null) return address
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/** Round trip of the handshake, or the average of echoes. */
export function rtt(flow: FlowSummary): string {
  if (flow.tcp !== undefined) return flow.tcp.rttMs === null ? '' : milliseconds(flow.tcp.rttMs)
  const times = flow.echo?.rttMs
  return times === null || times === undefined ? '' : milliseconds(times.avg)
}

/** State, retransmissions, answered echoes. */
export function remarks({ tcp, echo }: FlowSummary): string[] {
  const out: string[] = []
  if (tcp !== undefined) {
    out.push(tcp.state)
    if (tcp.retransmittedSegments > 0) {
      out.push(`${integer(tcp.retransmittedSegments)} retransmitted (${bytes(tcp.retransmittedBytes)})`)
    }
  }
  if (echo !== undefined) out.push(`${integer(echo.replies)}/${integer(echo.requests)} answered`)
  return out
}
