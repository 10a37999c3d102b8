/**
 * The published JSON Schema of `vxpcap decode --json`: the same shape as the types, true of real output of every link type, of faults and
 * of wild packets, and strict enough to notice a missing field or a wrong type.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { run } from '../src/cli/program.ts'
import { encapsulate, prepare } from '../src/codecs/build/encapsulate.ts'
import { pseudoHeaderSum4 } from '../src/codecs/core/checksum.ts'
import { Cursor } from '../src/codecs/core/cursor.ts'
import { FAULT_NAMES, Fault } from '../src/codecs/core/fault.ts'
import { LinkType } from '../src/codecs/link/linktype.ts'
import { linkTypeName } from '../src/codecs/link/linktype-names.ts'
import { mutatedCapture } from '../src/testing/index.ts'
import { join as joined, pcapHeader, pcapRecord } from './capture/files.ts'
import { fakeHost } from './cli/fake-host.ts'
import { ROOT } from './support/shared.ts'

interface Described {
  name: string
  layers: Described[]
  fields: { check?: { verdict: string } }[]
}
interface Packet {
  linkType: string
  layers: Described[]
  faults: { name: string; fault: number }[]
}
interface Document {
  schema: string
  packets: Packet[]
}
type Node = { [key: string]: unknown }

const schema: Node = JSON.parse(readFileSync(join(ROOT, 'schema/decode-1.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)
const FIXTURES = readdirSync(join(ROOT, 'fixtures/pcaps')).filter((name) => /\.(pcap|pcapng)$/.test(name))

/** What the validator objects to, one line each, at most a few. */
function objections(document: unknown): string[] {
  validate(document)
  return (validate.errors ?? []).slice(0, 5).map((error) => `${error.instancePath} ${error.message}`)
}

/** What the command prints. */
async function decoded(captures: Record<string, Uint8Array>, ...options: string[]): Promise<Document> {
  const host = fakeHost({ captures })
  await run(['decode', ...Object.keys(captures), '--json', ...options], host)
  return JSON.parse(host.out())
}

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(ROOT, 'fixtures/pcaps', name)))

/** Every object of a document with its path. */
function everyObject(
  node: unknown,
  visit: (path: (string | number)[], object: Node) => void,
  path: (string | number)[] = [],
): void {
  if (Array.isArray(node)) for (const [index, item] of node.entries()) everyObject(item, visit, [...path, index])
  else if (node !== null && typeof node === 'object') {
    visit(path, node as Node)
    for (const [key, value] of Object.entries(node)) everyObject(value, visit, [...path, key])
  }
}

function at(node: unknown, path: readonly (string | number)[]): Node {
  return path.reduce<unknown>((inner, step) => (inner as Node)[step], node) as Node
}

/** A VXLAN datagram of 120 bytes in an Ethernet frame, its inner frame all zeros. */
function datagram(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(120)
  const hosts = { source: '10.0.0.1', destination: '10.0.0.2', ethernet: { source: 1, destination: 2 } }
  const cursor = new Cursor().reset(new DataView(bytes.buffer), 0, bytes.length)
  encapsulate(prepare({ vni: 7, ...hosts }), cursor, new DataView(new ArrayBuffer(70)), 0, 70)
  return bytes
}

/** A document with one of everything. */
function example(): Document {
  const field = { name: 'type', offset: 0, length: 1, bitOffset: 0, bits: 8, value: 1, text: '1' }
  const check = { verdict: 'unverified', difference: 0, reason: 'fragment' }
  const fields = [{ ...field, unit: 'bytes', check, fields: [field] }]
  const layer = { name: 'ipv4', depth: 0, quoted: false, offset: 14, length: 20, text: '', fields, layers: [] }
  const packet = {
    number: 1,
    file: 'a.pcap',
    time: '2026-11-22T07:16:17.000000000Z',
    interfaceName: 'eth0',
    comments: ['why'],
    linkType: 'EN10MB',
    capturedLength: 60,
    wireLength: 60,
    layers: [{ ...layer, layers: [layer] }],
    faults: [
      {
        layer: 'inner.ipv4',
        fault: 1,
        name: 'Truncated',
        offset: 14,
        needed: 20,
        available: 3,
        limitedBy: 'frame',
        sentence: 'It ends.',
      },
    ],
    bytes: '00ff',
  }
  return { schema: 'vxpcap.decode/1', packets: [packet] }
}

/** Fields that may be absent. */
const OPTIONAL = ['file', 'interfaceName', 'comments', 'bytes', 'unit', 'check', 'reason']

