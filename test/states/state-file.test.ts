/** The file around a state: what is refused, with what words; that the old one stays until the new one is whole; that bytes depend on nothing else. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import {
  readState,
  resumeState,
  StateError,
  type StateErrorCode,
  Summarizer,
  saveState,
  summarizeFiles,
  writeState,
} from '../../src/node.ts'
import { decodeBody, encodeBody } from '../../src/states/state-body.ts'
import { fixture } from '../support/goldens.ts'
import { sealed } from '../support/state-bytes.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-state-'))
afterAll(() => rmSync(folder, { recursive: true }))
const PATH = join(folder, 'point.vxp')
const CAPTURE = fixture('seed-ovs-h1.pcap')
const NEXT = fixture('ovs-vlan-h1.pcap')

let state: Uint8Array
beforeAll(async () => {
  await summarizeFiles([CAPTURE], { save: PATH, ports: [4790, 9999] })
  state = new Uint8Array(readFileSync(PATH))
})

async function refused(bytes: Uint8Array, options = {}): Promise<[StateErrorCode, string]> {
  const error = await resumeState(bytes, options).then(
    () => null,
    (error: unknown) => error,
  )
  if (!(error instanceof StateError)) throw error ?? new Error('it was taken')
  expect(error.message).not.toMatch(/[\n\r]/)
  return [error.code, error.message]
}

describe('a state file', () => {
  it('is refused where it is something else, with the reason', async () => {
    expect(await refused(new Uint8Array())).toEqual(['not-a-state', expect.stringContaining('not a state')])
    expect(await refused(new Uint8Array(readFileSync(CAPTURE)))).toEqual(['not-a-state', expect.anything()])
    expect(await refused(new TextEncoder().encode('{"schema":"vxpcap.summary/1"}'))).toEqual([
      'not-a-state',
      expect.anything(),
    ])
    const newer = state.slice()
    newer[8] = 2
    expect(await refused(newer)).toEqual(['unsupported', expect.stringMatching(/version 2, .* has version 1/)])
  })

  it('is refused wherever it is cut short', async () => {
    for (let end = 1; end < state.length; end += end < 80 ? 1 : 97) {
      const [code] = await refused(state.subarray(0, end))
      expect(code, `cut at ${end}`).toBe('cut-short')
    }
  })

  it('is refused where any byte was changed', async () => {
    for (let at = 12; at < state.length; at += at < 80 ? 1 : 101) {
      const changed = state.slice()
      changed[at]! ^= 0x10
      const [code] = await refused(changed)
      expect(['damaged', 'cut-short'], `changed at ${at}`).toContain(code)
    }
    const [code] = await refused(new Uint8Array([...state, 0]))
    expect(code).toBe('damaged')
  })

  it('names options of counting that are others than before', async () => {
    expect((await refused(state, { ports: [1] }))[1]).toMatch(/other options of counting: ports; leave them out/)
    expect((await refused(state, { vnis: [7] }))[1]).toMatch(/: VNIs;/)
    expect((await refused(state, { vniRanges: [[1, 2]] }))[1]).toMatch(/: VNIs;/)
    expect((await refused(state, { from: 17, to: '2030-01-01', ips: ['10.0.0.0/8'] }))[1]).toMatch(
      /: inner addresses, earliest time, latest time;/,
    )
    expect((await refused(state, { limits: { flows: 8 } }))[1]).toMatch(/: memory/)
    const selected = new Summarizer({ vteps: ['10.0.0.1', '10.0.0.2'], from: '2026-01-01T00:00:00Z' })
    const bytes = await saveState(selected)
    expect((await refused(bytes, { vteps: ['10.0.0.1'] }))[1]).toMatch(/: VTEPs, earliest time;/)
    // The same in other words.
    await resumeState(bytes, { vteps: ['10.0.0.2', '10.0.0.1', '10.0.0.2'], from: 1_767_225_600 })
    await resumeState(state, { ports: [9999, 4790, 9999], rows: 2, underlayMtu: 1500 })
  })

  it('cannot be read on with what it does not hold', async () => {
    await expect(summarizeFiles([NEXT], { resume: PATH, mergeByTime: true })).rejects.toThrow(TypeError)
    const own = { mine: { observe() {}, finish: () => 1 } } as never
    await expect(summarizeFiles([NEXT], { save: PATH, analyzers: own })).rejects.toThrow(/analyzers of your own/)
    const summarizer = new Summarizer({ analyzers: own })
    expect(() => summarizer.save()).toThrow(/cannot be saved without save\(\) and restore\(\), which mine has not/)
    const reading = new Summarizer()
    const done = reading.read('x', bytesSource(new Uint8Array(readFileSync(CAPTURE))))
    expect(() => reading.save()).toThrow(/wait for its read/)
    await done
    const merged = new Summarizer()
    await merged.readMerged([
      { name: 'x', again: true, open: async () => bytesSource(new Uint8Array(readFileSync(CAPTURE))) } as never,
    ])
    expect(() => merged.save()).toThrow(/merged by time/)
  })

  it('says of a path what is wrong with it', async () => {
    await expect(readState(join(folder, 'none.vxp'))).rejects.toMatchObject({ code: 'unreadable' })
    await expect(readState(folder)).rejects.toMatchObject({ code: 'not-a-state' })
    await expect(writeState(join(folder, 'none', 'x.vxp'), new Summarizer())).rejects.toMatchObject({
      code: 'unwritable',
    })
  })

  it('stays as it was where the next one cannot be made', async () => {
    const before = readFileSync(PATH)
    // Nothing that could be read.
    await expect(summarizeFiles([join(folder, 'none.pcap')], { resume: PATH, save: PATH })).rejects.toThrow()
    // Stopped.
    const controller = new AbortController()
    const stopped = await summarizeFiles([CAPTURE, NEXT], {
      save: PATH,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    expect(stopped.capture.complete).toBe(false)
    // In the midst of its writing.
    const broken = new Summarizer()
    broken.save = () => {
      throw new Error('no power')
    }
    await expect(writeState(PATH, broken)).rejects.toThrow('no power')
    expect(readFileSync(PATH)).toEqual(before)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('is the same bytes in every process', async () => {
    const program = `
      const { summarizeFiles } = await import(${JSON.stringify(new URL('../../src/node.ts', import.meta.url).href)})
      await summarizeFiles([process.argv[1]], { save: process.argv[2], ports: [4790, 9999] })`
    const other = join(folder, 'other.vxp')
    const { status } = tryNode(program, CAPTURE, other)
    if (status) expect(new Uint8Array(readFileSync(other))).toEqual(state)
    // Whatever the process draws its hashes' key from, a second Summarizer saves the same.
    const summarizer = await resumeState(state)
    expect(await saveState(summarizer)).toEqual(state)
  })

  it('stands as documented', () => {
    const view = new DataView(state.buffer)
    expect(new TextDecoder().decode(state.subarray(1, 8))).toBe('VXP\r\n\u001a\n')
    expect(view.getUint32(8, true)).toBe(1)
    const content = inflateRawSync(state.subarray(64))
    expect(Number(view.getBigUint64(16, true))).toBe(content.length)
    expect(Number(view.getBigUint64(24, true))).toBe(state.length - 64)
    const sum = createHash('sha256').update(state.subarray(0, 32)).update(state.subarray(64)).digest()
    expect(new Uint8Array(sum)).toEqual(state.subarray(32, 64))
    const document = decodeBody(content, view.getUint32(12, true)) as { counting: { ports: number[] } }
    expect(document.counting.ports).toEqual([4790, 9999])
  })
})

/** Runs a module that Node itself can read, from 22.18 on; `status` is false where it cannot. */
function tryNode(program: string, ...argv: string[]): { status: boolean } {
  try {
    execFileSync(process.execPath, ['--input-type=module', '-e', program, '--', ...argv], { stdio: 'ignore' })
    return { status: true }
  } catch {
    return { status: false }
  }
}

