/**
 * The guides of `docs/` beyond what they show (that is test/documents/pages.docs.ts): the translation shows what the original shows, and the
 * table of overheads is what packets of each kind measure.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as b from '../src/codecs/build/builder.ts'
import { build, type Part } from '../src/codecs/build/builder.ts'
import type { Option } from '../src/codecs/headers/geneve.ts'
import { type Block, blocksOf } from './support/markdown.ts'
import { ROOT } from './support/shared.ts'

const read = (name: string): string => readFileSync(join(ROOT, 'docs', name), 'utf8')

describe('overlays.vi.md', () => {
  const shown = (name: string): Pick<Block, 'language' | 'text'>[] =>
    blocksOf(read(name)).map(({ language, text }) => ({ language, text }))

  it('has the code blocks of overlays.md', () => {
    expect(shown('overlays.md').length).toBeGreaterThan(8)
    expect(shown('overlays.vi.md')).toEqual(shown('overlays.md'))
  })

  it('has its sections and rows', () => {
    const structureOf = (name: string): string[] => read(name).match(/^(#+ |\| |- |\d+\. )/gm) ?? []
    expect(structureOf('overlays.vi.md')).toEqual(structureOf('overlays.md'))
  })
})

describe('the overheads of mtu.md', () => {
  const FRAME = b.ethernet({ destination: '02:00:00:00:00:02', source: '02:00:00:00:00:01' })
  const IP4 = b.ipv4({ source: '10.0.0.1', destination: '10.0.0.2' })
  const IP6 = b.ipv6({ source: 'fd00::1', destination: 'fd00::2' })
  const VXLAN = [b.udp(), b.vxlan({ vni: 7 }), FRAME]
  const geneve = (...options: Option[]): Part[] => [b.udp(), b.geneve({ vni: 7, options }), FRAME]

  /** What stands between the two IP headers of each row, the outer one first. */
  const TUNNELS: Record<string, Part[]> = {
    'VXLAN over IPv4': [IP4, ...VXLAN],
    'VXLAN over IPv4, inner VLAN tag': [IP4, ...VXLAN, b.dot1q({ vlanId: 10 })],
    'VXLAN over IPv4, two inner tags': [IP4, ...VXLAN, b.dot1q({ vlanId: 100 }), b.dot1q({ vlanId: 10 })],
    'VXLAN over IPv6': [IP6, ...VXLAN],
    'Geneve over IPv4, no options': [IP4, ...geneve()],
    'Geneve over IPv4, 8 bytes of options': [
      IP4,
      ...geneve({ class: 0x0102, type: 1, reserved: 0, data: new Uint8Array(4) }),
    ],
    'Geneve over IPv6, no options': [IP6, ...geneve()],
    'VXLAN-GPE over IPv4, IP inside': [IP4, b.udp(), b.vxlanGpe({ vni: 7 })],
    'NVGRE over IPv4': [IP4, b.gre({ key: 0x700 }), FRAME],
  }

  const rows = read('mtu.md')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7 && /^\d+$/.test(cells[2] ?? ''))

  it('are those of every tunnel below', () => {
    expect(rows.map((cells) => cells[1])).toEqual(Object.keys(TUNNELS))
  })

  it.each(rows.map((cells) => [cells[1]!, cells.slice(2, 6).map(Number)] as const))('%s', (name, figures) => {
    const tunnel = TUNNELS[name]!
    const inside = (ip: Part): { overhead: number; headers: number } => {
      const { layers } = build([FRAME, ...tunnel, ip, b.tcp({ sourcePort: 40000, destinationPort: 80 })])
      const outer = layers[1]!
      const [inner, tcp] = layers.slice(-2)
      return { overhead: inner!.at - outer.at, headers: tcp!.at + tcp!.length - inner!.at }
    }
    const { overhead, headers } = inside(IP4)
    expect(figures).toEqual([
      overhead,
      1500 - overhead,
      1500 - overhead - headers,
      1500 - overhead - inside(IP6).headers,
    ])
  })
})
