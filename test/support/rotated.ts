/** Captures cut into chains of files, as tcpdump -C rotates them, and what a chain says in one go and from state to state. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { limitsFor } from '../../src/analyzers/tables/memory.ts'
import { type SummarizeFilesOptions, summarizeFiles } from '../../src/node.ts'
import type { Summary } from '../../src/summary.ts'
import { CutCapture } from './cut-capture.ts'

const FEW = {
  addresses: 4,
  vnis: 4,
  vtepPairs: 4,
  routes: 4,
  flows: 4,
  macs: 4,
  vlanStacks: 4,
  details: 4,
  requests: 4,
  timeline: 4,
  protocols: 4,
  window: 4,
  datagrams: 4,
}

/** Ways to count. */
export const WAYS: readonly [name: string, options: SummarizeFilesOptions][] = [
  ['as it is', { rows: Number.POSITIVE_INFINITY }],
  ['with tables of four rows', { limits: FEW }],
  ['with a budget of memory and a further port', { limits: limitsFor(512), ports: [6081, 12_345], rows: 3 }],
  [
    'selected',
    {
      ips: ['192.168.0.0/16', '10.0.0.0/8'],
      vniRanges: [[0, 10_000]],
      vnis: [77],
      from: 1_000_000_000,
      to: '2100-01-01',
    },
  ],
]

/** Writes a capture as files of `folder`, cut before these records. @returns Their paths. */
export function rotated(
  capture: string,
  cuts: readonly number[],
  folder: string,
  stored: (bytes: Uint8Array, part: number) => Uint8Array = (bytes) => bytes,
): string[] {
  const whole = new CutCapture(readFileSync(capture))
  const ends = [...cuts, whole.packets]
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  return ends.map((end, part) => {
    const path = join(folder, `cap.pcap${part === 0 ? '' : part}`)
    writeFileSync(path, stored(whole.slice(part === 0 ? 0 : ends[part - 1]!, end), part))
    return path
  })
}

/** Packets of a capture file that this cuts. */
export function packetsOf(capture: string): number {
  return new CutCapture(readFileSync(capture)).packets
}

/** What is printed, with every row. */
export function whole(summary: Summary): string {
  return JSON.stringify(summary, null, 1)
}

/** Each file with the state of those before, through bytes on a disk. */
export async function fromStateToState(
  parts: readonly (readonly string[])[],
  state: string,
  options: SummarizeFilesOptions = {},
): Promise<Summary> {
  let summary: Summary | undefined
  for (const [index, paths] of parts.entries()) {
    const from = index === 0 ? options : { rows: options.rows ?? 10_000, resume: state }
    summary = await summarizeFiles(paths, { ...from, save: state })
  }
  return summary!
}
