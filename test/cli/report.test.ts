/** `vxpcap report` through the built program: captures and documents, refusals, what is said and with which status it ends. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { healthy, troubled } from '../page/comparisons.ts'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { fixture } from '../support/goldens.ts'

const MIXED = fixture('kv-mixed-h1.pcap')
const MALFORMED = fixture('fault-malformed-h1.pcap')
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-report-'))
const at = (name: string): string => join(folder, name)

let bin: Bin
beforeAll(async () => {
  bin = await buildBin()
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true, force: true })
})

describe('a report', () => {
  it('of a capture is one page, the same as that of its document', async () => {
    const page = at('mixed.html')
    expect(await bin.run(['report', MIXED, '-o', page])).toEqual({ status: 0, out: `${page}: no findings\n`, err: '' })
    const text = readFileSync(page, 'utf8')
    expect(text).toContain('<title>kv-mixed-h1.pcap · vxpcap</title>')
    expect(text).toContain('No findings')
    expect(text.length).toBeGreaterThan(60_000)

    const document = at('mixed.json')
    writeFileSync(document, (await bin.run(['summarize', '--json', MIXED])).out)
    writeFileSync(`${document}.gz`, gzipSync(readFileSync(document)))
    for (const given of [document, `${document}.gz`]) {
      expect((await bin.run(['report', given, '-o', at('again.htm')])).status).toBe(0)
      expect(readFileSync(at('again.htm'), 'utf8')).toBe(text)
    }
  })

  it('goes to standard output, and there is nothing else', async () => {
    const { status, out, err } = await bin.run(['report', MALFORMED, '-o', '-'])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    expect(out.startsWith('<!doctype html>')).toBe(true)
    expect(out.endsWith('</html>\n')).toBe(true)
  })

  it('reads standard input, selections and several captures', async () => {
    const { status } = await bin.run(['report', '-', '-o', at('in.html')], { input: readFileSync(MIXED) })
    expect(status).toBe(0)
    expect(readFileSync(at('in.html'), 'utf8')).toContain('<title>standard input · vxpcap</title>')
    await bin.run(['report', MIXED, '--vni', '20', '-o', at('vni.html')])
    expect(readFileSync(at('vni.html'), 'utf8')).toContain('restricted to VNI 20')
    await bin.run(['report', MIXED, MALFORMED, '-o', at('two.html')])
    expect(readFileSync(at('two.html'), 'utf8')).toContain('2 captures: kv-mixed-h1.pcap, fault-malformed-h1.pcap')
  })

  it('has whole names, also of files whose names are no UTF-8 or turn the direction of text', async () => {
    const names = at('names')
    mkdirSync(names)
    copyFileSync(MIXED, Buffer.concat([Buffer.from(`${names}/M`), Buffer.from([0xfc]), Buffer.from('ller.pcap')]))
    copyFileSync(MALFORMED, join(names, 'up\u202efdp.pcap'))
    await bin.run(['report', names, '-o', at('names.html')])
    const text = readFileSync(at('names.html'), 'utf8')
    expect(text).toContain('M\\udcfcller.pcap')
    expect(text).toContain('up\\u202efdp.pcap')
    expect(text).not.toMatch(/[^\\]u(dcfcller|202efdp)\.pcap/)
    const { out } = await bin.run(['summarize', names])
    expect(out).toContain('up\\u202efdp.pcap:')
    expect(out).not.toMatch(/[^\\]u(dcfcller|202efdp)\.pcap/)
  })

  it('says ahead of all of a compressed capture that its end is missing, and of others behind the answer', async () => {
    const bytes = readFileSync(MIXED)
    const packed = gzipSync(bytes)
    writeFileSync(at('cut.pcap.gz'), packed.subarray(0, packed.length / 2))
    writeFileSync(at('whole.pcap.gz'), packed)
    writeFileSync(at('cut.pcap'), bytes.subarray(0, bytes.length - 10))
    const screen = async (...names: string[]): Promise<string[]> =>
      (await bin.run(['summarize', '--width', '200', ...names.map(at)])).out.split('\n').slice(1, 5)
    const missing = 'cut.pcap.gz ends in the middle: what follows is missing.'
    expect((await screen('cut.pcap.gz'))[0]).toBe(missing)
    expect((await screen('cut.pcap', 'cut.pcap.gz'))[0]).toBe(missing)
    expect(String(await screen('whole.pcap.gz'))).not.toContain('ends in the middle')
    // The answer says it already.
    expect(String(await screen('cut.pcap')).match(/ends in the middle/g)).toHaveLength(1)
    expect(await screen('whole.pcap.gz', 'cut.pcap')).toEqual(
      expect.arrayContaining([expect.stringContaining('cut.pcap ends in the middle of a record.')]),
    )
    const { status } = await bin.run(['report', at('cut.pcap.gz'), '-o', at('cut.html')])
    expect(status).toBe(0)
    const page = readFileSync(at('cut.html'), 'utf8')
    expect(page).toContain(`<p class="partial">${missing}</p>`)
    expect(page.indexOf(missing)).toBeLessThan(page.indexOf('class="lead"'))
  })

  it('has the status that --fail-on asks for', async () => {
    const run = (severity: string, capture: string) =>
      bin.run(['report', capture, '--fail-on', severity, '-o', at('fail.html')])
    expect((await run('error', MALFORMED)).status).toBe(1)
    expect((await run('note', MIXED)).status).toBe(0)
  })

  it('of what is unreadable in part is of the rest, with status 2', async () => {
    const { status, err } = await bin.run(['report', MIXED, at('none.pcap'), '-o', at('part.html')])
    expect({ status, err }).toEqual({ status: 2, err: `vxpcap: ${at('none.pcap')}: does not exist; check the path\n` })
    expect(existsSync(at('part.html'))).toBe(true)
  })

  it('holds so many rows as are asked for', async () => {
    await bin.run(['report', MIXED, '--rows', '2', '-o', at('rows.html')])
    expect(readFileSync(at('rows.html'), 'utf8')).toContain('the 2 largest of 11 flows')
  })
})

describe('a report of a saved comparison', () => {
  it('is its page, has the status that --fail-on asks for, and takes no option of reading', async () => {
    const comparison = await troubled()
    const document = at('compared.json')
    writeFileSync(document, JSON.stringify(comparison))
    const run = (...argv: string[]) => bin.run(['report', document, '-o', at('compared.html'), ...argv])
    const found = `${at('compared.html')}: ${comparison.findings.length} findings\n`
    expect(await run()).toEqual({ status: 0, out: found, err: '' })
    const page = readFileSync(at('compared.html'), 'utf8')
    expect(page).toContain('Delay over time')
    expect((await run('--fail-on', 'error')).status).toBe(1)
    expect((await run('--vni', '100')).err).toContain('--vni: ')
  })

  it('of another version is refused in words that name what is missing', async () => {
    const { window: _, ...old } = await healthy()
    for (const [document, why] of [
      [old, 'window must be an object, not undefined'],
      [
        { ...(await healthy()), schema: 'vxpcap.compare/2' },
        'schema must be "vxpcap.compare/1", not "vxpcap.compare/2"',
      ],
    ] as const) {
      writeFileSync(at('old.json'), JSON.stringify(document))
      expect(await bin.run(['report', at('old.json'), '-o', at('x.html')])).toEqual({
        status: 2,
        out: '',
        err: `vxpcap: ${at('old.json')}: is no document of this version's vxpcap compare --json: ${why}; write it anew with vxpcap compare --json\n`,
      })
    }
  })
})

describe('what is no report', () => {
  const ANEW = 'write it anew with vxpcap summarize --json, or give the captures themselves'
  const write = (name: string, text: string): string => {
    writeFileSync(at(name), text)
    return at(name)
  }

  it.each([
    [['-o', 'x.pdf', MIXED], `-o 'x.pdf': expected a name that ends in .html or .htm, or "-"`],
    [
      ['-o', at('none/x.html'), MIXED],
      `${at('none/x.html')}: cannot be written: its directory does not exist; create it first`,
    ],
    [['-o', at('x.html'), 'a.json', MIXED], 'a document (.json) is read alone; give it, or the captures'],
    [
      ['-o', at('x.html'), '--vni', '7', '--ip', '10.0.0.1', 'a.json'],
      '--vni, --ip: a.json is a document, which was read and selected already; give the captures instead',
    ],
    [['-o', at('x.html'), at('none.json')], `${at('none.json')}: does not exist; check the path`],
    [['-o', at('x.html'), folder.concat('/none.pcap')], `${folder}/none.pcap: does not exist; check the path`],
  ])('is refused on one line: %j', async (argv, line) => {
    expect(await bin.run(['report', ...argv])).toEqual({ status: 2, out: '', err: `vxpcap: ${line}\n` })
    expect(existsSync(at('x.html'))).toBe(false)
  })

  it('needs to be told where the page goes', async () => {
    const { status, err } = await bin.run(['report', MIXED])
    expect(status).toBe(2)
    expect(err).toContain("required option '-o, --output <file>' not specified; see vxpcap report --help")
  })

  it('is a document of another kind, one with a member missing, or none at all', async () => {
    const { out } = await bin.run(['summarize', '--json', MIXED])
    const old = JSON.parse(out)
    delete old.tunnel.genevePackets
    const cases: [name: string, text: string, why: string][] = [
      ['other.json', '{"schema":"vxpcap.decode/1"}', `schema must be "vxpcap.summary/1", not "vxpcap.decode/1"`],
      ['old.json', JSON.stringify(old), 'tunnel.genevePackets must be a number from 0 on, not undefined'],
      ['list.json', '[]', 'the document must be an object'],
    ]
    for (const [name, text, why] of cases) {
      const { status, err } = await bin.run(['report', write(name, text), '-o', at('x.html')])
      expect(status).toBe(2)
      expect(err).toContain(`${at(name)}: is no document of this version's vxpcap summarize --json: ${why}`)
      expect(err.trimEnd().split('\n')).toHaveLength(1)
    }
    for (const text of ['', out.slice(0, 500), '\u001b[2J', '{'.repeat(100_000)]) {
      expect(await bin.run(['report', write('none-at-all.json', text), '-o', at('x.html')])).toEqual({
        status: 2,
        out: '',
        err: `vxpcap: ${at('none-at-all.json')}: is no JSON document; ${ANEW}\n`,
      })
    }
    expect(existsSync(at('x.html'))).toBe(false)
  })
})
