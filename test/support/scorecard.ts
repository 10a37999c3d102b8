/**
 * What the lab's truth says should be found in each capture: the "must" column of the contract, and the errors and warnings that
 * the truth bears out besides. Anything else above a note is a false alarm.
 */
import { readdirSync } from 'node:fs'
import type { Finding } from '../../src/summary.ts'

/** Codes that must be raised, by capture name without its extension or by file name. */
const MUST: Readonly<Record<string, readonly string[]>> = {
  'fault-corrupt-h2': ['OUTER_CHECKSUM_BAD'],
  'fault-corrupt-nocsum-h2': ['INNER_CHECKSUM_BAD'],
  'fault-dport-mismatch-h1': ['PORT_MISMATCH', 'PORT_UNREACHABLE'],
  'fault-dport-mismatch-h2': ['PORT_MISMATCH', 'PORT_UNREACHABLE'],
  'fault-dup-h2': ['DUPLICATED_PACKETS'],
  'fault-dup-mac-h1': ['DUPLICATE_MAC'],
  'fault-ecn-h2': ['CONGESTION'],
  'fault-loss-h1': ['RETRANSMISSIONS', 'ECHO_UNANSWERED'],
  'fault-malformed-h1': ['FLAG_I_CLEAR', 'RESERVED_BITS', 'INNER_TRUNCATED'],
  'fault-malformed-h2': ['FLAG_I_CLEAR', 'RESERVED_BITS', 'INNER_TRUNCATED'],
  'fault-oneway-host-h1': ['ONE_WAY'],
  'fault-oneway-host-h2': ['ONE_WAY'],
  'fault-oneway-wire-h2': ['ONE_WAY'],
  'fault-ttl1-h1': ['TTL_EXPIRED'],
  'fault-vni-mismatch-h1': ['VNI_MISMATCH', 'ARP_UNANSWERED'],
  'fault-vni-mismatch-h2': ['VNI_MISMATCH', 'ARP_UNANSWERED'],
  'fault-vtep-down-h1': ['VTEP_UNREACHABLE'],
  'kv-hre-h1': ['ARP_UNANSWERED', 'BUM_FLOOD'],
  'kv-mcast-h1': ['ARP_UNANSWERED'],
  'kv-mcast-h3': ['ARP_UNANSWERED'],
  'kv-mixed-sw': ['CAPTURE_DUPLICATES'],
  'kv-nested-h1': ['NESTED_TUNNEL'],
  'kv-offload-on-h1': ['SUPER_FRAME', 'CHECKSUM_PARTIAL'],
  'kv-offload-on-h2': ['SUPER_FRAME', 'CHECKSUM_PARTIAL'],
  'kv-sll-any-h1.pcap': ['CAPTURE_DUPLICATES'],
  'kv-sll-any-h1.pcapng': ['CAPTURE_DUPLICATES'],
  'kv-snap-64-h1': ['SNAPLEN_TRUNCATED'],
  'kv-v6zero-h1': ['ZERO_CHECKSUM_IPV6'],
  'kv-v6zero-h2': ['ZERO_CHECKSUM_IPV6'],
  'mtu-blackhole-h1': ['PMTU_BLACK_HOLE', 'ECHO_UNANSWERED'],
  'mtu-blackhole-h2': ['DATA_MISSING'],
  'mtu-dfset-a': ['ICMP_TOO_BIG'],
  'mtu-dfset-router-h1': ['ICMP_TOO_BIG'],
  'mtu-dfunset-router-h2': ['OUTER_FRAGMENTED'],
  'mtu-dfunset-router-r': ['OUTER_FRAGMENTED', 'CAPTURE_DUPLICATES'],
  'mtu-frag-h1': ['OUTER_FRAGMENTED', 'MSS_TOO_LARGE'],
  'mtu-frag-h2': ['OUTER_FRAGMENTED', 'MSS_TOO_LARGE'],
  'ovs-qinq-h1': ['INNER_VLAN'],
  'ovs-qinq-h2': ['INNER_VLAN'],
  'ovs-vlan-h1': ['INNER_VLAN'],
  'ovs-vlan-h2': ['INNER_VLAN'],
}