describe('values as bytes', () => {
  const value = {
    text: 'ä',
    numbers: [0, -1, 2 ** 40, 0.5, Number.NaN, Number.NEGATIVE_INFINITY],
    flags: [true, false, null],
    words: Int32Array.of(1, -2, 0x7fff_ffff),
    floats: Float64Array.of(1.5, Number.NaN),
    bytes: Uint8Array.of(1, 2, 3),
    none: new Int32Array(0),
  }
  const bytes = (): [Uint8Array, number] => {
    const { pieces, documentLength } = encodeBody(value)
    return [new Uint8Array(Buffer.concat(pieces)), documentLength]
  }

  it('come back as they were', () => {
    expect(decodeBody(...bytes())).toEqual(value)
  })

  it('keep both halves of cells that hold two integers', () => {
    const cells = new Float64Array(1)
    new Int32Array(cells.buffer).set([-1, -1])
    const { pieces, documentLength } = encodeBody({ cells })
    const { cells: back } = decodeBody(new Uint8Array(Buffer.concat(pieces)), documentLength) as { cells: Float64Array }
    expect([...new Int32Array(back.buffer)]).toEqual([-1, -1])
  })

  it('are little-endian', () => {
    const [all, documentLength] = bytes()
    expect([...all.subarray(documentLength, documentLength + 8)]).toEqual([1, 0, 0, 0, 0xfe, 0xff, 0xff, 0xff])
  })

  it('are refused where lengths are not what is there', () => {
    const [all, documentLength] = bytes()
    expect(() => decodeBody(all.subarray(0, all.length - 1), documentLength)).toThrow()
    expect(() => decodeBody(new Uint8Array([...all, 0]), documentLength)).toThrow()
    expect(() => decodeBody(all, documentLength - 1)).toThrow()
    expect(() => decodeBody(all, all.length + 1)).toThrow()
  })

  it.each([
    ['a key __proto__', [0x81, 0xa9, ...new TextEncoder().encode('__proto__'), 0x80]],
    ['a list of four thousand million', [0xdd, 0xff, 0xff, 0xff, 0xff]],
    ['an object of as many', [0xdf, 0xff, 0xff, 0xff, 0xff]],
    ['a text of as much', [0xdb, 0xff, 0xff, 0xff, 0xff]],
    ['an array that is not there', [0xd7, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0x41]],
    ['an array of minus one', [0xd7, 0, 0, 0, 0, 0, 0, 0, 0xf0, 0xbf]],
    ['an array of another kind', [0xd4, 99, 0]],
    ['nothing', []],
    ['two values', [0xc0, 0xc0]],
    ['a byte that means nothing', [0xc1]],
  ])('are refused with %s', async (_, document) => {
    const { code } = (await resumeState(sealed(Uint8Array.from(document), document.length)).catch(
      (error) => error,
    )) as StateError
    expect(code).toBe('damaged')
  })

  it('within each other thousands deep are an error, not the end of the program', async () => {
    const deep = new Uint8Array(100_000).fill(0x91)
    expect(() => decodeBody(deep, deep.length)).toThrow()
    const document = new Uint8Array([...deep, 0xc0])
    await expect(resumeState(sealed(document, document.length))).rejects.toMatchObject({ code: 'damaged' })
  })
})
