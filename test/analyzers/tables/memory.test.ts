/** Budgets of memory against the real tables: what a row is said to cost, and that more memory never means fewer rows. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it, vi } from 'vitest'
import { Analysis } from '../../../src/analyzers/analysis.ts'
import type * as KeyTableModule from '../../../src/analyzers/tables/key-table.ts'
import { DEFAULT_LIMITS, type Limits } from '../../../src/analyzers/tables/limits.ts'
import {
  FIXED_MEGABYTES,
  limitsFor,
  MAX_MEGABYTES,
  MEGABYTE,
  MIN_MEGABYTES,
  ROW_BYTES,
  tableBytes,
} from '../../../src/analyzers/tables/memory.ts'
import type * as RecordsModule from '../../../src/analyzers/tables/records.ts'
import { chunksSource } from '../../../src/capture/source.ts'
import { Sides } from '../../../src/diagnosis/capture/sides.ts'
import { Routes } from '../../../src/diagnosis/routes.ts'
import { Summarizer } from '../../../src/pipeline.ts'
import { heapGrowth } from '../../support/heap.ts'
import { ATTACKS } from '../../support/hostile.ts'
import { Innards } from '../../support/innards.ts'
import { ROOT } from '../../support/shared.ts'

/** Bytes of a row of every table and block of records that was made. */
const made: number[] = []
vi.mock('../../../src/analyzers/tables/records.ts', async (original) => {
  const actual = await original<typeof RecordsModule>()
  class Records extends actual.Records {
    constructor(stride: number) {
      super(stride)
      made.push(stride * 8)
    }
  }
  return { ...actual, Records }
})
vi.mock('../../../src/analyzers/tables/key-table.ts', async (original) => {
  const actual = await original<typeof KeyTableModule>()
  class KeyTable extends actual.KeyTable {
    constructor(name: string, width: number, limit: number) {
      super(name, width, limit)
      made.push(width * 4 + 16)
    }
  }
  return { ...actual, KeyTable }
})

const TABLES = Object.keys(DEFAULT_LIMITS) as (keyof Limits)[]
const budgets = fc.integer({ min: MIN_MEGABYTES, max: 40_000 })

describe('limitsFor', () => {
  test.prop([budgets])('stays within the budget, and uses most of it', (megabytes) => {
    const bytes = tableBytes(limitsFor(megabytes))
    const room = (megabytes - FIXED_MEGABYTES) * MEGABYTE
    expect(bytes).toBeLessThanOrEqual(room)
    // Up to where tables end; one doubling of the largest step may be what is missing.
    if (megabytes < 20_000) expect(bytes).toBeGreaterThan(room / 2)
  })

  test.prop([budgets, budgets])('gives no table fewer rows for more memory', (one, other) => {
    const less = limitsFor(Math.min(one, other))
    const more = limitsFor(Math.max(one, other))
    for (const table of TABLES) expect(more[table]).toBeGreaterThanOrEqual(less[table])
  })

  it('goes below the defaults and above them', () => {
    expect(limitsFor(MIN_MEGABYTES).flows).toBe(16_384)
    expect(limitsFor(512).flows).toBeLessThan(DEFAULT_LIMITS.flows)
    expect(tableBytes(DEFAULT_LIMITS)).toBeLessThan(1_000 * MEGABYTE)
    expect(limitsFor(8_000).flows).toBeGreaterThan(DEFAULT_LIMITS.flows)
    expect(limitsFor(MAX_MEGABYTES).flows).toBe(16_777_216)
  })

  it.each([0, MIN_MEGABYTES - 1, MAX_MEGABYTES + 1, Number.NaN])('refuses %d MB', (megabytes) => {
    expect(() => limitsFor(megabytes)).toThrow(RangeError)
  })
})

/** Bytes of every typed array in a saved state. */
function bytesIn(state: unknown): number {
  if (ArrayBuffer.isView(state)) return state.byteLength
  if (typeof state !== 'object' || state === null) return 0
  return Object.values(state).reduce((sum, part) => sum + bytesIn(part), 0)
}

/** Bytes of an analysis with these limits that has seen these floods. A saved table leaves out the 16 bytes of slots a row. */
async function bytesOf(limits: Limits, floods: readonly [name: string, packets: number][]): Promise<number> {
  const summarizer = new Summarizer({ limits })
  for (const [name, packets] of floods) {
    const { chunks } = ATTACKS.find((attack) => attack.name === name)!.make(packets)
    await summarizer.read(name, chunksSource(chunks))
  }
  const { analysis } = summarizer
  return bytesIn(analysis.save()) + analysis.tables.reduce((sum, table) => sum + table.count * 16, 0)
}