/** Notes beyond the contract's column that the truth asks for, with the reason. */
const NOTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'kv-vnis-h1': { ADDRESS_OVERLAP: 'the same guest MACs and IPs in both VNIs' },
  'kv-vnis-sw': { ADDRESS_OVERLAP: 'the same guest MACs and IPs in both VNIs' },
}

const LOST_BY_DAMAGE =
  'the receiver drops what the wire damaged, as IcmpInCsumErrors, TcpInCsumErrors and UdpInCsumErrors tell'

/** Errors and warnings beyond the contract's column that the truth bears out, with the reason. */
const BORNE_OUT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'fault-corrupt-h1': { ECHO_UNANSWERED: LOST_BY_DAMAGE, RETRANSMISSIONS: LOST_BY_DAMAGE },
  'fault-corrupt-h2': { ECHO_UNANSWERED: LOST_BY_DAMAGE, RETRANSMISSIONS: LOST_BY_DAMAGE },
  'fault-corrupt-nocsum-h1': { ECHO_UNANSWERED: LOST_BY_DAMAGE, RETRANSMISSIONS: LOST_BY_DAMAGE },
  'fault-corrupt-nocsum-h2': { ECHO_UNANSWERED: LOST_BY_DAMAGE, RETRANSMISSIONS: LOST_BY_DAMAGE },
  'fault-dport-mismatch-h1': { ARP_UNANSWERED: 'no packet gets through either way' },
  'fault-dport-mismatch-h2': { ARP_UNANSWERED: 'no packet gets through either way' },
  'fault-dup-mac-h1': { ECHO_UNANSWERED: 'pings to the doubled MAC reach the wrong host' },
  'fault-loss-h2': { RETRANSMISSIONS: 'the wire loses 5 % before this point, and the sender repeats' },
  'fault-oneway-host-h1': { ECHO_UNANSWERED: 'the host drops what it receives' },
  'fault-oneway-host-h2': { ECHO_UNANSWERED: 'the host drops what it receives' },
  'fault-oneway-wire-h1': { ECHO_UNANSWERED: 'the wire drops one direction from some moment on' },
  'fault-oneway-wire-h2': { ECHO_UNANSWERED: 'the wire drops one direction from some moment on' },
  'fault-ttl1-h1': { ARP_UNANSWERED: 'the router drops every tunnel packet' },
  'fault-vtep-down-h2': { VTEP_UNREACHABLE: 'the ARP requests for the VTEP that is down are seen here too' },
  'mtu-blackhole-h1': {
    MSS_TOO_LARGE: 'an MSS of 1410 on a path that proves to carry 1400 and so fits 1310',
    RETRANSMISSIONS: 'the segments that vanish are repeated',
  },
  'mtu-dfinherit-a': { ICMP_TOO_BIG: 'the VTEP tells the guest 1450' },
  'mtu-dfinherit-h1': { OUTER_FRAGMENTED: 'IpFragOKs 2 at either VTEP' },
  'mtu-dfinherit-h2': { OUTER_FRAGMENTED: 'IpFragOKs 2 at either VTEP' },
  'mtu-dfset-h1': { ECHO_UNANSWERED: 'the VTEP drops answers that are too large, silently' },
  'mtu-dfset-h2': { ECHO_UNANSWERED: 'the VTEP drops answers that are too large, silently' },
  'mtu-dfset-router-a': { ICMP_TOO_BIG: 'the VTEP tells the guest 1350' },
  'mtu-dfset-router-h1': {
    ECHO_UNANSWERED: 'the ping that the router refuses',
    MSS_TOO_LARGE: 'an MSS of 1410 on a path that carries 1400 and so fits 1310',
  },
  'mtu-dfunset-router-h1': {
    OUTER_FRAGMENTED: 'the answers come back in fragments: IpFragOKs 4 at h2',
    MSS_TOO_LARGE: 'an MSS of 1410 on a path that carries 1400 and so fits 1310',
  },
  'mtu-dfunset-router-h2': { MSS_TOO_LARGE: 'an MSS of 1410 on a path that carries 1400 and so fits 1310' },
  'mtu-dfunset-router-r': { MSS_TOO_LARGE: 'an MSS of 1410 on a path that carries 1400 and so fits 1310' },
  'mtu-frag-a': { ICMP_TOO_BIG: 'the VTEP tells the guest 1450' },
  'seed-ovs-h1-any': {
    ECHO_UNANSWERED: 'three replies were lost while it was captured (17 drops), which a pcap cannot say',
  },
}

