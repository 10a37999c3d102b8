/** What is left of what a reader has chosen: a VNI as people write it, and the findings that are about it. */
import { describe, expect, it } from 'vitest'
import { choiceWords, unknownChoices } from '../../src/page/choice-words.ts'
import { selected } from '../../src/page/selected.ts'
import { choicesIn, NOTHING_CHOSEN, type PageState } from '../../src/page/state.ts'
import type { Subject, Summary } from '../../src/summary.ts'
import { generatedSummary } from '../support/generated-summary.ts'

/** VNI 100 between .1 and .2, VNI 200 between .2 and .3, both between .1 and .3; .4 sends neither. */
function overlay(subjects: readonly Subject[] = []): Summary {
  const summary = generatedSummary({ vteps: 4, vnis: 3, flows: 20, hasFindings: true })
  const [vni] = summary.vnis
  const [pair] = summary.vtepPairs
  const [finding] = summary.findings
  return {
    ...summary,
    vnis: [
      { ...vni!, vni: 100, kind: 'vxlan', vteps: [at(1), at(2), at(3)] },
      { ...vni!, vni: 200, kind: 'vxlan', vteps: [at(1), at(2), at(3)] },
      { ...vni!, vni: 200, kind: 'geneve', vteps: [at(4)] },
    ],
    vnisTotal: 3,
    vtepPairs: [
      { ...pair!, a: at(1), b: at(2), vnis: [100] },
      { ...pair!, a: at(2), b: at(3), vnis: [200] },
      { ...pair!, a: at(1), b: at(3), vnis: [100, 200] },
    ],
    vtepPairsTotal: 3,
    findings: subjects.map((subject) => ({ ...finding!, subject })),
  }
}

const at = (index: number): string => `10.0.0.${index}`

describe('findings of a VNI', () => {
  it.each<[string, Subject, boolean]>([
    ['it', { vni: 100 }, true],
    ['another', { vni: 200, vteps: [at(1), at(2)] }, false],
    ['a pair that carries it', { vteps: [at(2), at(1)] }, true],
    ['a pair that carries another alone', { vteps: [at(2), at(3)] }, false],
    ['a pair that no tunnel was seen of', { vteps: [at(1), at(4)] }, false],
    ['an endpoint of it', { vteps: [at(2)] }, true],
    ['an endpoint of another', { vteps: [at(4)] }, false],
    ['several, one of which has part in it', { vteps: [at(1), at(3), at(4)] }, true],
    ['an address of it', { vni: 100, mac: '02:00:00:00:00:01' }, true],
    ['the capture as a whole', {}, true],
  ])('about %s', (_, subject, isKept) => {
    const { findings } = selected(overlay([subject]), { ...NOTHING_CHOSEN, vni: 'vxlan 100' })
    expect(findings).toHaveLength(isKept ? 1 : 0)
  })
})

describe('findings of a VTEP', () => {
  it.each<[string, Subject, boolean]>([
    ['it', { vteps: [at(4)] }, true],
    ['others', { vteps: [at(1), at(2)] }, false],
    ['its address alone', { ip: at(4), port: 4789 }, true],
    ['the address of another', { ip: at(1), port: 4789 }, false],
    ['an address that is no VTEP', { ip: '192.168.30.1' }, true],
    ['a VNI that it has part in', { vni: 200 }, true],
    ['a VNI that it has no part in', { vni: 100 }, false],
    ['a VNI of its own between others', { vni: 200, vteps: [at(1), at(2)] }, false],
    ['the capture as a whole', {}, true],
  ])('about %s', (_, subject, isKept) => {
    const { findings } = selected(overlay([subject]), { ...NOTHING_CHOSEN, vtep: at(4) })
    expect(findings).toHaveLength(isKept ? 1 : 0)
  })

  it('of which the page has no pair are kept by their ends', () => {
    const summary = { ...overlay([{ vteps: [at(1), at(9)] }, { vteps: [at(1), at(2)] }]), vtepPairsTotal: 9 }
    summary.vnis[1]!.vteps.push(at(9))
    const { findings } = selected(summary, { ...NOTHING_CHOSEN, vni: 'vxlan 200' })
    expect(findings.map(({ subject }) => subject.vteps)).toEqual([[at(1), at(9)]])
  })
})

describe('an address', () => {
  const state = (hash: string): PageState => choicesIn(hash, overlay([{}]))

  it.each([
    ['#vni=vxlan+100', 'vxlan 100', 1],
    ['#vni=100', 'vxlan 100', 1],
    ['#vni=0100', 'vxlan 100', 1],
    ['#vni=VXLAN%20100', 'vxlan 100', 1],
    ['#vni=200', '200', 2],
    ['#vni=Geneve+200', 'geneve 200', 1],
    ['#vni=999', '999', 0],
    ['#vni=__proto__', '__proto__', 0],
    ['#vni=vxlan', 'vxlan', 0],
  ])('%s chooses %s', (hash, vni, rows) => {
    expect(state(hash).vni).toBe(vni)
    expect(selected(overlay(), state(hash)).vnis).toHaveLength(rows)
    expect(unknownChoices(state(hash), overlay())).toHaveLength(rows === 0 ? 1 : 0)
  })

  it('names what is in no table', () => {
    expect(unknownChoices(state('#vni=999&vtep=192.0.2.1'), overlay())).toEqual([
      'VNI 999 is not in this page.',
      'VTEP 192.0.2.1 is not in this page.',
    ])
    expect(unknownChoices(state('#vni=999'), { ...overlay(), vnisTotal: 600 })).toEqual([
      'VNI 999 is not in this page, which has 3 of 600 VNIs.',
    ])
  })

  it('is said in words', () => {
    const words = (hash: string): string => choiceWords(state(hash), overlay([{}])).join(', ')
    expect(words('#vni=100&severity=Error')).toBe('VNI 100, errors alone')
    expect(words('#vni=Geneve+200&vtep=10.0.0.4')).toBe('VNI 200 (Geneve), VTEP 10.0.0.4')
    expect(words('#finding=0')).toMatch(/^rows of [A-Z_]+$/)
    expect(words('#')).toBe('')
  })
})
