/** Display filters of files that other programs read in part: classic captures with others appended. */
import { describe, expect, it } from 'vitest'
import { byFile } from '../../src/findings/by-file.ts'
import type { FileSummary, Finding } from '../../src/summary.ts'

const file = (firstPacket: number, packets: number): FileSummary => {
  const name = `${firstPacket}.pcap`
  return { name, format: 'pcap', bytes: 1, packets, firstPacket, linkTypes: ['EN10MB'], compression: 'none' }
}
const finding = (displayFilter: string, packets: number[]): Finding => {
  const words = { title: '', observed: '', inferred: '', remedy: '' }
  return { code: 'LOOP', severity: 'error', subject: {}, count: packets.length, packets, displayFilter, ...words }
}
const MANY = Number.POSITIVE_INFINITY

describe('display filters of appended captures', () => {
  const filtersOf = (filter: string, packets: number[], files: FileSummary[], readable: number[]) => {
    const { displayFilter, displayFilters } = byFile([finding(filter, packets)], files, undefined, readable)[0]!
    return displayFilters === undefined ? displayFilter : displayFilters.map((each) => `${each.file}: ${each.filter}`)
  }

  it('name only packets that Wireshark reads', () => {
    const files = [file(1, 12)]
    expect(filtersOf('frame.number in {5, 7, 9}', [5, 7, 9], files, [6])).toBe('frame.number in {5}')
    expect(filtersOf('frame.number in {7, 9}', [7, 9], files, [6])).toBe('')
    expect(filtersOf('vxlan && frame.number in {5, 9}', [5, 9], files, [6])).toBe('vxlan && frame.number in {5}')
    expect(filtersOf('vxlan.vni == 7', [9], files, [6])).toBe('vxlan.vni == 7')
    expect(filtersOf('frame.number in {7, 9}', [7, 9], files, [MANY])).toBe('frame.number in {7, 9}')
  })

  it('are by file where there are several', () => {
    const files = [file(1, 12), file(13, 4)]
    const numbers = 'frame.number in {5, 9, 14}'
    expect(filtersOf(numbers, [5, 9, 14], files, [6, MANY])).toEqual([
      '0: frame.number in {5}',
      '1: frame.number in {2}',
    ])
    expect(filtersOf('frame.number in {9, 14}', [9, 14], files, [6, MANY])).toEqual(['1: frame.number in {2}'])
  })
})
