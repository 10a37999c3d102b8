/** The four tables: what their columns are, and what they are sorted by. */
import { bytes, duration, integer, percent, secondsBetween } from '../../report/number.ts'
import { endA, endB, forth, remarks, rtt } from '../../report/sections/flows.ts'
import { KIND_NAMES, shortened } from '../../report/words.ts'
import type { FlowSummary, MacSummary, VniSummary, VtepPairSummary } from '../../summary.ts'
import { orderOf } from '../order.ts'
import { h } from '../preact.ts'
import { addressOf, NOTHING_CHOSEN, vniChoice } from '../state.ts'
import type { View } from '../view.ts'
import { type DataColumn, DataTable } from './data-table.tsx'

/** Digits of a port, in what ends of flows are sorted by. */
const PORT_DIGITS = 5
const CLOCK = 11

function figures<Row>(head: string, of: (row: Row) => number, more: Partial<DataColumn<Row>> = {}): DataColumn<Row> {
  return { head, align: 'right', cell: (row) => integer(of(row)), key: of, ...more }
}

function volume<Row>(head: string, of: (row: Row) => number, more: Partial<DataColumn<Row>> = {}): DataColumn<Row> {
  return { head, align: 'right', cell: (row) => bytes(of(row)), key: of, ...more }
}

/** Blank for none: what matters stands out, and a column of nothing goes. */
const someOf = (value: number): string => (value === 0 ? '' : integer(value))

const toVtep = (vtep: string): string => addressOf({ ...NOTHING_CHOSEN, vtep })

const VNI_COLUMNS: readonly DataColumn<VniSummary>[] = [
  figures('VNI', ({ vni }) => vni, {
    cell: ({ vni }) => String(vni),
    link: (row) => addressOf({ ...NOTHING_CHOSEN, vni: vniChoice(row) }),
  }),
  { head: 'Tunnel', align: 'left', cell: ({ kind }) => KIND_NAMES[kind], key: ({ kind }) => kind },
  figures('Packets', ({ packets }) => packets),
  volume('Carried', ({ outerBytes }) => outerBytes, { title: 'Bytes on the wire, outer headers included' }),
  volume('Inner', ({ innerBytes }) => innerBytes, { title: 'Bytes of the inner frames' }),
  figures('Overhead', ({ overheadPercent }) => overheadPercent, {
    title: 'Share of the bytes carried that encapsulation takes',
    cell: ({ overheadPercent }) => percent(overheadPercent),
  }),
  figures('VTEPs', ({ vteps }) => vteps.length),
  figures('MACs', ({ macs }) => macs),
  figures('Flows', ({ flows }) => flows),
  figures('Broadcast', (row) => row.broadcastPackets, { cell: (row) => someOf(row.broadcastPackets) }),
  figures('Multicast', (row) => row.multicastPackets, { cell: (row) => someOf(row.multicastPackets) }),
  figures('Replicated', (row) => row.replicatedPackets, {
    title: 'Packets whose inner frame the same VTEP had just sent to another peer',
    cell: (row) => someOf(row.replicatedPackets),
  }),
  figures('Max inner IP', (row) => row.maxInnerIpLength, {
    title: 'Length of the largest inner IP packet in bytes',
    cell: (row) => someOf(row.maxInnerIpLength),
  }),
]

const PAIR_COLUMNS: readonly DataColumn<VtepPairSummary>[] = [
  { head: 'A', wraps: true, align: 'left', cell: ({ a }) => a, key: ({ a }) => orderOf(a), link: ({ a }) => toVtep(a) },
  { head: 'B', wraps: true, align: 'left', cell: ({ b }) => b, key: ({ b }) => orderOf(b), link: ({ b }) => toVtep(b) },
  { head: 'VNIs', wraps: true, align: 'left', cell: ({ vnis }) => shortened(vnis, 3), key: ({ vnis }) => vnis.length },
  figures('Packets A→B', (row) => row.packetsAToB),
  figures('B→A', (row) => row.packetsBToA, { title: 'Packets from B to A' }),
  volume('Carried', (row) => row.outerBytesAToB + row.outerBytesBToA, {
    title: 'Bytes on the wire, both directions',
  }),
  volume('Carried A→B', (row) => row.outerBytesAToB, { isOffPaper: true }),
  volume('Carried B→A', (row) => row.outerBytesBToA, { isOffPaper: true }),
  {
    head: 'Port',
    title: 'Outer UDP destination ports',
    align: 'left',
    cell: (row) => shortened(row.destinationPorts, 2),
    key: (row) => row.destinationPorts[0] ?? null,
  },
  {
    head: 'Source ports',
    title: 'Distinct outer UDP source ports from A and from B, which equal-cost paths are chosen by',
    align: 'right',
    cell: (row) => `${integer(row.sourcePortsAToB)} / ${integer(row.sourcePortsBToA)}`,
    key: (row) => row.sourcePortsAToB + row.sourcePortsBToA,
  },
  figures('Max outer IP', (row) => row.maxOuterIpLength, {
    title: 'Length of the largest outer IP packet in bytes, super-frames included',
  }),
]

