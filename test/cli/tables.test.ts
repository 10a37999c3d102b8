/** `flows`, `vteps`, `vnis` and `macs` through the built program: formats, files, refusals, damage. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { fixture } from '../support/goldens.ts'

const MIXED = fixture('kv-mixed-h1.pcap')
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-tables-'))
const at = (name: string): string => join(folder, name)

let bin: Bin
beforeAll(async () => {
  bin = await buildBin()
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true, force: true })
})

const lines = (text: string): string[] => text.split(/\r?\n/).filter((line) => line !== '')

describe('a table', () => {
  it('is text of the ten largest rows, the largest first', async () => {
    const { status, out, err } = await bin.run(['flows', MIXED])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(lines(out)[0]).toBe('kv-mixed-h1.pcap: 11 flows, by bytes; 2026-11-22')
    expect(lines(out).find((line) => line.startsWith('   10'))).toContain('10.10.0.1:50100  10.10.0.2:80')
    expect(out).toContain('… and 1 more (--top 11 shows all)')
    expect(lines((await bin.run(['flows', '--all', MIXED])).out).length).toBeGreaterThan(lines(out).length - 1)
    expect((await bin.run(['flows', '--all', MIXED])).out).not.toContain('more (')
  })

  it.each(['flows', 'vteps', 'vnis', 'macs'])(
    'of %s has every row as CSV and JSON Lines, in the order of the document',
    async (name) => {
      const document = JSON.parse((await bin.run(['summarize', '--json', MIXED])).out)
      const rows = document[name === 'vteps' ? 'vtepPairs' : name]
      const jsonl = await bin.run([name, '--jsonl', MIXED])
      expect(lines(jsonl.out).map((line) => JSON.parse(line))).toEqual(rows)
      const csv = await bin.run([name, '--csv', MIXED])
      expect(lines(csv.out)).toHaveLength(rows.length + 1)
      expect(lines((await bin.run([name, '--csv', '--top', '2', MIXED])).out)).toHaveLength(3)
    },
  )

  it('holds one tenant where one is asked for', async () => {
    const { out } = await bin.run(['flows', '--csv', '--vni', '20', MIXED])
    expect(lines(out).length).toBeGreaterThan(2)
    for (const line of lines(out).slice(1)) expect(line).toMatch(/^20,vxlan,/)
  })

  it.each(['csv', 'jsonl', 'parquet'])('goes to a .%s file, the same as on standard output', async (format) => {
    const path = at(`flows.${format}`)
    const { status, out, err } = await bin.run(['flows', MIXED, '-o', path])
    expect({ status, out, err }).toEqual({ status: 0, out: `${path}: 11 rows of flows\n`, err: '' })
    const written = readFileSync(path)
    if (format === 'parquet')
      expect([written.toString('latin1', 0, 4), written.toString('latin1', written.length - 4)]).toEqual([
        'PAR1',
        'PAR1',
      ])
    else expect(written.toString()).toBe((await bin.run(['flows', `--${format}`, MIXED])).out)
  })

  it('is sorted by what is asked for', async () => {
    const { out } = await bin.run(['flows', '--jsonl', '--sort', 'packetsBToA', MIXED])
    const packets = lines(out).map((line) => JSON.parse(line).packetsBToA)
    expect(packets).toEqual(packets.toSorted((left, right) => right - left))
  })

  it('is sorted by lists as numbers, by the heads of the text, and the other way round', async () => {
    const column = async (...options: string[]) =>
      lines((await bin.run(['macs', '--jsonl', ...options, MIXED])).out).map((line) => JSON.parse(line).packets)
    const packets = await column('--sort', 'vteps.packets')
    expect(packets).toEqual(packets.toSorted((left, right) => right - left))
    expect(await column('--sort', 'VTEPS.PACKETS')).toEqual(packets)
    const reversed = await column('--sort', 'packets', '--reverse')
    expect(reversed).toEqual(packets.toReversed())
    const { out } = await bin.run(['flows', '--sort', 'Start', '--reverse', MIXED])
    expect(lines(out)[0]).toContain('by firstTime, reversed')
    const { out: jsonl } = await bin.run(['flows', '--sort', 'Start', '--reverse', '--jsonl', MIXED])
    const times = lines(jsonl).map((line) => JSON.parse(line).firstTime)
    expect(times).toEqual(times.toSorted())
  })

  it('names the VNIs that there are where none was selected', async () => {
    const said = 'vxpcap: nothing is selected; the capture holds VNIs 10, 20, 30\n'
    const { status, err } = await bin.run(['flows', '--vni', '999', MIXED])
    expect({ status, err }).toEqual({ status: 0, err: said })
    expect((await bin.run(['vnis', '--vni', '999', '--csv', MIXED])).err).toBe(said)
    expect((await bin.run(['flows', '--vni', '999', '--quiet', MIXED])).err).toBe('')
    expect((await bin.run(['flows', '--vni', '10', MIXED])).err).toBe('')
  })

  it.each([
    [['--csv', '--jsonl'], '--csv and --jsonl are two formats; give one of them'],
    [['-o', at('x.txt')], `-o '${at('x.txt')}': expected a name that ends in .csv, .jsonl or .parquet`],
    [['--csv', '-o', at('x.parquet')], `-o '${at('x.parquet')}': its ending says parquet, and --csv something else`],
    [['--all', '--top', '3'], '--all and --top exclude each other'],
    [['-o', at('none/x.csv')], `${at('none/x.csv')}: cannot be written: its directory does not exist; create it first`],
  ])('refuses %j on one line', async (options, line) => {
    const { status, out, err } = await bin.run(['vnis', ...options, MIXED])
    expect({ status, out, err }).toEqual({ status: 2, out: '', err: `vxpcap: ${line}\n` })
    expect(existsSync(at('x.txt'))).toBe(false)
  })

  it('names the columns that there are', async () => {
    const { status, err } = await bin.run(['macs', '--sort', 'size', MIXED])
    expect(status).toBe(2)
    expect(err).toMatch(
      /^vxpcap: --sort 'size': macs have no such column; there are vni, vlans, mac, packets, [^\n]+\n$/,
    )
  })

  it('never replaces a capture that it reads', async () => {
    const capture = at('capture.csv')
    writeFileSync(capture, readFileSync(MIXED))
    const { status } = await bin.run(['flows', capture, '-o', capture])
    expect(status).toBe(2)
    expect(readFileSync(capture).equals(readFileSync(MIXED))).toBe(true)
  })

  it('has the rows before damage, and says so with status 2', async () => {
    const damaged = at('damaged.pcap')
    const bytes = Buffer.from(readFileSync(MIXED))
    writeFileSync(damaged, Buffer.concat([bytes, Buffer.alloc(16, 0xff), bytes.subarray(0, 100)]))
    const { status, out, err } = await bin.run(['vnis', '--csv', damaged])
    expect(status).toBe(2)
    expect(out).toBe((await bin.run(['vnis', '--csv', MIXED])).out)
    expect(err).toMatch(/^vxpcap: [^\n]*damaged\.pcap[^\n]*\n$/)
  })

  it('of what is no capture is nothing, and status 2', async () => {
    const { status, out, err } = await bin.run(['flows', at('absent.pcap')])
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: [^\n]*absent\.pcap[^\n]*\n$/)
  })
})
