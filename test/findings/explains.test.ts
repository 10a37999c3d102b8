/** What explains what: no circles, and only findings about the same thing. */
import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../src/findings/catalog.ts'
import { causesOf, isAbout, isCause } from '../../src/findings/explains.ts'
import type { Finding, Subject } from '../../src/summary.ts'
import { finding } from '../report/summaries.ts'

const of = (code: string, subject: Subject, more: Partial<Finding> = {}) =>
  finding({ code, subject, count: 3, ...more })

describe('explanations', () => {
  it('go in no circle', () => {
    const reached = (code: string, passed: readonly string[]): void => {
      expect(passed, `${passed.join(' because ')} because ${code}`).not.toContain(code)
      for (const cause of causesOf(code)) reached(cause, [...passed, code])
    }
    for (const { code } of CATALOG) reached(code, [])
  })

  it('are about the same VTEPs and VNI', () => {
    const symptom = of('ECHO_UNANSWERED', { vni: 100, vteps: ['10.0.0.1', '10.0.0.2'] })
    const about = (subject: Subject, code = 'ONE_WAY') => isAbout(of(code, subject), symptom)
    expect(about({ vni: 100, vteps: ['10.0.0.2', '10.0.0.1'] })).toBe(true)
    expect(about({ vteps: ['10.0.0.1', '10.0.0.2'] })).toBe(true)
    expect(about({ vni: 200, vteps: ['10.0.0.1', '10.0.0.2'] })).toBe(false)
    expect(about({ vni: 100, vteps: ['10.0.0.1', '10.0.0.3'] })).toBe(false)
    expect(about({ vni: 200, vteps: ['10.0.0.1', '10.0.0.2'] }, 'VNI_MISMATCH')).toBe(true)
    expect(about({ vni: 100, vteps: ['10.0.0.1', '10.0.0.3'] }, 'DUPLICATE_MAC')).toBe(true)
    expect(about({ vni: 100 })).toBe(true)
    expect(about({})).toBe(false)
  })

  it('take a rewritten source for the VTEP that answers from the wrong address, not any damage', () => {
    const symptom = of('WRONG_SOURCE_VTEP', { vni: 100, vteps: ['10.0.0.9', '10.0.0.1'] }, { count: 6 })
    const about = (vteps: string[], count = 7) => isAbout(of('OUTER_CHECKSUM_BAD', { vteps }, { count }), symptom)
    expect(about(['10.0.0.9', '10.0.0.2'])).toBe(true)
    expect(about(['10.0.0.2', '10.0.0.9'])).toBe(false)
    expect(about(['10.0.0.9', '10.0.0.2'], 3)).toBe(false)
  })

  it('take a rogue for the receiver that refuses what its victims send, not for any receiver that does', () => {
    const rogue = of('ROGUE_VTEP', { vni: 100, vteps: ['10.0.0.9'] })
    const refused = (from: string, to: string) => of('PORT_UNREACHABLE', { vteps: [from, to], port: 4789 })
    expect(isAbout(rogue, refused('10.0.0.1', '10.0.0.9'))).toBe(true)
    expect(isAbout(rogue, refused('10.0.0.9', '10.0.0.1'))).toBe(false)
    expect(isAbout(rogue, refused('10.0.0.1', '10.0.0.2'))).toBe(false)
  })

  it('need damaged packets enough to cause what is seen', () => {
    const subject = { vni: 100, vteps: ['10.0.0.1', '10.0.0.2'] }
    const symptom = of('RETRANSMISSIONS', subject, { count: 100 })
    expect(isAbout(of('INNER_CHECKSUM_BAD', subject, { count: 24 }), symptom)).toBe(false)
    expect(isAbout(of('INNER_CHECKSUM_BAD', subject, { count: 25 }), symptom)).toBe(true)
    expect(isAbout(of('PMTU_BLACK_HOLE', subject, { count: 3 }), symptom)).toBe(true)
  })

  it('are no notes', () => {
    expect(isCause(of('PORT_UNREACHABLE', {}))).toBe(true)
    expect(isCause(of('PORT_UNREACHABLE', {}, { severity: 'note' }))).toBe(false)
    expect(isCause(of('CHECKSUM_PARTIAL', {}))).toBe(false)
  })
})
