/** Pieces of display filters. */
import { describe, expect, it } from 'vitest'
import { oneOf, or } from '../../../src/findings/words/display-filter.ts'
import { within } from '../../../src/findings/words/flow-filter.ts'

describe('conditions of which any may hold', () => {
  it('are said once each', () => {
    expect(or('a', 'b', 'a')).toBe('(a) || (b)')
    expect(or('a', 'a')).toBe('a')
    expect(oneOf('a', 'a')).toBe('a')
    expect(oneOf('a', 'b')).toBe('((a) || (b))')
  })

  it('are one for VXLAN and VXLAN-GPE of a VNI, which Wireshark takes apart alike', () => {
    const tunnels = [
      { kind: 'vxlan', port: 4789, vni: 7 },
      { kind: 'vxlan-gpe', port: 4790, vni: 7 },
    ] as const
    expect(within(tunnels, 'arp')).toBe('vxlan.vni == 7 && arp')
    expect(within([tunnels[0], { kind: 'geneve', port: 6081, vni: 7 }], '')).toBe(
      '(vxlan.vni == 7) || (geneve.vni == 7)',
    )
  })
})