/** One capture's row. */
export interface Row {
  file: string
  expected: readonly string[]
  found: string[]
  missed: string[]
  /** Codes above a note that nothing bears out. */
  falseAlarms: string[]
  /** Codes above a note that the truth bears out, with the reason. */
  borneOut: string[]
}

/** Judges what was found in one capture. */
export function score(file: string, findings: readonly Finding[]): Row {
  const name = file.replace(/(\.ns)?\.pcap(ng)?$/, '')
  const expected = [...(MUST[file] ?? MUST[name] ?? []), ...Object.keys(NOTED[name] ?? {})]
  const reasons = BORNE_OUT[file] ?? BORNE_OUT[name] ?? {}
  const codes = [...new Set(findings.map(({ code }) => code))]
  const alarms = [...new Set(findings.filter(({ severity }) => severity !== 'note').map(({ code }) => code))]
  return {
    file,
    expected,
    found: expected.filter((code) => codes.includes(code)),
    missed: expected.filter((code) => !codes.includes(code)),
    falseAlarms: alarms.filter((code) => !expected.includes(code) && !(code in reasons)),
    borneOut: alarms.filter((code) => code in reasons).map((code) => `${code} (${reasons[code]})`),
  }
}

/** Entries of the tables that name no capture, or bear out what is not raised. */
export function stale(folder: string, rows: readonly Row[]): string[] {
  const files = readdirSync(folder)
  const isKnown = (name: string) =>
    files.some((file) => file === name || file.replace(/(\.ns)?\.pcap(ng)?$/, '') === name)
  const unknown = [...Object.keys(MUST), ...Object.keys(NOTED), ...Object.keys(BORNE_OUT)].filter(
    (name) => !isKnown(name),
  )
  const unraised = Object.entries(BORNE_OUT).flatMap(([name, reasons]) =>
    Object.keys(reasons)
      .filter(
        (code) => !rows.some((row) => isOf(row.file, name) && row.borneOut.some((text) => text.startsWith(`${code} `))),
      )
      .map((code) => `${name}: ${code} is borne out, but not raised`),
  )
  return [...unknown.map((name) => `${name}: no such capture`), ...unraised]
}

/** The card as text: a row per capture, then recall and precision by code. */
export function formatCard(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ file, expected, found, missed, falseAlarms, borneOut }) =>
      `${file.padEnd(34)} expected ${expected.length} found ${found.length}` +
      `${missed.length > 0 ? `  MISSED ${missed.join(' ')}` : ''}` +
      `${falseAlarms.length > 0 ? `  FALSE ALARM ${falseAlarms.join(' ')}` : ''}` +
      `${borneOut.length > 0 ? `  also ${borneOut.join('; ')}` : ''}`,
  )
  const codes = [...new Set(rows.flatMap((row) => [...row.expected, ...row.falseAlarms]))].sort()
  for (const code of codes) {
    const expected = rows.filter((row) => row.expected.includes(code)).length
    const found = rows.filter((row) => row.found.includes(code)).length
    const alarms = rows.filter((row) => row.falseAlarms.includes(code)).length
    const recall = expected === 0 ? '—' : `${((100 * found) / expected).toFixed(0)} %`
    const precision = found + alarms === 0 ? '—' : `${((100 * found) / (found + alarms)).toFixed(0)} %`
    lines.push(
      `${code.padEnd(22)} recall ${recall} (${found}/${expected})  precision ${precision} (${alarms} false alarms)`,
    )
  }
  const total = (pick: (row: Row) => readonly string[]) => rows.reduce((sum, row) => sum + pick(row).length, 0)
  lines.push(
    `total: ${total((row) => row.found)} of ${total((row) => row.expected)} expected findings found, ` +
      `${total((row) => row.falseAlarms)} false alarms in ${rows.length} captures`,
  )
  return lines.join('\n')
}

function isOf(file: string, name: string): boolean {
  return file === name || file.replace(/(\.ns)?\.pcap(ng)?$/, '') === name
}