/** The side that began the conversation stands left where the capture tells, in every column. */
const FLOW_COLUMNS: readonly DataColumn<FlowSummary>[] = [
  figures('VNI', ({ vni }) => vni, {
    cell: ({ vni }) => String(vni),
    link: (row) => addressOf({ ...NOTHING_CHOSEN, vni: vniChoice(row) }),
  }),
  { head: 'VLAN', align: 'right', cell: ({ vlans }) => vlans.join('.'), key: ({ vlans }) => vlans[0] ?? null },
  { head: 'Proto', title: 'Inner protocol', align: 'left', cell: (row) => row.protocol, key: (row) => row.protocol },
  {
    head: 'From',
    wraps: true,
    align: 'left',
    cell: (flow) => (flow.initiator === 'b' ? endB(flow) : endA(flow)),
    key: (flow) => (flow.initiator === 'b' ? endKey(flow.b, flow.bPort) : endKey(flow.a, flow.aPort)),
  },
  {
    head: 'To',
    wraps: true,
    align: 'left',
    cell: (flow) => (flow.initiator === 'b' ? endA(flow) : endB(flow)),
    key: (flow) => (flow.initiator === 'b' ? endKey(flow.a, flow.aPort) : endKey(flow.b, flow.bPort)),
  },
  figures('Packets →', (flow) => forth(flow, flow.packetsAToB, flow.packetsBToA)),
  figures('←', (flow) => forth(flow, flow.packetsBToA, flow.packetsAToB), { title: 'Packets back' }),
  volume('Bytes', (flow) => flow.innerBytesAToB + flow.innerBytesBToA, {
    title: 'Bytes of inner frames, both directions',
  }),
  {
    head: 'RTT',
    title: 'Round trip of the TCP handshake, or the mean of echoes',
    align: 'right',
    cell: rtt,
    key: (flow) => flow.tcp?.rttMs ?? flow.echo?.rttMs?.avg ?? null,
  },
  { head: 'Duration', isOffPaper: true, align: 'right', cell: lasted, key: lasting },
  {
    head: 'Start',
    isOffPaper: true,
    title: 'Time of the first packet, UTC',
    align: 'right',
    cell: ({ firstTime }) => firstTime?.slice(CLOCK, CLOCK + 12) ?? '',
    key: ({ firstTime }) => firstTime,
  },
  {
    head: 'VTEPs',
    wraps: true,
    title: 'The tunnel endpoints that the two ends were seen behind',
    align: 'left',
    cell: vtepsOf,
    key: (flow) => orderOf((flow.initiator === 'b' ? flow.vtepsB : flow.vtepsA)[0]),
  },
  {
    head: 'Retrans.',
    title: 'TCP segments with payload that was sent again',
    align: 'right',
    cell: ({ tcp }) => someOf(tcp?.retransmittedSegments ?? 0),
    key: ({ tcp }) => tcp?.retransmittedSegments ?? null,
  },
  {
    head: 'State',
    title: 'Last state of the TCP connection, or echo requests answered',
    align: 'left',
    cell: (flow) => flow.tcp?.state ?? remarks(flow).join(', '),
    key: (flow) => flow.tcp?.state ?? (flow.echo === undefined ? null : 'echo'),
  },
]

