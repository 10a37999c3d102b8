/** `docs/bounds.md` against the sources, and the bounds that no other test reaches. */
import { existsSync, readFileSync } from 'node:fs'
import { join as path } from 'node:path'
import { describe, expect, it } from 'vitest'
import { MAX_HELD_BYTES } from '../src/analyzers/reassembly/tiny-fragments.ts'
import { CounterByKey } from '../src/analyzers/tables/counter-by-key.ts'
import { DEFAULT_LIMITS } from '../src/analyzers/tables/limits.ts'
import { FIXED_MEGABYTES, MAX_MEGABYTES, MIN_MEGABYTES } from '../src/analyzers/tables/memory.ts'
import * as reading from '../src/capture/bounds.ts'
import { MAX_GZIP_HEADER } from '../src/capture/compression/gzip.ts'
import { OUTPUT_CHUNK } from '../src/capture/compression/inflate.ts'
import { MAX_ZSTD_WINDOW } from '../src/capture/compression/zstd.ts'
import { MOST_JOINTS, MOST_LOOKED_THROUGH, MOST_TRIED } from '../src/capture/formats/joints.ts'
import { MOST_DESCRIBED, MOST_OPEN, MOST_REPEATED } from '../src/capture/merge/merge.ts'
import { LEAST_MERGE_BYTES, LEAST_WINDOW, MERGE_BYTES, MOST_WINDOWS } from '../src/capture/merge/merge-room.ts'
import { MAX_ORIGIN_BYTES, MOST_FILES } from '../src/capture/merge/origins.ts'
import { FAULT_NAMES } from '../src/codecs/core/fault.ts'
import { MAX_NESTING } from '../src/codecs/describe/describe.ts'
import { MAX_HEADERS } from '../src/codecs/headers/ipv6-extension.ts'
import { dissect, tunnelPorts } from '../src/codecs/walk/dissect.ts'
import { Layers, MAX_CARRIERS, MAX_LABELS, MAX_TAGS } from '../src/codecs/walk/layers.ts'
import * as reassembly from '../src/codecs/walk/reassembly.ts'
import * as room from '../src/compare/account/room.ts'
import { MOST_SUSPICIONS } from '../src/compare/matching/leftovers.ts'
import { LISTED, WINDOW } from '../src/compare/options.ts'
import { MOST_FOLLOWED, overlapFindings } from '../src/diagnosis/reachability/isolation.ts'
import { directionFindings, MOST_ONE_WAY } from '../src/diagnosis/reachability/one-way.ts'
import { Routes } from '../src/diagnosis/routes.ts'
import { BoundedFindings } from '../src/findings/index.ts'
import { MOST_RECENT } from '../src/fleet/copies.ts'
import { MOST_ATTEMPTS, MOST_POINT_FILES } from '../src/fleet/fleet-run.ts'
import { MOST_FLEET_STEPS } from '../src/fleet/merge.ts'
import { MOST_COUNTS } from '../src/fleet/rows.ts'
import { MOST_OF_DIRECTION, MOST_POINT_SIGHTINGS } from '../src/fleet/sampled.ts'
import { MOST_SHARDS } from '../src/fleet/shard.ts'
import { MOST_STEPS } from '../src/fleet/steps.ts'
import { LEAST_STARTED, MOST_STARTED, MOST_THREADS } from '../src/node-summarize.ts'
import { MOST_ANALYZED_ELSEWHERE } from '../src/pipeline.ts'
import { MOST_CHAIN_FILES } from '../src/states/check.ts'
import { MOST_INTERFACES } from '../src/transform/interfaces.ts'
import { MAX_WAITING_BYTES } from '../src/transform/select.ts'
import { feed, idb, join, pcapHeader, pcapRecord, shb } from './capture/files.ts'
import { finding } from './report/summaries.ts'
import { analysisOf, ethernet, ipv4, tcp, vxlan } from './support/packets.ts'
import { ROOT } from './support/shared.ts'
import { decapOf } from './transform/files.ts'

