/** What the site's worker does with captures is what the command does with the same files. */
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { run } from '../../src/cli/program.ts'
import { compareCaptures } from '../../src/compare/index.ts'
import { fileSource } from '../../src/node.ts'
import { summarizeFiles } from '../../src/node-summarize.ts'
import { formatComparisonPage, formatPage } from '../../src/page/index.ts'
import { writeJson } from '../../src/report/json.ts'
import { packetLines } from '../../src/report/packet-text.ts'
import type { Summary } from '../../src/summary.ts'
import { NO_SETTINGS } from '../../web/inputs.ts'
import type { Input, OpenedPacket, Progress, Settings } from '../../web/messages.ts'
import { Work } from '../../web/work.ts'
import { fakeHost } from '../cli/fake-host.ts'
import { wires } from '../page/comparisons.ts'
import { COMPRESSORS } from '../support/compress.ts'
import { ROOT } from '../support/shared.ts'

const fixture = (path: string): string => join(ROOT, 'fixtures', path)
const HOLE = fixture('guides/mtu-blackhole-h1.pcap')
const MIXED = fixture('pcaps/kv-mixed-h1.pcap')
const SWITCH = fixture('pcaps/kv-mixed-sw.pcapng')

const inputOf = (path: string): Input => ({ name: basename(path), blob: new Blob([readFileSync(path)]) })
const never = (): { signal: AbortSignal; onProgress: () => void } => ({
  signal: new AbortController().signal,
  onProgress: () => {},
})

async function read(paths: readonly string[], settings: Partial<Settings> = {}): Promise<Work> {
  const work = new Work('9.9.9')
  const { isReadable, isStopped, troubles } = await work.read(
    paths.map(inputOf),
    { ...NO_SETTINGS, ...settings },
    never(),
  )
  expect({ isReadable, isStopped, troubles }).toEqual({ isReadable: true, isStopped: false, troubles: [] })
  return work
}

async function jsonOf(summary: Summary): Promise<string> {
  let text = ''
  await writeJson(summary, (chunk) => {
    text += chunk
  })
  return text
}

/** What `vxpcap decode` prints of a packet. */
async function decoded(path: string, number: number, options: readonly string[] = []): Promise<string> {
  const host = { ...fakeHost(), open: (name: string) => fileSource(name) }
  await run(['decode', '--packet', String(number), ...options, path], host)
  return host.out()
}

const textOf = ({ words }: OpenedPacket): string => `${packetLines(words).join('\n')}\n`

