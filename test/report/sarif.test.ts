/** SARIF 2.1.0: rules for every code, one result per finding, places in the right file. */
import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../src/findings/catalog.ts'
import { formatSarif } from '../../src/report/sarif.ts'
import type { Finding, Summary } from '../../src/summary.ts'

const finding = (packets: number[]): Finding => ({
  code: 'DUPLICATE_MAC',
  severity: 'error',
  title: 'A title',
  subject: { vni: 7, mac: '02:00:00:00:00:01' },
  count: 3,
  packets,
  observed: 'Seen.',
  inferred: 'Meant.',
  remedy: 'Done.',
  displayFilter: 'vxlan.vni == 7',
})

const file = (name: string, firstPacket: number) => ({
  name,
  format: 'pcap' as const,
  bytes: 10,
  packets: 5,
  firstPacket,
  linkTypes: ['EN10MB'],
  compression: 'none' as const,
})

function logOf(findings: Finding[]) {
  const files = [file('a b.pcap', 1), file('c.pcap', 6)]
  return JSON.parse(formatSarif({ capture: { files }, findings } as unknown as Summary, '1.2.3'))
}

describe('formatSarif', () => {
  it('names the tool and a rule for every code', () => {
    const { version, runs } = logOf([])
    expect(version).toBe('2.1.0')
    expect(runs[0].tool.driver).toMatchObject({ name: 'vxpcap', version: '1.2.3' })
    expect(runs[0].tool.driver.rules.map(({ id }: { id: string }) => id)).toEqual(CATALOG.map(({ code }) => code))
    expect(runs[0].results).toEqual([])
  })

  it('writes a finding with its level, words and places in their files', () => {
    const [result] = logOf([finding([2, 7])]).runs[0].results
    expect(CATALOG[result.ruleIndex]!.code).toBe('DUPLICATE_MAC')
    expect(result).toMatchObject({ ruleId: 'DUPLICATE_MAC', level: 'error', occurrenceCount: 3 })
    expect(result.message.text).toBe('A title. Seen. Meant. Done.')
    const places = result.locations.map(
      ({
        physicalLocation: at,
      }: {
        physicalLocation: { artifactLocation: { uri: string }; region: { startLine: number } }
      }) => [at.artifactLocation.uri, at.region.startLine],
    )
    expect(places).toEqual([
      ['a%20b.pcap', 2],
      ['c.pcap', 2],
    ])
  })

  it('puts a finding without packets at the first file', () => {
    const [result] = logOf([finding([])]).runs[0].results
    expect(result.locations).toEqual([{ physicalLocation: { artifactLocation: { uri: 'a%20b.pcap' } } }])
  })
})