/** Subjects of a counter by key, and findings of a code, unless told otherwise: their modules keep the numbers to themselves. */
const SUBJECTS = 10_000
const FINDINGS = 100

/** A constant that its module keeps to itself, as its source has it. */
function stated(file: string, name: string): number {
  const [, value] = new RegExp(`const ${name} = ([0-9_]+)$`, 'm').exec(readFileSync(path(ROOT, file), 'utf8')) ?? []
  return Number(value?.replaceAll('_', ''))
}

const { MIN_WINDOW_LENGTH: _, ...readingBounds } = reading
const { Room: _room, Rooms: _rooms, ...rooms } = room
const BOUNDS: Record<string, unknown> = {
  ...readingBounds,
  MAX_GZIP_HEADER,
  OUTPUT_CHUNK,
  MAX_ZSTD_WINDOW,
  MOST_OPEN,
  MOST_FILES,
  MERGE_BYTES,
  LEAST_MERGE_BYTES,
  MOST_WINDOWS,
  LEAST_WINDOW,
  MOST_REPEATED,
  MOST_DESCRIBED,
  MOST_HEADERS: stated('src/capture/formats/pcap.ts', 'MOST_HEADERS'),
  MOST_JOINTS,
  MOST_LOOKED_THROUGH,
  MOST_TRIED,
  MAX_ORIGIN_BYTES,
  MOST_THREADS,
  MOST_STARTED,
  LEAST_STARTED,
  MAX_TAGS,
  MAX_CARRIERS,
  MAX_LABELS,
  MOST_ATTRIBUTES: stated('src/codecs/link/nflog.ts', 'MOST_ATTRIBUTES'),
  MAX_HEADERS,
  MAX_NESTING,
  ...Object.fromEntries(Object.entries(reassembly).filter(([name]) => /^[A-Z_0-9]+$/.test(name))),
  MOST_PRINTS: stated('src/codecs/walk/reassembly.ts', 'MOST_PRINTS'),
  MAX_HELD_BYTES,
  MAX_WAITING_BYTES,
  MOST_INTERFACES,
  ...Object.fromEntries(Object.entries(DEFAULT_LIMITS).map(([table, limit]) => [`limits.${table}`, limit])),
  SUBJECTS,
  MOST_ONE_WAY,
  MOST_ANALYZED_ELSEWHERE,
  MOST_FOLLOWED,
  FINDINGS,
  WINDOW,
  LEAST_HELD: stated('src/compare/options.ts', 'LEAST_HELD'),
  LISTED,
  ...rooms,
  MOST_SUSPICIONS,
  MOST_SIGHTINGS: stated('src/compare/reading/sample.ts', 'MOST_SIGHTINGS'),
  MOST_ALIKE: stated('src/compare/reading/sample.ts', 'MOST_ALIKE'),
  MOST_CHAINED: stated('src/compare/matching/matcher.ts', 'MOST_CHAINED'),
  MOST_DIRECTIONS: stated('src/compare/reading/directions.ts', 'MOST_DIRECTIONS'),
  MOST_LEFTOVERS: stated('src/compare/matching/leftovers.ts', 'MOST_LEFTOVERS'),
  MOST_LOOKED_AT: stated('src/compare/matching/leftovers.ts', 'MOST_LOOKED_AT'),
  MOST_FETCHED: stated('src/compare/reading/look.ts', 'MOST_FETCHED'),
  MOST_STEPS,
  MOST_OF_DIRECTION,
  MOST_POINT_SIGHTINGS,
  MOST_RECENT,
  MOST_POINTS: stated('src/fleet/node-points.ts', 'MOST_POINTS'),
  MOST_POINT_FILES,
  MOST_SHARDS,
  MOST_ATTEMPTS,
  MOST_WORKERS: stated('src/cli/arguments.ts', 'MOST_WORKERS'),
  MOST_FLEET_STEPS,
  MOST_COUNTS,
  MOST_TOGETHER: stated('src/fleet/shared.ts', 'MOST_TOGETHER'),
  MOST_HELD_AGAINST: stated('src/fleet/shared.ts', 'MOST_HELD_AGAINST'),
  MOST_REASON: stated('src/fleet/merge.ts', 'MOST_REASON'),
  MOST_CHAIN_FILES,
  LARGEST_FILE: stated('src/states/node-state-file.ts', 'LARGEST_FILE'),
  MOST_INFLATED: stated('src/states/node-state-file.ts', 'MOST_INFLATED'),
  LARGEST_DOCUMENT: stated('src/states/state-body.ts', 'LARGEST_DOCUMENT'),
  DEEPEST: stated('src/states/state-body.ts', 'DEEPEST'),
  FIXED_MEGABYTES,
  MIN_MEGABYTES,
  MAX_MEGABYTES,
}