describe('the worker of the site', () => {
  it.each([
    ['one capture', [HOLE], {}],
    ['several, one after the other', [HOLE, MIXED], {}],
    ['several, by time', [SWITCH, MIXED], { mergeByTime: true }],
    ['further ports and an MTU', [fixture('findings/unknown-tunnel-port.pcap')], { ports: [5555], underlayMtu: 1600 }],
  ] satisfies [string, string[], Partial<Settings>][])(
    '%s: JSON and report are the command’s',
    async (_, paths, asked) => {
      const work = await read(paths, asked)
      const { underlayMtu, ...rest } = asked as Partial<Settings>
      const summary = await summarizeFiles(paths, { ...rest, ...(typeof underlayMtu === 'number' && { underlayMtu }) })
      expect(await (await work.json()).text()).toBe(await jsonOf(summary))
      expect(await (await work.report()).text()).toBe(await formatPage(summary, { version: '9.9.9', share: 1 }))
      const { making } = work.page()
      expect(making.version).toBe('9.9.9')
    },
  )

  it.each(['gzip', 'zstd', 'lz4'] as const)('reads %s', async (compression) => {
    const work = new Work('')
    const blob = new Blob([Uint8Array.from(COMPRESSORS[compression](readFileSync(HOLE)))])
    await work.read([{ name: 'hole', blob }], NO_SETTINGS, never())
    const { capture, findings } = work.page().summary
    expect(capture.files[0]).toMatchObject({ compression, packets: 38, bytes: blob.size })
    expect(findings[0]!.code).toBe('PMTU_BLACK_HOLE')
    const opened = await work.packet(7, never())
    expect(textOf(opened)).toBe(await decoded(HOLE, 7))
  })

  it('opens every packet that a finding names, in the words of decode', async () => {
    const work = await read([HOLE])
    const packets = [...new Set(work.page().summary.findings.flatMap((finding) => finding.packets))]
    expect(packets.length).toBeGreaterThan(5)
    for (const packet of packets) {
      const opened = await work.packet(packet, never())
      expect(opened.title).toBe(`Packet ${packet}`)
      expect(textOf(opened)).toBe(await decoded(HOLE, packet))
      const withBytes = await decoded(HOLE, packet, ['--hex'])
      expect(withBytes).toBe(textOf(opened) + opened.bytes.map((line) => `  ${line}\n`).join(''))
    }
  })

  it.each([false, true])('of several captures opens the packet of the right one (by time: %s)', async (mergeByTime) => {
    const paths = [MIXED, HOLE, SWITCH]
    const work = await read(paths, { mergeByTime })
    const { findings, capture } = work.page().summary
    const seen = new Set<string>()
    for (const packet of findings.flatMap((finding) => finding.packets)) {
      const { title, ...opened } = await work.packet(packet, never())
      const [, name, number] = /^Packet (.*):(\d+)$/.exec(title)!
      const path = paths.find((each) => basename(each) === name)!
      seen.add(path)
      expect(textOf({ title, ...opened })).toBe(await decoded(path, Number(number)))
      if (mergeByTime) expect(capture.origins!.find((each) => each.packet === packet)!.number).toBe(Number(number))
    }
    expect(seen.size).toBeGreaterThan(1)
  })

  it('is asked further ports, in packets too', async () => {
    const path = fixture('findings/unknown-tunnel-port.pcap')
    const work = await read([path], { ports: [5555] })
    expect(textOf(await work.packet(1, never()))).toBe(await decoded(path, 1, ['--port', '5555']))
  })

  it('says of what cannot be read what the command says, and reads the rest', async () => {
    const inputs = [
      { name: 'a.pcap', blob: new Blob([]) },
      { name: 'b.txt', blob: new Blob(['not a capture at all, but some text']) },
      { name: 'c.pcap', blob: new Blob([readFileSync(HOLE).subarray(0, 10)]) },
      inputOf(HOLE),
    ]
    for (const mergeByTime of [false, true]) {
      const work = new Work('')
      const { isReadable, troubles } = await work.read(inputs, { ...NO_SETTINGS, mergeByTime }, never())
      expect(isReadable).toBe(true)
      expect(troubles.map((line) => line.split(':')[0])).toEqual(['a.pcap', 'b.txt', 'c.pcap'])
      expect(work.page().summary.capture.files.map(({ name }) => name)).toEqual([basename(HOLE)])
      expect(textOf(await work.packet(7, never()))).toBe(await decoded(HOLE, 7))
      const none = new Work('')
      const nothing = await none.read(inputs.slice(0, 3), { ...NO_SETTINGS, mergeByTime }, never())
      expect(nothing.isReadable).toBe(false)
      expect(nothing.troubles).toEqual(troubles)
    }
  })

  it('looks at headers alone, and says whether one can be read', async () => {
    const capture = inputOf(HOLE)
    const cut = { name: 'cut.pcap', blob: new Blob([readFileSync(HOLE).subarray(0, 30)]) }
    const text = { name: 'b.txt', blob: new Blob(['not a capture at all, but some text']) }
    const packed = { name: 'b.gz', blob: new Blob([Uint8Array.from(COMPRESSORS.gzip(readFileSync(HOLE)))]) }
    const work = new Work('')
    expect(await work.look([capture, cut, packed])).toEqual({ isReadable: true, troubles: [] })
    const { isReadable, troubles } = await work.look([text, { name: 'a.pcap', blob: new Blob([]) }])
    expect(isReadable).toBe(false)
    expect(troubles.map((line) => line.split(':')[0])).toEqual(['b.txt', 'a.pcap'])
    expect((await work.look([text, capture])).isReadable).toBe(true)
  })

  it('says in the summary what is damaged and what is cut, as the command does', async () => {
    for (const name of ['capture-damaged.pcap', 'capture-cut-short.pcap']) {
      const path = fixture(`findings/${name}`)
      const work = await read([path])
      expect(await (await work.json()).text()).toBe(await jsonOf(await summarizeFiles([path])))
    }
  })

  it.each([false, true])('stops, and the summary of what was read says so (by time: %s)', async (mergeByTime) => {
    const work = new Work('')
    const abort = new AbortController()
    const large = new Uint8Array(readFileSync(SWITCH))
    const inputs = ['a', 'b', 'c'].map((name) => ({ name, blob: slow(large) }))
    const onProgress = ({ packets }: Progress): void => {
      if (packets > 100) abort.abort()
    }
    const watch = { signal: abort.signal, onProgress }
    const { isStopped, progress } = await work.read(inputs, { ...NO_SETTINGS, mergeByTime }, watch)
    expect(isStopped).toBe(true)
    expect(progress.bytes).toBeLessThan(progress.total!)
    const { summary, making } = work.page()
    expect(summary.capture.complete).toBe(false)
    expect(making.headline.sentences[0]).toMatch(/^Interrupted after \d+ % of the input, \d+ packets/)
  })

  it('stops looking for a packet, and says when a file has changed', async () => {
    const work = await read([HOLE])
    const abort = new AbortController()
    abort.abort()
    await expect(work.packet(7, { signal: abort.signal, onProgress: () => {} })).rejects.toBe(abort.signal.reason)
    await expect(work.packet(7000, never())).rejects.toThrow('no packet')
  })

  it('escapes names that a page or a terminal would obey', async () => {
    const work = new Work('')
    const name = '<img src=x onerror=alert(1)>\u202efdp.txt'
    const { troubles } = await work.read([{ name, blob: new Blob(['text']) }], NO_SETTINGS, never())
    expect(troubles[0]).not.toContain('\u202e')
  })
})

