/** The cases of `../shared/field`: what a right diagnosis of each capture must say and must not say. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Summary } from '../../src/summary.ts'

/** One entry of `cases.json`. */
export interface FieldCase {
  file: string
  /** Codes that must be raised. */
  must: string[]
  /** Codes, or severities, of which there must be none. */
  mustNot: string[]
  story: string
  /** Further command-line options. */
  args?: string[]
  packets?: number
  vxlanPackets?: number
  genevePackets?: number
  /** Packets by VNI. */
  vnis?: Record<string, number>
  /** Datagrams that `decap` leaves out because a fragment is missing. */
  decapIncomplete?: number
}

/** Reads the cases beside their captures. */
export function readCases(folder: string): FieldCase[] {
  return JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'))
}

/** What a summary says against its case, one line each; empty when it is right. */
export function mistakes(of: FieldCase, summary: Summary): string[] {
  const { findings, capture, tunnel, vnis } = summary
  const has = (name: string) => findings.some(({ code, severity }) => code === name || severity === name)
  const missing = of.must.filter((code) => !has(code)).map((code) => `${code} is missing`)
  const unwanted = of.mustNot.filter(has).map((name) => {
    const codes = findings.filter(({ code, severity }) => code === name || severity === name).map(({ code }) => code)
    return `${[...new Set(codes)].join(', ')} must not be said`
  })
  const figures: [string, number | undefined, number][] = [
    ['packets', of.packets, capture.packets],
    ['vxlanPackets', of.vxlanPackets, tunnel.vxlanPackets],
    ['genevePackets', of.genevePackets, tunnel.genevePackets],
    ...Object.entries(of.vnis ?? {}).map(([vni, packets]): [string, number, number] => [
      `packets of VNI ${vni}`,
      packets,
      vnis.filter((row) => row.vni === Number(vni)).reduce((sum, row) => sum + row.packets, 0),
    ]),
  ]
  const wrong = figures
    .filter(([, expected, found]) => expected !== undefined && expected !== found)
    .map(([name, expected, found]) => `${name}: ${found} instead of ${expected}`)
  return [...missing, ...unwanted, ...wrong]
}

/** The further VXLAN ports that a case's options name. */
export function portsOf({ args = [] }: FieldCase): number[] {
  return args.flatMap((word, index) => (word === '--port' ? [Number(args[index + 1])] : []))
}