describe('docs/bounds.md', () => {
  const rows = readFileSync(path(ROOT, 'docs/bounds.md'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '').trim()))
    .map(
      ([name, value, ...cells]) => [name!.replaceAll('`', ''), Number(value!.replaceAll(',', '')), ...cells] as const,
    )
  const bounds = rows.filter(({ length }) => length === 4)
  const lists = rows.filter(({ length }) => length === 3)

  it('has a row for every bound, with its value', () => {
    const told = bounds.map(([name, value]) => [name, value])
    expect(Object.fromEntries(told)).toEqual(BOUNDS)
    expect(told).toHaveLength(Object.keys(BOUNDS).length)
  })

  it.each(bounds.map(([name, , , test]) => [name, test!]))('%s: %s', (_, test) => {
    const [, file, title] = /^`([^`]+)`: (.+)$/.exec(test) ?? []
    expect(existsSync(path(ROOT, file ?? 'none'))).toBe(true)
    expect(readFileSync(path(ROOT, file!), 'utf8')).toContain(title)
  })

  it.each(lists.map(([name, value, what]) => ({ name, value, what: what! })))('the list $name: $what', (list) => {
    const { name, value, what } = list
    const [, file] = /: `([^`]+)`$/.exec(what) ?? []
    expect(stated(file!, name)).toBe(value)
  })
})

