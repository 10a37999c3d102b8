import { describe, expect, it } from 'vitest'
import { FAULT_NAMES } from '../../src/codecs/core/fault.ts'
import { printable } from '../../src/report/printable.ts'
import { baseName, faultWords, listed, locator, shortened } from '../../src/report/words.ts'
import { busySummary, labSummary } from './summaries.ts'

describe('words', () => {
  it('has some for every fault', () => {
    const names = FAULT_NAMES.filter((name) => name !== 'None')
    expect(names.length).toBeGreaterThan(5)
    expect(names.filter((name) => faultWords(name) === name)).toEqual([])
  })

  it('lists and shortens', () => {
    expect([listed([]), listed(['a']), listed(['a', 'b']), listed(['a', 'b', 'c'], 'or')]).toEqual([
      '',
      'a',
      'a and b',
      'a, b or c',
    ])
    expect(shortened([1, 2, 3], 3)).toBe('1, 2, 3')
    expect(shortened([1, 2, 3], 1)).toBe('1 +2')
  })

  it('takes the last part of a path', () => {
    expect(baseName('/a/b.pcap')).toBe('b.pcap')
    expect(baseName('C:\\a\\b.pcap')).toBe('b.pcap')
    expect(baseName('b.pcap')).toBe('b.pcap')
    expect(baseName('\\\\server\\share\\b.pcap')).toBe('b.pcap')
  })

  it.each([
    'M\udcfcller-uplink.pcap',
    'up\u202efdp.pcap',
    'a\u{e0001}b.pcap',
    'a\u0007b.pcap',
    'a\\b.pcap',
    'x\\u202e.pcap',
  ])('does not take the backslash of a name or of an escape for a separator: %j', (name) => {
    for (const path of [name, `/a/b/${name}`, `a/${name}`]) {
      expect(baseName(path)).toBe(printable(name))
      expect(baseName(printable(path))).toBe(printable(name))
    }
    if (name.includes('\\b')) return
    expect(baseName(printable(`C:\\a\\${name}`))).toBe(printable(name))
  })

  it('makes control characters visible and leaves letters alone', () => {
    expect(printable('Überall\t\u0007é')).toBe('Überall\\x09\\x07é')
  })

  it('finds file and number within it', () => {
    expect(locator(labSummary().capture.files)(12_345)).toBe('12345')
    const locate = locator(busySummary().capture.files)
    expect([locate(1), locate(1_000_000), locate(1_000_001)]).toEqual([
      'uplink.pcap0:1',
      'uplink.pcap0:1000000',
      'uplink.pcap1:1',
    ])
  })

  it('passes over files without a packet', () => {
    const [first, second] = busySummary().capture.files
    const none = { ...first!, name: 'none.pcap', packets: 0, firstPacket: 1_000_001 }
    const locate = locator([first!, { ...second! }, none])
    expect(locate(1_000_001)).toBe('uplink.pcap1:1')
  })
})
