/**
 * The published JSON Schema of the summary: the same shape as the types, true of real output, and strict enough to notice
 * a missing field, a wrong type or an unknown word.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import ts from 'typescript'
import { describe, expect, it } from 'vitest'
import { summarizeFiles } from '../src/node-summarize.ts'
import type { Summary } from '../src/summary.ts'
import { NO_FILTER } from './report/summaries.ts'
import { because, CORPUS, LAB, ROOT } from './support/shared.ts'

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }

const schema: Node = JSON.parse(readFileSync(join(ROOT, 'schema/summary-1.json'), 'utf8'))
const validate = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(schema)

/** What the validator objects to, one line each. */
function objections(document: unknown): string[] {
  validate(document)
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

/** A document as another program reads it. */
const parsed = (summary: Summary): Node => JSON.parse(JSON.stringify(summary))

const SEED = join(ROOT, 'fixtures/pcaps/seed-ovs-h1.pcap')

/** A minimal document with one row of everything, as the contract writes it. */
function example(): Node {
  const time = '2026-11-22T07:16:17.000000000Z'
  return {
    schema: 'vxpcap.summary/1',
    filter: { ...NO_FILTER },
    capture: {
      files: [
        {
          name: 'a.pcap',
          format: 'pcap',
          bytes: 1,
          packets: 1,
          firstPacket: 1,
          linkTypes: ['EN10MB'],
          compression: 'none',
        },
      ],
      packets: 1,
      capturedBytes: 148,
      wireBytes: 148,
      firstTime: time,
      lastTime: time,
      truncatedPackets: 0,
      duplicatePackets: 0,
      droppedByCapture: null,
      receivedByCapture: null,
      complete: true,
    },
    tunnel: {
      vxlanPackets: 1,
      gpePackets: 0,
      genevePackets: 0,
      nvgrePackets: 0,
      carriers: [],
      otherPackets: 0,
      fragments: { firsts: 0, others: 0, reassembled: 0, incomplete: 0 },
      other: [{ protocol: 'ARP', packets: 1 }],
      faults: [{ layer: 'vxlan', fault: 'flag missing', packets: 1, firstPacket: 1 }],
    },
    vnisTotal: 1,
    vtepPairsTotal: 1,
    flowsTotal: 1,
    macsTotal: 1,
    vnis: [
      {
        vni: 0,
        kind: 'vxlan',
        packets: 1,
        innerBytes: 98,
        outerBytes: 148,
        overheadBytes: 50,
        overheadPercent: 33.78,
        vteps: ['10.0.10.133', 'fd00::1'],
        macs: 1,
        flows: 1,
        broadcastPackets: 0,
        multicastPackets: 0,
        replicatedPackets: 0,
        maxInnerIpLength: 84,
      },
    ],
    vtepPairs: [
      {
        a: '10.0.10.133',
        b: '10.0.10.136',
        vnis: [0],
        packetsAToB: 1,
        packetsBToA: 0,
        outerBytesAToB: 148,
        outerBytesBToA: 0,
        destinationPorts: [4789],
        sourcePortsAToB: 1,
        sourcePortsBToA: 0,
        maxOuterIpLength: 134,
      },
    ],
    flows: [
      {
        vni: 0,
        kind: 'vxlan',
        vlans: [10],
        protocol: 'TCP',
        a: '192.168.199.1',
        aPort: 1,
        b: '192.168.199.2',
        bPort: 2,
        initiator: 'a',
        vtepsA: [],
        vtepsB: [],
        packetsAToB: 1,
        packetsBToA: 0,
        innerBytesAToB: 98,
        innerBytesBToA: 0,
        firstTime: time,
        lastTime: null,
        tcp: {
          mssAToB: 1410,
          mssBToA: null,
          retransmittedSegments: 0,
          retransmittedBytes: 0,
          rttMs: 0.25,
          state: 'closed',
        },
        echo: { requests: 1, replies: 1, rttMs: { min: 0.1, avg: 0.2, max: 0.3 } },
      },
    ],
    macs: [
      {
        vni: 0,
        vlans: [],
        mac: '52:54:00:e7:30:fc',
        packets: 1,
        vteps: [{ vtep: '10.0.10.133', packets: 1, firstTime: time, lastTime: time }],
        ips: ['192.168.199.20'],
        ipsTotal: 1,
      },
    ],
    mtu: {
      underlayMtu: 1500,
      underlayMtuFrom: 'option',
      perPair: [
        {
          a: '10.0.10.133',
          b: '10.0.10.136',
          overhead: 50,
          largestOuterIpLength: 134,
          pathMtu: null,
          pathMtuFrom: null,
          recommendedInnerMtu: null,
          recommendedMss: null,
          pathMtuBetween: null,
        },
      ],
      sizes: [
        { upTo: 128, packets: 1 },
        { upTo: null, packets: 0 },
      ],
    },
    timeline: { stepMs: 1, start: time, vnis: [{ vni: null, kind: null, packets: [1], innerBytes: [98] }] },
    findings: [
      {
        code: 'SNAPLEN_TRUNCATED',
        severity: 'note',
        title: 'Cut.',
        subject: { vni: 0, vteps: ['10.0.10.133', '10.0.10.136'], mac: '52:54:00:e7:30:fc', ip: 'fd00::1', port: 4789 },
        count: 1,
        packets: [1],
        observed: '',
        inferred: '',
        remedy: '',
        displayFilter: '',
      },
    ],
    limits: [{ table: 'flows', limit: 1, dropped: 0 }],
  }
}

/** Calls `visit` with every object of a document, its path and a fresh copy's matching object in reach. */
function everyObject(
  node: Json,
  visit: (path: (string | number)[], object: Node) => void,
  path: (string | number)[] = [],
): void {
  if (Array.isArray(node)) for (const [index, item] of node.entries()) everyObject(item, visit, [...path, index])
  else if (node !== null && typeof node === 'object') {
    visit(path, node)
    for (const [key, value] of Object.entries(node)) everyObject(value, visit, [...path, key])
  }
}

/** The object at a path. */
function at(node: Json, path: readonly (string | number)[]): Node {
  return path.reduce<Json>((inner, step) => (inner as { [key: string]: Json })[step] ?? null, node) as Node
}

/** Fields that may be absent: all of a subject, and the two protocol parts of a flow. */
function isOptional(path: readonly (string | number)[], key: string): boolean {
  return path.at(-1) === 'subject' || (path.length === 2 && path[0] === 'flows' && (key === 'tcp' || key === 'echo'))
}

describe('schema/summary-1.json', () => {
  it('accepts a document with one row of everything', () => {
    expect(objections(example())).toEqual([])
  })

  it('misses every required field that is taken away', () => {
    let tried = 0
    everyObject(example(), (path, object) => {
      for (const key of Object.keys(object)) {
        const broken = structuredClone(example())
        delete at(broken, path)[key]
        tried++
        expect(objections(broken).length > 0, `${path.join('.')} without ${key}`).toBe(!isOptional(path, key))
      }
    })
    expect(tried).toBeGreaterThan(150)
  })

  it('refuses a wrong type in every field', () => {
    everyObject(example(), (path, object) => {
      for (const key of Object.keys(object)) {
        const broken = structuredClone(example())
        const wrong = typeof at(broken, path)[key] === 'boolean' ? 'yes' : true
        at(broken, path)[key] = wrong
        expect(objections(broken), `${path.join('.')}.${key} = ${wrong}`).not.toEqual([])
      }
    })
  })

  const wrong: [path: (string | number)[], key: string, value: Json][] = [
    [[], 'schema', 'vxpcap.summary/2'],
    [['capture'], 'packets', -1],
    [['capture'], 'packets', 1.5],
    [['capture'], 'firstTime', '2026-11-22T07:16:17Z'],
    [['capture', 'files', 0], 'format', 'snoop'],
    [['capture', 'files', 0], 'firstPacket', 0],
    [['vnis', 0], 'vni', 0x1000000],
    [['vnis', 0], 'kind', 'gre'],
    [['vnis', 0], 'vteps', ['nowhere']],
    [['vtepPairs', 0], 'destinationPorts', [65536]],
    [['flows', 0], 'protocol', 'tcp'],
    [['flows', 0], 'initiator', 'c'],
    [['flows', 0], 'vlans', [4096]],
    [['flows', 0, 'tcp'], 'state', 'open'],
    [['macs', 0], 'mac', '52-54-00-E7-30-FC'],
    [['mtu', 'sizes', 0], 'upTo', 1492],
    [['mtu'], 'underlayMtuFrom', 'guess'],
    [['findings', 0], 'severity', 'fatal'],
    [['findings', 0], 'code', 'Snaplen truncated'],
    [['findings', 0], 'packets', [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]],
  ]
  it.each(wrong)('refuses at %j: %s = %j', (path, key, value) => {
    const broken = example()
    expect(at(broken, path)[key]).toBeDefined()
    at(broken, path)[key] = value
    expect(objections(broken)).not.toEqual([])
  })

  it('allows fields to be added anywhere', () => {
    everyObject(example(), (path) => {
      const later = structuredClone(example())
      at(later, path).addedLater = { any: ['thing'] }
      expect(objections(later)).toEqual([])
    })
  })
})

describe('the schema and src/summary.ts', () => {
  const file = ts.createSourceFile(
    'summary.ts',
    readFileSync(join(ROOT, 'src/summary.ts'), 'utf8'),
    ts.ScriptTarget.ESNext,
    true,
  )
  const definitions = schema.$defs as { [name: string]: Node }

  /** A shape as a part of a union. */
  const word = (shape: Json): string => (typeof shape === 'string' ? shape : JSON.stringify(shape))

  /** The shape of a declared type: fields with `?` where optional, literals, `null`, arrays, names. */
  function shapeOfType(node: ts.TypeNode): Json {
    if (ts.isArrayTypeNode(node)) return [shapeOfType(node.elementType)]
    if (ts.isTypeLiteralNode(node)) return shapeOfMembers(node.members)
    if (ts.isUnionTypeNode(node))
      return node.types
        .map((part) => word(shapeOfType(part)))
        .sort()
        .join(' | ')
    if (ts.isLiteralTypeNode(node)) return node.literal.getText().replaceAll("'", '"')
    return node.getText()
  }
  function shapeOfMembers(members: ts.NodeArray<ts.TypeElement>): Node {
    const shape: Node = {}
    for (const member of members) {
      if (!ts.isPropertySignature(member) || member.type === undefined) throw new TypeError(member.getText())
      shape[`${member.name.getText()}${member.questionToken === undefined ? '' : '?'}`] = shapeOfType(member.type)
    }
    return shape
  }

  /** The same shape, read from the schema. */
  function shapeOfSchema(node: Node): Json {
    if (typeof node.$ref === 'string') {
      const name = node.$ref.replace('#/$defs/', '')
      return /^[A-Z]/.test(name) ? name : shapeOfSchema(definitions[name]!)
    }
    if (node.const !== undefined) return JSON.stringify(node.const)
    if (Array.isArray(node.enum)) {
      const numbers = node.enum.some((value) => typeof value === 'number')
      return [...new Set(node.enum.map((value) => (numbers && value !== null ? 'number' : JSON.stringify(value))))]
        .sort()
        .join(' | ')
    }
    if (Array.isArray(node.anyOf)) {
      const parts = node.anyOf.map((part) => word(shapeOfSchema(part as Node)))
      return [...new Set(parts)].sort().join(' | ')
    }
    if (Array.isArray(node.type)) {
      return node.type
        .map((type) => word(shapeOfSchema({ ...node, type })))
        .sort()
        .join(' | ')
    }
    if (node.type === 'array' && typeof node.minItems === 'number' && node.minItems === node.maxItems) {
      return `[${Array.from({ length: node.minItems }, () => word(shapeOfSchema(node.items as Node))).join(', ')}]`
    }
    if (node.type === 'array') return [shapeOfSchema(node.items as Node)]
    if (node.type === 'object') {
      // What other people's analyzers found: anything.
      if (node.properties === undefined) return 'Record<string, unknown>'
      const required = node.required as string[]
      const properties = node.properties as { [key: string]: Node }
      return Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [
          `${key}${required.includes(key) ? '' : '?'}`,
          shapeOfSchema(value),
        ]),
      )
    }
    return node.type === 'integer' ? 'number' : String(node.type)
  }

  const declared = new Map<string, Json>()
  for (const statement of file.statements) {
    if (ts.isInterfaceDeclaration(statement)) declared.set(statement.name.text, shapeOfMembers(statement.members))
    if (ts.isTypeAliasDeclaration(statement)) declared.set(statement.name.text, shapeOfType(statement.type))
  }

  // The one place where the schema says more: the contract lists the states, the type is a plain string.
  const states = '"closed" | "closing" | "established" | "midstream" | "reset" | "syn-sent"'
  const tcp = declared.get('TcpSummary') as Node
  if (tcp.state === 'string') tcp.state = states

  it('name the same types', () => {
    const published = Object.keys(definitions).filter((name) => /^[A-Z]/.test(name))
    expect([...published, 'Summary'].sort()).toEqual([...declared.keys()].sort())
  })

  it.each([...declared.keys()])('agree about %s', (name) => {
    expect(shapeOfSchema(name === 'Summary' ? schema : definitions[name]!)).toEqual(declared.get(name))
  })
})