const MAC_COLUMNS: readonly DataColumn<MacSummary>[] = [
  figures('VNI', ({ vni }) => vni, { cell: ({ vni }) => String(vni) }),
  { head: 'VLAN', align: 'right', cell: ({ vlans }) => vlans.join('.'), key: ({ vlans }) => vlans[0] ?? null },
  { head: 'MAC', align: 'left', cell: ({ mac }) => mac, key: ({ mac }) => mac },
  figures('Packets', ({ packets }) => packets),
  {
    head: 'Behind VTEP',
    wraps: true,
    title: 'More than one: the address moved, is shared, or is there twice',
    align: 'left',
    cell: ({ vteps }) =>
      vteps.length === 1
        ? vteps[0]!.vtep
        : shortened(
            vteps.map(({ vtep, packets }) => `${vtep} (${integer(packets)})`),
            2,
          ),
    key: ({ vteps }) => orderOf(vteps[0]?.vtep),
  },
  {
    head: 'Places',
    title: 'How many VTEPs it was sent from, where that is more than one',
    align: 'right',
    cell: ({ vteps }) => (vteps.length > 1 ? integer(vteps.length) : ''),
    key: ({ vteps }) => vteps.length,
  },
  {
    head: 'IP (from ARP and ND)',
    wraps: true,
    align: 'left',
    cell: ({ ips, ipsTotal }) => {
      const shown = ips.slice(0, 2)
      return `${shown.join(', ')}${ipsTotal > shown.length ? ` +${integer(ipsTotal - shown.length)}` : ''}`
    },
    key: ({ ips }) => orderOf(ips[0]),
  },
]

export function Tables({ summary, selected, isLive }: View) {
  const { vnis, vtepPairs, flows, macs } = summary
  const isOneDay = summary.capture.firstTime?.slice(0, CLOCK) === summary.capture.lastTime?.slice(0, CLOCK)
  const day = isOneDay ? undefined : 'The capture is of several days; the start of a flow is its time of day.'
  return (
    <div id="tables">
      <DataTable
        {...{ id: 'vnis', title: 'VNIs', noun: 'VNI', by: 'Carried', columns: VNI_COLUMNS, isLive }}
        rows={selected.vnis}
        all={vnis.length}
        total={summary.vnisTotal}
      />
      <DataTable
        {...{ id: 'vteps', title: 'VTEP pairs', noun: 'VTEP pair', by: 'Carried', columns: PAIR_COLUMNS, isLive }}
        rows={selected.vtepPairs}
        all={vtepPairs.length}
        total={summary.vtepPairsTotal}
      />
      <DataTable
        {...{ id: 'flows', title: 'Flows', noun: 'flow', by: 'Bytes', columns: FLOW_COLUMNS, isLive }}
        note={day}
        rows={selected.flows}
        all={flows.length}
        total={summary.flowsTotal}
      />
      <DataTable
        {...{ id: 'macs', title: 'MACs', noun: 'MAC', by: 'Packets', columns: MAC_COLUMNS, isLive }}
        rows={selected.macs}
        all={macs.length}
        total={summary.macsTotal}
      />
    </div>
  )
}

function endKey(address: string, port: number | null): string {
  return `${orderOf(address)} ${String(port ?? 0).padStart(PORT_DIGITS, '0')}`
}

function lasting({ firstTime, lastTime }: FlowSummary): number | null {
  return firstTime === null || lastTime === null ? null : secondsBetween(firstTime, lastTime)
}

/** From first to last packet; nothing of a single one. */
function lasted(flow: FlowSummary): string {
  const time = lasting(flow)
  return time === null || flow.packetsAToB + flow.packetsBToA < 2 ? '' : wholeMilliseconds(time)
}

/** A span to the millisecond, which is what the page keeps: `4 ms`, `<1 ms`, and from a second on as anywhere. */
function wholeMilliseconds(seconds: number): string {
  const ms = Math.round(seconds * 1000)
  if (ms >= 1000) return duration(ms / 1000)
  return ms < 1 ? '<1 ms' : `${ms} ms`
}

function vtepsOf(flow: FlowSummary): string {
  const [from, to] = flow.initiator === 'b' ? [flow.vtepsB, flow.vtepsA] : [flow.vtepsA, flow.vtepsB]
  return [from, to]
    .map((vteps) => shortened(vteps, 1))
    .filter(Boolean)
    .join('\u00a0→ ')
}