/** Cells of records that hold one row, or a few: CaptureTotals, TunnelTotals and its faults, the classes of Sizes. */
const TOTALS = 11 + 20 + 2 + 13

describe('what a row is said to cost', () => {
  it('leaves out no table and no column', () => {
    made.length = 0
    new Analysis()
    const widths = made.reduce((sum, bytes) => sum + bytes, 0)
    const { window, datagrams, ...tables } = ROW_BYTES
    const said = Object.values(tables).reduce((sum, bytes) => sum + bytes, 0)
    expect(widths - TOTALS * 8).toBe(said)
  })

  it('is what the tables take of each', async () => {
    const rows = 4096
    const small = { ...DEFAULT_LIMITS, window: 512, datagrams: 512 }
    const limits: Limits = { ...small }
    const tables = TABLES.filter((table) => !['window', 'datagrams', 'protocols', 'vlanStacks'].includes(table))
    for (const table of tables) limits[table] = table === 'addresses' ? 4 * rows : rows
    // Claims of addresses come from MACs that are known, so they come first; the other floods then fill what is left.
    const real = await bytesOf(limits, [
      ['arp-claims', rows / 4],
      ['everything-mixed', rows],
      ['first-fragments', rows],
    ])
    const said = tables.reduce((sum, table) => sum + limits[table] * ROW_BYTES[table], 0)
    const empty = await bytesOf(small, [['later-fragments', 1]])
    expect(real - empty).toBeLessThanOrEqual(said)
    // Not all of it is met at once: no flood has flows with many VTEPs, MACs with many addresses and MACs that nobody has, too.
    expect((real - empty) / said).toBeGreaterThan(0.7)
  })

  it.each(['window', 'datagrams'] as const)('is what the windows take of each entry: %s', async (window) => {
    const [less, more] = await Promise.all(
      [512, 1024].map((size) => bytesOf({ ...DEFAULT_LIMITS, [window]: size }, [])),
    )
    expect(more! - less!).toBe(512 * ROW_BYTES[window])
  })

  it('is told in docs/bounds.md, with examples', () => {
    const text = readFileSync(join(ROOT, 'docs/bounds.md'), 'utf8')
    const lines = (cells: (string | number)[][]): string[] =>
      cells.map((row) => `| ${row.map((cell) => cell.toLocaleString('en-US')).join(' | ')} |`)
    const told: (keyof Limits)[] = ['flows', 'addresses', 'details', 'macs', 'routes', 'vtepPairs', 'vnis', 'timeline']
    const examples = [MIN_MEGABYTES, 384, 512, 1024, 2048, 8192].map((megabytes) => {
      const limits = limitsFor(megabytes)
      return [megabytes, ...told.map((table) => limits[table])]
    })
    const expected = lines([['MB', ...told], ...examples, ['bytes a row', ...told.map((table) => ROW_BYTES[table])]])
    for (const line of expected) expect(text).toContain(line)
  })
})

/** Arrays that no limit bounds, by class and field, with the bytes that they take at the most: part of `FIXED_MEGABYTES`. */
const FIXED: Readonly<Record<string, number>> = {
  // Caches: 262,144 paths of 32 words, 12 more with IPv6, and two slots of two words; 131,072 hosts; headers; senders.
  'Paths.i32': 2 ** 18 * 128,
  'Paths.f64': 2 ** 18 * 128,
  'Paths.#wide': 2 ** 18 * 48,
  'Paths.#slots': 2 ** 18 * 16,
  'HostCache.#entries': 2 ** 17 * 32,
  'OuterCache.#entries': 589_824,
  'UnknownMacs.#senders': 262_144,
  // A bit for each address.
  'CountedSet.#bits': 256,
  // Bounded by `MAX_HELD_BYTES` together.
  'HeldFragments.#bytes': 2 ** 20,
}

/** What is there once, for the packet at hand or from the options, by class, or by class and field. */
const SINGLE = new Set([
  ...['Layers', 'FrameLayer', 'Cursor', 'PacketMeta', 'FastPathBatch', 'EventLog', 'EventWriter', 'PacketFlagReader'],
  ...['TinyFragments.ports', 'Analysis.#ports', 'Analysis.#view', 'Paths.#key', 'FastPath.#candidates'],
  // The buffers of FastPathBatch, and the options.
  'Object',
])