describe('schema/decode-1.json', () => {
  it('accepts a document with one of everything', () => {
    expect(objections(example())).toEqual([])
    expect(objections({ schema: 'vxpcap.decode/1', packets: [] })).toEqual([])
  })

  it('misses every required field that is taken away, and no other', () => {
    everyObject(example(), (path, object) => {
      for (const key of Object.keys(object)) {
        const broken = example()
        delete at(broken, path)[key]
        // A field has parts now and then; a layer always says which fields it has.
        const optional = OPTIONAL.includes(key) || (key === 'fields' && path.includes('fields'))
        expect(objections(broken).length === 0, `${path.join('.')} without ${key}`).toBe(optional)
      }
    })
  })

  it('refuses a wrong type in every field, and a number where none can be', () => {
    everyObject(example(), (path, object) => {
      for (const key of Object.keys(object)) {
        for (const value of [{ no: 'object' }, -99_999]) {
          const broken = example()
          at(broken, path)[key] = value
          expect(objections(broken), `${path.join('.')}.${key} = ${JSON.stringify(value)}`).not.toEqual([])
        }
      }
    })
  })

  it('allows fields to be added anywhere', () => {
    everyObject(example(), (path) => {
      const later = example()
      at(later, path).addedLater = true
      expect(objections(later)).toEqual([])
    })
  })

  it('has the fields of the types, optional ones as such', () => {
    const shapes = new Map<string, string[]>()
    for (const path of [
      'codecs/describe/describe',
      'codecs/describe/describe-tree',
      'codecs/describe/describe-field',
      'codecs/walk/explain-fault',
      'report/packet-text',
      'report/decode-document',
    ]) {
      const text = readFileSync(join(ROOT, `src/${path}.ts`), 'utf8')
      for (const statement of ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true).statements) {
        if (!ts.isInterfaceDeclaration(statement)) continue
        const members = statement.members.filter(ts.isPropertySignature)
        shapes.set(
          statement.name.text,
          members.map((member) => `${member.name.getText()}${member.questionToken === undefined ? '' : '?'}`),
        )
      }
    }
    const of = (name: string): string[] => shapes.get(name) ?? [`no interface ${name}`]
    const wanted: Record<string, string[]> = {
      DecodedPacket: [...of('PacketHeading'), ...of('PacketDescription'), ...of('DecodedPacket')],
      DescribedLayer: of('DescribedLayer'),
      DescribedField: of('DescribedField'),
      ChecksumCheck: of('ChecksumCheck'),
      FaultExplanation: of('FaultExplanation'),
    }
    const definitions = schema.$defs as Record<string, { properties?: object; required?: string[] }>
    const found: Record<string, string[]> = {}
    for (const [name, { properties, required = [] }] of Object.entries(definitions)) {
      if (properties === undefined) continue
      found[name] = Object.keys(properties).map((key) => (required.includes(key) ? key : `${key}?`))
    }
    for (const list of [...Object.values(found), ...Object.values(wanted)]) list.sort()
    expect(found).toEqual(wanted)
  })
})

describe('real output', () => {
  it.each(FIXTURES)('of %s fits the schema', async (name) => {
    const document = await decoded({ [name]: fixture(name) }, '--hex')
    expect(document.packets.length).toBeGreaterThan(0)
    expect(objections(document)).toEqual([])
  })

  it('of several captures, a selection, and none fits the schema', async () => {
    const [first, second] = [fixture('kv-gbp-h1.pcap'), fixture('seed-ovs-h1.pcapng')]
    const document = await decoded({ 'a.pcap': first, 'b.pcapng': second }, '--packet', '10-12')
    expect(document.packets).toHaveLength(3)
    expect(objections(document)).toEqual([])
    expect(objections(await decoded({ 'a.pcap': pcapHeader() }))).toEqual([])
  })

  it.each([...Object.values(LinkType), 147])(
    'of LINKTYPE %i, whole and cut anywhere, fits the schema',
    async (link) => {
      const bytes = datagram()
      const records = Array.from({ length: 60 }, (_, i) =>
        pcapRecord(i, 0, bytes.slice(0, i * 2), { lengths: [i * 2, 120] }),
      )
      const document = await decoded({ 'a.pcap': joined(pcapHeader({ network: link }), ...records) }, '--hex')
      expect(new Set(document.packets.map(({ linkType }) => linkType))).toEqual(new Set([linkTypeName(link)]))
      expect(objections(document)).toEqual([])
    },
  )

  it('of a checksum that is left to the network card fits the schema', async () => {
    const bytes = datagram()
    const view = new DataView(bytes.buffer)
    view.setUint16(40, pseudoHeaderSum4(view.getInt32(26), view.getInt32(30), 17, view.getUint16(38)))
    const document = await decoded({ 'a.pcap': joined(pcapHeader(), pcapRecord(1, 0, bytes)) })
    expect(JSON.stringify(document)).toContain('"verdict":"partial"')
    expect(objections(document)).toEqual([])
  })

  it('of wild captures fits the schema, with nearly every fault and verdict', async () => {
    const faults = new Set<string>()
    const verdicts = new Set<string>()
    const layers = new Set<string>()
    const collect = ({ name, fields, layers: inside }: Described): void => {
      layers.add(name)
      for (const { check } of fields) if (check !== undefined) verdicts.add(check.verdict)
      inside.forEach(collect)
    }
    await fc.assert(
      fc.asyncProperty(mutatedCapture(), async (bytes) => {
        const host = fakeHost({ captures: { wild: bytes } })
        await run(['decode', 'wild', '--json', '--hex'], host)
        if (host.out() === '') return
        const document: Document = JSON.parse(host.out())
        expect(objections(document)).toEqual([])
        for (const { layers: list, faults: found } of document.packets) {
          list.forEach(collect)
          for (const { name, fault } of found) {
            faults.add(name)
            expect(FAULT_NAMES[fault]).toBe(name)
          }
        }
      }),
      { numRuns: 400 },
    )
    expect([...verdicts].sort()).toEqual(['absent', 'unverified', 'valid', 'wrong'])
    expect(layers.size).toBeGreaterThan(20)
    expect(faults.size).toBeGreaterThanOrEqual(Object.keys(Fault).length - 6)
  })
})
