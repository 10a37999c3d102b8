/** Directories and patterns to captures: by content, in natural order. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join as path } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compareNaturally, expandPaths } from '../../../src/capture/files/node-paths.ts'
import { data, pcapHeader } from '../files.ts'

const folder = mkdtempSync(path(tmpdir(), 'vxpcap-paths-'))
const at = (...names: string[]) => path(folder, ...names)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(() => {
  const capture = pcapHeader()
  mkdirSync(at('rotated', 'deeper'), { recursive: true })
  for (const name of ['cap.pcap10', 'cap.pcap2', 'cap.pcap', 'cap.pcap1', '.hidden.pcap', 'deeper/inner.pcap']) {
    writeFileSync(at('rotated', name), capture)
  }
  writeFileSync(at('rotated', 'cap.pcap3.gz'), gzipSync(capture))
  writeFileSync(at('rotated', 'notes.txt'), 'a capture of the uplink')
  writeFileSync(at('rotated', 'empty.pcap'), '')
  writeFileSync(at('rotated', 'noise'), data(200))
  symlinkSync('cap.pcap2', at('rotated', 'cap.pcap4'))
  mkdirSync(at('nothing'))
  mkdirSync(at('only-text'))
  writeFileSync(at('only-text', 'a.txt'), 'text')
})

const RING = ['cap.pcap', 'cap.pcap1', 'cap.pcap2', 'cap.pcap3.gz', 'cap.pcap4', 'cap.pcap10']

describe('a directory', () => {
  it('stands for the captures in it, by content and in natural order, and says what it passed over', async () => {
    const { paths, expansions, unreadable } = await expandPaths([at('rotated')])
    expect(paths).toEqual(RING.map((name) => at('rotated', name)))
    expect(expansions).toEqual([
      { given: at('rotated'), captures: paths, passedOver: ['empty.pcap', 'noise', 'notes.txt'] },
    ])
    expect(unreadable).toEqual([])
  })

  it('without a capture is said to have none, and does not keep the others from being read', async () => {
    const { paths, unreadable } = await expandPaths([at('nothing'), at('only-text'), at('rotated', 'cap.pcap')])
    expect(paths).toEqual([at('rotated', 'cap.pcap')])
    expect(unreadable.map(({ given, error }) => [given, error.message])).toEqual([
      [at('nothing'), expect.stringContaining('without files')],
      [at('only-text'), expect.stringContaining('without a capture file')],
    ])
  })
})

describe('a pattern that the shell left as it is', () => {
  it.each([
    ['rotated/cap.pcap?', ['cap.pcap1', 'cap.pcap2', 'cap.pcap4']],
    ['rotated/cap.pcap[12]', ['cap.pcap1', 'cap.pcap2']],
    ['rotated/cap.pcap[!1]', ['cap.pcap2', 'cap.pcap4']],
    ['rotated/cap.pcap[0-3]*', ['cap.pcap1', 'cap.pcap2', 'cap.pcap3.gz', 'cap.pcap10']],
    ['rot*/cap.pcap[0-9]', ['cap.pcap1', 'cap.pcap2', 'cap.pcap4']],
    ['rotated/.hid*', ['.hidden.pcap']],
  ])('%s', async (pattern, names) => {
    const { paths } = await expandPaths([at(pattern)])
    expect(paths).toEqual(names.map((name) => at('rotated', name)))
  })

  it('matches no hidden file with a star, and names what matches nothing', async () => {
    expect((await expandPaths([at('rotated', '*')])).paths).not.toContain(at('rotated', '.hidden.pcap'))
    const { paths, unreadable } = await expandPaths([at('rotated', 'x*.pcap')])
    expect(paths).toEqual([])
    expect(unreadable).toMatchObject([
      {
        error: {
          code: 'unreadable',
          message: 'matches no capture file; check the pattern, or name a pipe by its path',
        },
      },
    ])
  })

  it('is a name like any other where a file has it', async () => {
    writeFileSync(at('a[1].pcap'), pcapHeader())
    expect((await expandPaths([at('a[1].pcap')])).paths).toEqual([at('a[1].pcap')])
  })
})

describe('what is no directory and no pattern', () => {
  it('stays as it was given, standard input and missing files too', async () => {
    const given = ['-', at('rotated', 'cap.pcap'), at('missing.pcap')]
    expect(await expandPaths(given)).toEqual({ paths: given, expansions: [], unreadable: [] })
  })
})

describe('natural order', () => {
  it.each([
    [
      ['cap.pcap10', 'cap.pcap9', 'cap.pcap'],
      ['cap.pcap', 'cap.pcap9', 'cap.pcap10'],
    ],
    [
      ['c_00010_x', 'c_00009_y'],
      ['c_00009_y', 'c_00010_x'],
    ],
    [
      ['cap.pcap1.gz', 'cap.pcap.gz', 'cap.pcap10.gz', 'cap.pcap2'],
      ['cap.pcap.gz', 'cap.pcap1.gz', 'cap.pcap2', 'cap.pcap10.gz'],
    ],
    [
      ['b', 'a10', 'a9', 'B'],
      ['B', 'a9', 'a10', 'b'],
    ],
    [
      ['x99999999999999999999', 'x100000000000000000000'],
      ['x99999999999999999999', 'x100000000000000000000'],
    ],
  ])('%j', (names, sorted) => {
    expect([...names].sort(compareNaturally)).toEqual(sorted)
    expect([...names].reverse().sort(compareNaturally)).toEqual(sorted)
  })
})