describe('bounds that no other test reaches', () => {
  it('sections beyond the bound are read and leave no description', () => {
    const section = shb()
    const count = reading.MAX_DESCRIPTIONS + 10
    const bytes = new Uint8Array(section.length * count)
    for (let index = 0; index < count; index++) bytes.set(section, index * section.length)
    const reader = feed(join(bytes, idb()))
    expect(reader.sections).toHaveLength(reading.MAX_DESCRIPTIONS)
    expect(reader.interfaces).toHaveLength(1)
    expect(reader.issue).toBeNull()
  })

  it('a ninth VLAN tag is a fault', () => {
    const layers = new Layers()
    const faultsOf = (tags: number): string[] => {
      const frame = ethernet(ipv4(tcp({}), { protocol: 6 }), {
        vlans: Array.from({ length: tags }, (_, tag) => tag + 1),
      })
      dissect(layers, new DataView(frame.slice().buffer), 0, frame.length, frame.length, 1, tunnelPorts())
      return Array.from({ length: layers.faultCount }, (_, index) => FAULT_NAMES[layers.faultCodes[index]!]!)
    }
    expect(faultsOf(MAX_TAGS)).toEqual([])
    expect(faultsOf(MAX_TAGS + 1)).toEqual(['TooDeep'])
  })

  it('a seventeenth label is a fault', () => {
    const layers = new Layers()
    const faultsOf = (labels: number): string[] => {
      const stack = Array.from({ length: labels }, (_, label) => [0, 0x10, label === labels - 1 ? 1 : 0, 64]).flat()
      const frame = ethernet(join(Uint8Array.from(stack), ipv4(tcp({}), { protocol: 6 })), { type: 0x8847 })
      dissect(layers, new DataView(frame.slice().buffer), 0, frame.length, frame.length, 1, tunnelPorts())
      return Array.from({ length: layers.faultCount }, (_, index) => FAULT_NAMES[layers.faultCodes[index]!]!)
    }
    expect(faultsOf(MAX_LABELS)).toEqual([])
    expect(faultsOf(MAX_LABELS + 1)).toEqual(['TooDeep'])
  })

  it('further VNIs share an interface of decap', () => {
    const frame = vxlan(ethernet(ipv4(tcp({}), { protocol: 6 })))
    const count = MOST_INTERFACES + 100
    const record = pcapRecord(1, 0, frame)
    const bytes = new Uint8Array(count * record.length)
    for (let vni = 0; vni < count; vni++) {
      bytes.set(record, vni * record.length)
      const at = vni * record.length + 16 + 46
      bytes.set([vni >> 16, (vni >> 8) & 0xff, vni & 0xff], at)
    }
    const { packets, reader, vnis, counts } = decapOf(join(pcapHeader(), bytes))
    expect(packets).toHaveLength(count)
    expect(counts.refused).toBe(0)
    expect(vnis).toBe(count)
    expect(reader.interfaces.length).toBeLessThanOrEqual(MOST_INTERFACES)
    expect(packets.at(-1)).toMatchObject({ name: 'vni-others', comments: [expect.stringMatching(/VNI 65635$/)] })
    expect(reader.issue).toBeNull()
  })

  it('a counter keeps what came first', () => {
    const tally = new CounterByKey(() => ({}))
    for (let key = 0; key < SUBJECTS + 5; key++) tally.note(key, key + 1)
    expect(tally.dropped).toBe(5)
    expect(tally.note(0, 1)).not.toBeNull()
    expect(tally.note(SUBJECTS, 1)).toBeNull()
  })

  it('one-way flows and addresses of tenants are followed up to a bound', () => {
    const send = (vni: number, guest: number, from: 0 | 1) => {
      const [vteps, guests] = [
        ['10.0.0.1', '10.0.0.2'],
        ['192.168.0.1', `192.168.1.${guest}`],
      ]
      const ports = from === 0 ? { from: 40_000, to: 80 } : { from: 80, to: 40_000 }
      const inner = ipv4(tcp(ports), { from: guests[from]!, to: guests[1 - from]!, protocol: 6 })
      return { bytes: vxlan(ethernet(inner), { vni, from: vteps[from]!, to: vteps[1 - from]! }) }
    }
    const split = analysisOf(
      [1, 2, 3, 4].flatMap((guest) => [0, 0, 1, 1].map((from) => send(7 + from, guest, from as 0 | 1))),
    )
    const told = (most?: number) => directionFindings(split, new Routes(split), most)[0]?.count
    expect([told(), told(3), told(1)]).toEqual([4, 2, undefined])
    const tenants = analysisOf(
      [7, 8].flatMap((vni) => [1, 2, 3].flatMap((guest) => [send(vni, guest, 0), send(vni, guest, 1)])),
    )
    const addresses = (most?: number) => overlapFindings(tenants, new Routes(tenants), new Set(), most)[0]?.count
    expect([addresses(), addresses(3)]).toEqual([4, 3])
  })

  it('one code has at most a hundred findings and one for the rest', () => {
    const many = Array.from({ length: FINDINGS + 50 }, (_, vni) =>
      finding({ code: 'MAC_MOVED', count: 1000 - vni, subject: { vni }, packets: [vni + 1] }),
    )
    const bound = (parts: (typeof many)[]) => {
      const findings = new BoundedFindings()
      for (const part of parts) findings.add(part)
      return findings.all()
    }
    const told = bound([many])
    // What is let go on the way makes no difference, in whatever order they come.
    const turned = many.toReversed()
    expect(bound([turned.slice(0, 120), turned.slice(120, 125), turned.slice(125)])).toEqual(told)
    expect(bound([many.slice(0, FINDINGS)])).toEqual(many.slice(0, FINDINGS))
    expect(told).toHaveLength(FINDINGS + 1)
    expect(told.at(-1)).toMatchObject({
      subject: {},
      count: many.slice(FINDINGS).reduce((sum, { count }) => sum + count, 0),
    })
  })
})
