/** `vxpcap compare` on real files: formats, outputs, sides, refusals, and what is said when something is missing. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as edges from '../../src/cli/edges.ts'
import type { StopSignal } from '../../src/cli/exit-status.ts'
import type { Host } from '../../src/cli/host.ts'
import { run } from '../../src/cli/program.ts'
import type { ComparedDirection, Comparison } from '../../src/comparison.ts'
import { readAll } from '../capture/files.ts'
import { talk, troubledCaptures } from '../compare/troubled.ts'
import { captureOf, type Shot } from '../compare/two-places.ts'
import { becauseOfTshark, TSHARK, tsharkFields } from '../support/tshark.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-compare-'))
const at = (name: string): string => join(folder, name)
const NEAR = at('near.pcap')
const FAR = at('far.pcap')
const MS = 1_000_000

beforeAll(() => {
  const { near, far } = troubledCaptures()
  writeFileSync(NEAR, near)
  writeFileSync(FAR, far)
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs a command on real files. */
async function compare(argv: string[], change: Partial<Host> = {}) {
  const result = { out: '', err: '' }
  const stream = (name: 'out' | 'err') => ({
    write(chunk: string, done: (error?: Error | null) => void) {
      result[name] += chunk
      setImmediate(done)
      return true
    },
  })
  const host: Host = {
    stdout: stream('out'),
    stderr: stream('err'),
    env: {},
    stdinIsTerminal: false,
    version: '1.2.3',
    summarizer: async () => edges.summarizeFiles,
    open: (path, signal) => edges.fileSource(path, { signal }),
    expand: edges.expandPaths,
    size: edges.totalSize,
    comparer: async () => edges.compareCaptures,
    follower: async () => edges.followFile,
    fleet: async () => edges.fleet,
    output: edges.awaitOutput,
    onInterrupt: () => () => {},
    ...change,
  }
  const status = await run(['compare', ...argv], host)
  return { status, ...result }
}

const document = async (...argv: string[]): Promise<Comparison> => JSON.parse((await compare([...argv, '--json'])).out)

/** Packets of the guests, one every 10 ms, in some places. */
const shots = (count: number, from = 0, options: { back?: boolean; size?: number } = {}): Shot[] =>
  Array.from({ length: count }, (_, index) => {
    const bytes = talk(from + index, options.back, options.size)
    return { time: (from + index) * 10 * MS, bytes, wireLength: bytes.length }
  })

describe('text', () => {
  it('answers first, then says how good the clock is and when both captured', async () => {
    const { status, out, err } = await compare([NEAR, FAR])
    expect({ status, err }).toEqual({ status: 0, err: '' })
    const lines = out.split('\n')
    expect(lines[0]).toBe('near near.pcap → far far.pcap')
    expect(lines[1]).toBe('10 of 400 packets from 10.0.0.1 to 10.0.0.2 in VNI 42 were lost (2.50 %).')
    expect(out).toMatch(
      /^Clock: the far one is 1\.50\d{4} s ahead of the near one, give or take [\d.]+ ms, by \d+ packets/m,
    )
    expect(out).toMatch(/^Window: both captured for /m)
    expect(out).toContain('arrived with other bits')
    expect(out.indexOf('LOST_BETWEEN')).toBeLessThan(out.indexOf('\nDirections\n'))
  })

  it('keeps within the width, in ASCII too', async () => {
    for (const width of [40, 60, 80, 120, 160]) {
      const { out } = await compare([NEAR, FAR, '--width', String(width), '--ascii'])
      expect(/\P{ASCII}/u.test(out)).toBe(false)
      // A display filter and an address are not broken.
      const long = out
        .split('\n')
        .filter((line) => line.length > width && !/^ {21}\S|^ {11}(filter|packets) |^ *\S+$/.test(line))
      expect({ width, long }).toEqual({ width, long: [] })
    }
  })

  it('says which size no longer arrives', async () => {
    const sizes = [100, 1300, 400, 1350, 800, 1400, 1200, 1380]
    const all = sizes.flatMap((size, index) => shots(4, index * 4, { size }))
    const back = shots(30, 1000, { back: true }).map((shot, index) => ({ ...shot, time: index * 10 * MS + 5 * MS }))
    const sorted = (list: Shot[]): Shot[] => list.toSorted((left, right) => left.time - right.time)
    writeFileSync(at('large.pcap'), captureOf(sorted([...all, ...back])))
    const passed = all.filter(({ wireLength }) => wireLength < 1400)
    writeFileSync(at('small.pcap'), captureOf(sorted([...passed, ...back])))
    const { out } = await compare([at('large.pcap'), at('small.pcap')])
    expect(out).toMatch(
      /^\d+ of \d+ packets from 10\.0\.0\.1 to 10\.0\.0\.2 in VNI 42 were lost \([\d.]+ %\), all larger than 1,\d+ bytes \(outer IP\)\.$/m,
    )
    expect(out).toMatch(/^ {2}Up to 1,\d+ bytes arrive; from 1,\d+ on nothing does\.$/m)
    expect(out).not.toContain('Loss by source port')
  })
})

