/** SARIF 2.1.0: rules for every code, one result per finding, places in the right file. */
import { describe, expect, it } from 'vitest'
import { CATALOG } from '../../src/findings/catalog.ts'
import { formatSarif } from '../../src/report/sarif.ts'
import type { Finding, PacketOrigin, Summary } from '../../src/summary.ts'
import { sarifObjections } from '../support/documents.ts'

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

function logOf(findings: Finding[], names = ['a b.pcap', 'c.pcap'], origins?: PacketOrigin[]) {
  const files = names.map((name, index) => file(name, 1 + 5 * index))
  const log = JSON.parse(formatSarif({ capture: { files, origins }, findings } as unknown as Summary, '1.2.3'))
  expect(sarifObjections(log)).toEqual([])
  return log
}

/** Where a result is said to be: URI, artifact and line of each location. */
function placesOf(log: ReturnType<typeof logOf>): [string, number, number][] {
  type Location = {
    physicalLocation: { artifactLocation: { uri: string; index: number }; region: { startLine: number } }
  }
  return log.runs[0].results[0].locations.map(({ physicalLocation: at }: Location) => [
    at.artifactLocation.uri,
    at.artifactLocation.index,
    at.region.startLine,
  ])
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
    expect(result.locations).toEqual([{ physicalLocation: { artifactLocation: { uri: 'a%20b.pcap', index: 0 } } }])
  })

  it.each([
    ['a#b?c.pcap', 'a%23b%3Fc.pcap'],
    ['c:x.pcap', 'c%3Ax.pcap'],
    ['50%.pcap', '50%25.pcap'],
    ['/caps/a [1]/b&c.pcap', '/caps/a%20%5B1%5D/b%26c.pcap'],
    ['//host/a.pcap', '/host/a.pcap'],
    ['../a.pcap', '../a.pcap'],
    ['a\nb\u202e.pcap', 'a%0Ab%E2%80%AE.pcap'],
    ['half \ud800.pcap', 'half%20%EF%BF%BD.pcap'],
    ['-', 'stdin'],
  ])('writes the path %j as %s', (name, uri) => {
    const log = logOf([finding([1])], [name])
    expect(log.runs[0].artifacts[0].location.uri).toBe(uri)
    expect(placesOf(log)).toEqual([[uri, 0, 1]])
  })

  it('lists a capture that was given twice once', () => {
    const log = logOf([finding([2, 7])], ['a.pcap', 'a.pcap'])
    expect(log.runs[0].artifacts).toHaveLength(1)
    expect(placesOf(log)).toEqual([
      ['a.pcap', 0, 2],
      ['a.pcap', 0, 2],
    ])
  })

  it('takes the places of merged packets from their origins, and names no file where they are not known', () => {
    const origins = [{ packet: 2, file: 1, number: 1 }]
    const log = logOf([finding([2])], ['a.pcap', 'b.pcap'], origins)
    expect(placesOf(log)).toEqual([['b.pcap', 1, 1]])
    const [result] = logOf([finding([3])], ['a.pcap', 'b.pcap'], origins).runs[0].results
    expect(result.locations).toEqual([{ logicalLocations: [{ name: 'packet 3', kind: 'member' }] }])
  })
})