/** A blob that hands its bytes over piece by piece, so that it can be stopped in the midst of them. */
function slow(bytes: Uint8Array<ArrayBuffer>): Blob {
  const blob = new Blob([bytes])
  const piece = 8192
  let at = 0
  blob.stream = () =>
    new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (at >= bytes.length) controller.close()
        else controller.enqueue(bytes.slice(at, at + piece))
        at += piece
      },
    }) as never
  return blob
}

describe('two captures that are compared', () => {
  const both = async () => {
    const wire = wires()
    return (['near', 'far'] as const).map(
      (side): Input => ({ name: `${side}.pcap`, blob: new Blob([Uint8Array.from(wire[side])]) }),
    )
  }

  it.each([false, true])('give the JSON and the report that the library gives (same clock: %s)', async (sameClock) => {
    const [near, far] = (await both()) as [Input, Input]
    const work = new Work('9.9.9')
    const { isReadable, troubles } = await work.compare({ near, far, sameClock }, NO_SETTINGS, never())
    expect({ isReadable, troubles }).toEqual({ isReadable: true, troubles: [] })
    const side = ({ name, blob }: Input) => [
      { name, open: async () => bytesSource(new Uint8Array(await blob.arrayBuffer())) },
    ]
    const comparison = await compareCaptures(side(near), side(far), { sameClock })
    expect(await (await work.json()).text()).toBe(`${JSON.stringify(comparison, null, 2)}\n`)
    expect(await (await work.report()).text()).toBe(await formatComparisonPage(comparison, { version: '9.9.9' }))
    expect(work.comparison().making.version).toBe('9.9.9')
  })

  it('have packets that are opened by side', async () => {
    const [near, far] = (await both()) as [Input, Input]
    const work = new Work('')
    await work.compare({ near, far, sameClock: false }, NO_SETTINGS, never())
    expect((await work.packet(3, never(), 'far')).title).toBe('Packet far.pcap:3')
    expect((await work.packet(3, never(), 'near')).title).toBe('Packet near.pcap:3')
  })

  it('are left where that is asked for, and said where they cannot be read', async () => {
    const [near, far] = (await both()) as [Input, Input]
    const stop = AbortSignal.abort(new Error('stop'))
    await expect(
      new Work('').compare({ near, far, sameClock: false }, NO_SETTINGS, { signal: stop, onProgress: () => {} }),
    ).rejects.toThrow('stop')
    const text: Input = { name: 'notes.txt', blob: new Blob(['no capture at all, but a text']) }
    const one = await new Work('').compare({ near, far: text, sameClock: false }, NO_SETTINGS, never())
    expect(one.isReadable).toBe(true)
    expect(one.troubles).toEqual([expect.stringContaining('notes.txt: ')])
    const none = await new Work('').compare({ near: text, far: text, sameClock: false }, NO_SETTINGS, never())
    expect(none.isReadable).toBe(false)
    expect(none.troubles).toHaveLength(2)
  })
})