describe('sides', () => {
  it('are directories, patterns, compressed files, and several captures with --near and --far', async () => {
    const whole = await document(NEAR, FAR)
    mkdirSync(at('rotated'))
    const all = readAll(readFileSync(NEAR)).packets
    const cut = (from: number, to: number): Uint8Array => {
      const bytes = readFileSync(NEAR)
      const start = (index: number): number =>
        24 + all.slice(0, index).reduce((sum, { capturedLength }) => sum + 16 + capturedLength, 0)
      return Buffer.concat([bytes.subarray(0, 24), bytes.subarray(start(from), start(to))])
    }
    writeFileSync(at('rotated/near-0.pcap.gz'), gzipSync(cut(0, 300)))
    writeFileSync(at('rotated/near-1.pcap'), cut(300, all.length))
    const counts = ({ directions }: Comparison) =>
      directions.map(({ from, sent, lost, altered, duplicated }: ComparedDirection) => ({
        from,
        sent,
        lost,
        altered,
        duplicated,
      }))
    for (const argv of [
      [at('rotated'), FAR],
      [at('rotated/near-*'), FAR],
      ['--near', at('rotated/near-0.pcap.gz'), '--near', at('rotated/near-1.pcap'), '--far', FAR],
      [at('rotated/near-0.pcap.gz'), FAR, '--near', at('rotated/near-1.pcap')],
    ]) {
      const comparison = await document(...argv)
      expect(comparison.near.files.map(({ name }) => name)).toEqual(['near-0.pcap.gz', 'near-1.pcap'])
      expect(counts(comparison)).toEqual(counts(whole))
      expect(comparison.directions[0]!.packets.lost).toEqual(whole.directions[0]!.packets.lost)
    }
    const { out } = await compare([at('rotated'), FAR])
    expect(out).toContain('near-1.pcap:')
  })

  it.each([
    [[], 'compare needs two sides, and the near one is missing'],
    [['a.pcap'], 'compare needs two sides, and the far one is missing'],
    [['--far', 'a.pcap'], 'compare needs two sides, and the near one is missing'],
    [['a', 'b', 'c'], 'compare takes two captures and these are 3'],
    [['a', '--near', 'b'], "'a': near or far?"],
    [['a', 'b', '-o', 'page.html'], 'written to it as pcapng'],
    [['-', 'b'], "'-': compare reads each capture several times"],
    [['a', 'b', '--json', '--csv', '-'], '--json and --csv - both write to standard output'],
  ])('%j is refused with the way out', async (argv, words) => {
    const { status, out, err } = await compare(argv)
    expect({ status, out }).toEqual({ status: 2, out: '' })
    expect(err).toMatch(/^vxpcap: .*\n$/)
    expect(err).toContain(words)
  })

  it('one that is missing is named, the other is told of, with status 2', async () => {
    const { status, out, err } = await compare([NEAR, at('nowhere.pcap')])
    expect(status).toBe(2)
    expect(err).toBe(`vxpcap: ${at('nowhere.pcap')}: does not exist; check the path\n`)
    expect(out).toContain(
      'No far capture could be read, so nothing was compared: this is what the near side says alone.',
    )
    expect(out).not.toContain('NOTHING_IN_COMMON')
    const neither = await compare([at('nowhere.pcap'), at('nor-here.pcap')])
    expect({ status: neither.status, out: neither.out }).toEqual({ status: 2, out: '' })
    expect(neither.err.split('\n')).toHaveLength(3)
  })

  it('one without packets, other traffic, and the same file twice are told for what they are', async () => {
    writeFileSync(at('empty.pcap'), captureOf([]))
    writeFileSync(at('other.pcap'), captureOf(shots(50, 5000)))
    const empty = await compare([NEAR, at('empty.pcap')])
    expect(empty.out).toMatch(/^The far capture holds no packet\. Everything was lost before it/m)
    expect(empty.status).toBe(0)
    expect((await compare([NEAR, at('other.pcap')])).out).toContain('These two captures have no packet in common')
    const twice = await compare([NEAR, NEAR])
    expect(twice.out).toContain('No packet was lost: all 800 that left')
    expect(twice.out.replaceAll('\n', ' ')).toContain('one capture was given twice, or a copy of it')
    expect(twice.out).not.toContain('is one capture a copy of the other?')
    expect((await compare([at('empty.pcap'), at('empty.pcap')])).out).toContain('Neither side holds a packet')
  })

  it('made inside the tunnel are told from what is empty, lost or not selected', async () => {
    const guests = shots(50).map((shot) => ({
      ...shot,
      bytes: shot.bytes.subarray(50),
      wireLength: shot.wireLength - 50,
    }))
    writeFileSync(at('guest.pcap'), captureOf(guests))
    for (const [near, far, side] of [
      [at('guest.pcap'), FAR, 'near'],
      [NEAR, at('guest.pcap'), 'far'],
    ] as const) {
      const { findings } = await document(near, far)
      const [nothing] = findings.filter(({ code }) => code === 'NOTHING_IN_COMMON')
      expect(nothing!.title).toBe(`The ${side} capture holds no tunnel packet`)
      expect(nothing!.inferred).toMatch(/^It has 50 other packets \(50 UDP/)
      expect(nothing!.inferred).toContain(`the ${side} capture was made inside the tunnel, on a guest`)
      expect(nothing!.remedy).toContain('on the underlay')
    }
    const both = await compare([at('guest.pcap'), at('guest.pcap')])
    expect(both.out.replaceAll('\n', ' ')).toContain(
      'the captures were made inside the tunnel, on a guest, a tap or a bridge',
    )
    const none = await compare([NEAR, FAR, '--vni', '7'])
    expect(none.out.replaceAll('\n', ' ')).toContain('Neither side holds a tunnel packet that the selection keeps')
    expect(none.out).not.toContain('guest')
  })

  it('may be given the other way round', async () => {
    const [forth] = (await document(NEAR, FAR)).directions
    const there = (await document(FAR, NEAR)).directions.find(({ from }) => from === forth!.from)!
    expect({ ...there, sentAt: 'near' }).toMatchObject({
      sent: forth!.sent,
      lost: forth!.lost,
      altered: forth!.altered,
    })
    expect(there.sentAt).toBe('far')
    expect(there.packets.lost.map(({ far }) => far)).toEqual(forth!.packets.lost.map(({ near }) => near))
  })

  it('names that drive a terminal are escaped', async () => {
    const name = at('a\u001b[31m\nb.pcap')
    writeFileSync(name, readFileSync(NEAR))
    const { out } = await compare([name, FAR])
    expect(out).not.toContain('\u001b')
    expect(out.split('\n')[0]).toContain('far.pcap')
  })
})

describe('outputs', () => {
  it('--json is one document, and --fail-on counts its findings', async () => {
    const comparison = await document(NEAR, FAR)
    expect(comparison.schema).toBe('vxpcap.compare/1')
    expect((await compare([NEAR, FAR, '--fail-on', 'error'])).status).toBe(1)
    expect((await compare([NEAR, NEAR, '--fail-on', 'error'])).status).toBe(0)
  })

  it('--csv has a line for each packet, which add up to the document', async () => {
    const { status, out } = await compare([NEAR, FAR, '--csv', at('packets.csv')])
    expect(status).toBe(0)
    const [head, ...rows] = readFileSync(at('packets.csv'), 'utf8').trimEnd().split('\r\n')
    expect(out).toContain(`${at('packets.csv')}: ${rows.length} packets`)
    const columns = head!.split(',')
    const cell = (row: string, name: string): string => row.split(',')[columns.indexOf(name)]!
    const { directions } = await document(NEAR, FAR)
    for (const { from, matched, lost, altered, duplicated } of directions) {
      const own = rows.filter((row) => cell(row, 'from') === from)
      const count = (fate: string): number => own.filter((row) => cell(row, 'fate') === fate).length
      expect({
        matched: count('matched'),
        lost: count('lost'),
        altered: count('altered'),
        duplicated: count('duplicated'),
      }).toEqual({
        matched,
        lost,
        altered,
        duplicated,
      })
    }
    const matched = rows.find((row) => cell(row, 'fate') === 'matched' && cell(row, 'sentAt') === 'near')!
    expect(cell(matched, 'vni')).toBe('42')
    expect(Number(cell(matched, 'delayMs'))).toBeGreaterThan(0)
    expect(cell(matched, 'sentTime')).toMatch(/^2023-11-14T22:13:\d\d\.\d{9}Z$/)
    for (const row of rows) expect(row.split(',')).toHaveLength(columns.length)
  })

  it('-o holds the lost packets as they left, with comments', async () => {
    const path = at('lost.pcapng')
    const { out } = await compare([NEAR, FAR, '-o', path])
    expect(out).toContain(`${path}: 10 records of lost packets`)
    const { packets } = readAll(readFileSync(path))
    const { packets: sent } = readAll(readFileSync(NEAR))
    const [forth] = (await document(NEAR, FAR)).directions
    const lost = forth!.packets.lost.map(({ near }) => sent[near! - 1]!)
    expect(packets.map(({ bytes }) => bytes)).toEqual(lost.map(({ bytes }) => bytes))
    expect(packets.map(({ nanoseconds }) => nanoseconds)).toEqual(lost.map(({ nanoseconds }) => nanoseconds))
    const text = readFileSync(path, 'latin1')
    expect(text).toContain(
      'Lost from 10.0.0.1 to 10.0.0.2, VNI 42: it left at the near side and is not in the far capture, which was running when it was due there. It is packet ',
    )
    for (const { near } of forth!.packets.lost) expect(text).toContain(`It is packet ${near} of near.pcap.`)
  })

  it('-o has the packets of both sides in order of time, by the near clock', async () => {
    const sent = (back: boolean): Shot[] =>
      shots(200, 0, { back }).map((shot) => ({ ...shot, time: shot.time + (back ? 5 * MS : 0) }))
    const ahead = 90_000 * MS
    const isLost = ({ time }: Shot): boolean => Math.floor(time / (10 * MS)) % 40 === 20
    const arrived = (list: Shot[]): Shot[] =>
      list.filter((shot) => !isLost(shot)).map((shot) => ({ ...shot, time: shot.time + 2 * MS }))
    const sorted = (...lists: Shot[][]): Shot[] => lists.flat().sort((left, right) => left.time - right.time)
    const far = sorted(arrived(sent(false)), sent(true)).map((shot) => ({ ...shot, time: shot.time + ahead }))
    writeFileSync(at('here.pcap'), captureOf(sorted(sent(false), arrived(sent(true)))))
    writeFileSync(at('there.pcap'), captureOf(far))
    await compare([at('here.pcap'), at('there.pcap'), '-o', at('both.pcapng')])
    const { packets } = readAll(readFileSync(at('both.pcapng')))
    const lost = sorted(sent(false).filter(isLost), sent(true).filter(isLost))
    expect(lost).toHaveLength(10)
    expect(packets.map(({ bytes }) => bytes)).toEqual(lost.map(({ bytes }) => Buffer.from(bytes).toString('hex')))
  })

  it.runIf(TSHARK)(`tshark opens it${becauseOfTshark()}`, async () => {
    const path = at('for-tshark.pcapng')
    await compare([NEAR, FAR, '-o', path])
    const rows = await tsharkFields(path, ['frame.comment', 'vxlan.vni', 'ip.src'])
    expect(rows).toHaveLength(10)
    for (const row of rows) expect(row['frame.comment']).toMatch(/^Lost from /)
  })

  it('over an input, or where nothing can be written, is refused and leaves nothing behind', async () => {
    const before = readdirSync(folder).length
    for (const argv of [
      ['-o', NEAR],
      ['--csv', FAR],
      ['-o', at('no/where.pcapng')],
    ]) {
      const { status, err, out } = await compare([NEAR, FAR, ...argv])
      expect({ status, out }).toEqual({ status: 2, out: '' })
      expect(err).toContain('cannot be written')
    }
    expect(readdirSync(folder)).toHaveLength(before)
  })
})

describe('Ctrl-C', () => {
  it('in the midst of matching prints what was compared, with 130, and leaves no file behind', async () => {
    for (const format of [[], ['--json']]) {
      let stop: (signal: StopSignal) => void = () => {}
      let opened = 0
      const argv = [NEAR, FAR, '--csv', at('stopped.csv'), '-o', at('stopped.pcapng'), ...format]
      const { status, out, err } = await compare(argv, {
        onInterrupt(listener) {
          stop = listener
          return () => {}
        },
        async open(path, signal) {
          const source = await edges.fileSource(path, { signal })
          // Each side alone, the survey, and then the matching.
          if (++opened !== 6) return source
          return {
            ...source,
            async read(into) {
              const length = await source.read(into.subarray(0, 50_000))
              if (length === 50_000) setTimeout(() => stop('SIGTERM'))
              return length
            },
          }
        },
      })
      expect(status).toBe(143)
      expect(err).toBe(
        `vxpcap: interrupted: ${at('stopped.csv')} was not written\nvxpcap: interrupted: ${at('stopped.pcapng')} was not written\n`,
      )
      expect(existsSync(at('stopped.csv')) || existsSync(at('stopped.pcapng'))).toBe(false)
      if (format.length === 0) {
        expect(out).toMatch(
          /^near near\.pcap → far far\.pcap\nInterrupted: packets were compared up to \S+Z by the near/,
        )
        expect(out).toMatch(/^Not judged: \d+ packets that were not reached/m)
      } else {
        const { near, far, directions } = JSON.parse(out) as Comparison
        expect([near.complete, far.complete]).toEqual([false, false])
        expect(directions[0]!.matched).toBeGreaterThan(20)
        expect(directions[0]!.notJudged).toBeGreaterThan(20)
      }
    }
  })

  it('before anything was compared says what was read', async () => {
    let stop: (signal: StopSignal) => void = () => {}
    let opened = 0
    const { status, out, err } = await compare([NEAR, FAR], {
      onInterrupt(listener) {
        stop = listener
        return () => {}
      },
      async open(path, signal) {
        if (++opened === 3) stop('SIGINT')
        return edges.fileSource(path, { signal })
      },
    })
    expect({ status, err }).toEqual({ status: 130, err: '' })
    expect(out.replaceAll('\n', ' ')).toMatch(
      /Interrupted before packets were compared: \d+ packets of the near side were read, \d+ of the far one\. Whether any were lost is not known\./,
    )
  })

  it('before anything was read ends it with 130 and one line, and leaves no file behind', async () => {
    let stop: (signal: StopSignal) => void = () => {}
    const { status, out, err } = await compare([NEAR, FAR, '--csv', at('stopped.csv')], {
      onInterrupt(listener) {
        stop = listener
        return () => {}
      },
      async open(path, signal) {
        stop('SIGINT')
        return edges.fileSource(path, { signal })
      },
    })
    expect({ status, out }).toEqual({ status: 130, out: '' })
    expect(err).toBe(`vxpcap: interrupted: ${at('stopped.csv')} was not written\n`)
    expect(existsSync(at('stopped.csv'))).toBe(false)
  })
})