/** What `ROW_BYTES` reckons, by class, or by class and field. */
const RECKONED = new Set(['KeyTable', 'Records', 'RecentRing', 'AddressUsers.#users'])

/** Maps, sets and lists with bounds of their own (docs/bounds.md), by class and field. */
const BOUNDED = new Set(['CounterByKey.#entries', 'HeldFragments.#meta'])
/** Entries of any other. */
const FEW = 512

/** Fields of an object, and of all that it is made of, that keep more than is reckoned, with what they keep. */
function unreckoned(root: object): Map<string, number> {
  const innards = new Innards()
  const found = new Map<string, number>()
  const seen = new Set<unknown>()
  const look = (owner: object, field: string, value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const kind = owner.constructor.name
    const name = `${kind}.${field}`
    if (ArrayBuffer.isView(value)) {
      if ([RECKONED, SINGLE].some((names) => names.has(kind) || names.has(name))) return
      const bytes = value.buffer.byteLength
      if (bytes > (FIXED[name] ?? 0)) found.set(name, bytes)
      return
    }
    const entries =
      value instanceof Map || value instanceof Set ? value.size : Array.isArray(value) ? value.length : null
    if (entries !== null && entries > FEW && !BOUNDED.has(name)) found.set(name, entries)
    if (seen.has(value)) return
    seen.add(value)
    if (entries === null) for (const [own, part] of innards.fieldsOf(value)) look(value, own, part)
    else if (Array.isArray(value) && entries <= FEW) for (const part of value) look(owner, field, part)
  }
  look({}, '', root)
  innards.close()
  return found
}

describe('what an analysis keeps', () => {
  it('is reckoned, or bounded by itself', async () => {
    const rows = 256
    const limits = { ...DEFAULT_LIMITS, window: rows, datagrams: rows }
    for (const table of TABLES) limits[table] = table === 'addresses' ? 4 * rows : Math.min(rows, limits[table])
    const summarizer = new Summarizer({ limits })
    for (const attack of ATTACKS) {
      if (attack.damaged === true || ['names', 'gzip-desert'].includes(attack.name)) continue
      await summarizer.read(attack.name, chunksSource(attack.make(8 * rows).chunks))
    }
    const { analysis } = summarizer
    expect([...unreckoned(analysis)]).toEqual([])
    const fixed = Object.entries(FIXED).reduce((sum, [name, bytes]) => (name === 'Paths.f64' ? sum : sum + bytes), 0)
    expect(fixed).toBeLessThan((FIXED_MEGABYTES * MEGABYTE) / 4)

    // What somebody adds and does not reckon is seen, wherever it stands.
    Object.assign(analysis.stateful.echo, { column: new Float64Array(rows) })
    Object.assign(analysis.keys, { names: new Map(Array.from({ length: 2 * FEW }, (_, row) => [row, ''])) })
    expect([...unreckoned(analysis)].sort()).toEqual([
      ['Echo.column', 8 * rows],
      ['Keys.names', 2 * FEW],
    ])
  })
})

describe('findings', () => {
  const PASSES = 10

  /** What a flood leaves in the tables. */
  async function flooded(name: string, packets: number): Promise<Analysis> {
    const summarizer = new Summarizer()
    await summarizer.read(name, chunksSource(ATTACKS.find((attack) => attack.name === name)!.make(packets).chunks))
    return summarizer.analysis
  }

  // A million rows are a hundred times as much as is measured here, beside full tables. What is measured holds the engine's own garbage too,
  // about 200 bytes a row in some passes; sets and lists for each row would be 900 and 540.
  it('are made with little memory for each row', async () => {
    const flows = 10_000
    const oneWay = await flooded('tcp-flows', flows * 2)
    expect(heapGrowth(() => new Sides(oneWay), 1, PASSES) / flows).toBeLessThan(400)
    const manyVnis = await flooded('everything-new', flows)
    const routes = Array.from({ length: PASSES }, () => new Routes(manyVnis))
    const tags = (): void => {
      routes.pop()!.headers('vxlan', 5, [4789])
    }
    expect(heapGrowth(tags, 1, PASSES) / flows).toBeLessThan(250)
  })
})
