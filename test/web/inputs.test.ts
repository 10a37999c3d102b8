/** What people give the site: files in any order, and options as they type them. */
import { describe, expect, it } from 'vitest'
import { inputsOf, mtuIn, NO_SETTINGS, NOTHING_TYPED, portsIn, settingsIn } from '../../web/inputs.ts'
import { savedName } from '../../web/saved-name.ts'

const named = (...names: string[]): { name: string }[] => inputsOf(names.map((name) => new File([name], name)))
const namesOf = (...names: string[]): string[] => named(...names).map(({ name }) => name)

describe('files', () => {
  it('are read in the order in which a rotated set was written', () => {
    expect(namesOf('r.pcap10', 'r.pcap9.gz', 'r.pcap2', 'a.pcap')).toEqual([
      'a.pcap',
      'r.pcap2',
      'r.pcap9.gz',
      'r.pcap10',
    ])
  })

  it('have each a name of its own', () => {
    expect(namesOf('a.pcap', 'a.pcap', 'a.pcap (2)')).toEqual(['a.pcap', 'a.pcap (3)', 'a.pcap (2)'])
  })
})

describe('options', () => {
  it.each([
    ['', []],
    [' 4790 ', [4790]],
    ['4790, 8472;1 65535', [4790, 8472, 1, 65_535]],
    ['0', null],
    ['65536', null],
    ['-1', null],
    ['1e3', null],
    ['vxlan', null],
  ])('ports: %j', (text, ports) => {
    expect(portsIn(text)).toEqual(ports)
  })

  it.each([
    ['', null],
    [' 1500', 1500],
    ['68', 68],
    ['67', undefined],
    ['65536', undefined],
    ['1500.5', undefined],
  ])('MTU: %j', (text, mtu) => {
    expect(mtuIn(text)).toBe(mtu)
  })
})

describe('what stands in the fields', () => {
  it('is nothing at first', () => {
    expect(settingsIn(NOTHING_TYPED)).toEqual({ settings: NO_SETTINGS, mistakes: { ports: null, underlayMtu: null } })
  })

  it('is refused where it is wrong', () => {
    const { mistakes } = settingsIn({ ports: ' 70000', underlayMtu: '5', mergeByTime: false })
    expect(mistakes).toEqual({
      ports: "'70000': expected whole numbers from 1 to 65535, with commas",
      underlayMtu: "'5': expected a whole number from 68 to 65535, or nothing",
    })
  })
})

describe('what is saved', () => {
  it.each([
    [['uplink.pcap'], 'uplink.html'],
    [['uplink.pcapng.gz'], 'uplink.html'],
    [['ring.pcap12', 'b'], 'ring+1.html'],
    [['.pcap'], 'capture.html'],
    [['a.b.txt'], 'a.b.txt.html'],
  ])('of %j is called %s', (names, saved) => {
    expect(
      savedName(
        names.map((name) => ({ name })),
        'html',
      ),
    ).toBe(saved)
  })
})