describe('real output', () => {
  it('of the reference lab fits the schema', async () => {
    expect(objections(parsed(await summarizeFiles([SEED])))).toEqual([])
  })

  it('with filters, limits and options fits the schema', async () => {
    const summary = await summarizeFiles([SEED, SEED], {
      vnis: [0],
      vteps: ['10.0.10.133'],
      rows: 1,
      underlayMtu: 1500,
    })
    expect(objections(parsed(summary))).toEqual([])
    expect(summary.capture.files).toHaveLength(2)
    expect(summary.flows).toHaveLength(1)
  })

  it('survives JSON unchanged: no undefined, no NaN, no infinity', async () => {
    const summary = await summarizeFiles([SEED])
    expect(parsed(summary)).toStrictEqual(summary)
  })

  describe.skipIf(LAB === undefined || CORPUS === undefined)(`of shared captures${because(LAB)}`, () => {
    it.each([
      ['lab', 'kv-mixed-sw.pcapng'],
      ['lab', 'kv-v6-h1.pcap'],
      ['lab', 'kv-gpe-h1.pcap'],
      ['lab', 'kv-snap-64-h1.pcap'],
      ['lab', 'ovs-geneve-h1.pcap'],
      ['lab', 'ovs-qinq-h1.pcap'],
      ['lab', 'mtu-frag-h1.pcap'],
      ['lab', 'fault-malformed-h1.pcap'],
      ['lab', 'fault-ttl1-h2.pcap'],
      ['corpus', 'vxlan/arkime-arkime_synthetic.pcap'],
      ['corpus', 'vxlan/zeek-vxlan-triple-v2.pcap'],
    ])('%s/%s fits the schema', async (where, name) => {
      const summary = await summarizeFiles([join((where === 'lab' ? LAB : CORPUS) ?? '', name)])
      expect(objections(parsed(summary))).toEqual([])
    })
  })
})
