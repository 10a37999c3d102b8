/** Runs the display filter of a finding in tshark: it must be valid with default preferences and select the packets it names. */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Finding } from '../../src/summary.ts'
import { bytes, number, type Packet } from './packets.ts'
import { tsharkFields } from './tshark.ts'

/**
 * Numbers that a finding names and its filter does not select. A datagram in fragments is selected at the frame that completes it.
 * @throws Error when tshark refuses the filter.
 */
export async function unselected(
  file: string,
  { displayFilter, packets }: Pick<Finding, 'displayFilter' | 'packets'>,
): Promise<number[]> {
  const rows = await tsharkFields(file, ['frame.number'] as const, { filter: displayFilter })
  const selected = new Set(rows.map((row) => row['frame.number']))
  const missing = packets.filter((packet) => !selected.has(String(packet)))
  if (missing.length === 0) return []
  const fields = ['frame.number', 'ip.reassembled_in', 'ipv6.reassembled.in'] as const
  const pieces = await tsharkFields(file, fields, { filter: `frame.number in {${missing.join(', ')}}`, isTwice: true })
  const whole = new Map(
    pieces.map((row) => [row['frame.number'], row['ip.reassembled_in'] || row['ipv6.reassembled.in']]),
  )
  return missing.filter((packet) => !selected.has(whole.get(String(packet)) ?? ''))
}

/**
 * How many of the packets that each filter must select it does select, in one run of tshark.
 * @throws Error when tshark refuses one of the filters.
 */
export async function selectedOf(
  file: string,
  filters: readonly (readonly [string, ReadonlySet<number>])[],
): Promise<number[]> {
  const taps = filters.flatMap(([filter, packets]) => [
    '-z',
    `plen,tree,(${filter})${packets.size === 0 ? '' : ` && frame.number in {${[...packets].join(', ')}}`}`,
  ])
  if (taps.length === 0) return []
  const { stdout } = await promisify(execFile)('tshark', ['-n', '-q', '-r', file, ...taps], { maxBuffer: 64 << 20 })
  // tshark prints its statistics last one first.
  return [...stdout.matchAll(/^Packet Lengths\s+(\d+)/gm)].map(([, count]) => Number(count)).reverse()
}

/** How many packets a filter selects. */
export async function selects(file: string, filter: string): Promise<number> {
  return (await tsharkFields(file, ['frame.number'] as const, { filter })).length
}

/** Hands packets to a function as a capture file, which is gone afterwards. */
export async function asFile<T>(packets: readonly Packet[], use: (file: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-packets-'))
  const file = join(folder, 'packets.pcap')
  const header = bytes(number(0xa1b2c3d4, 4), number(2, 2), number(4, 2), number(0, 4), number(0, 4), number(65535, 4))
  const records = packets.map(({ bytes: data, ms, wireLength }) => {
    const time = [number(Math.floor((ms ?? 0) / 1000), 4), number(((ms ?? 0) % 1000) * 1000, 4)]
    return bytes(...time, number(data.length, 4), number(wireLength ?? data.length, 4), data)
  })
  writeFileSync(file, bytes(header, number(1, 4), ...records))
  try {
    return await use(file)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
