/**
 * The examples, and the tasks that people come with: programs against the packed package, compiled (nodenext) and bundled, run on
 * captures; a capture whose downloads hang; a tenant's flows for a spreadsheet.
 */
import { execFile } from 'node:child_process'
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { DuckDBInstance } from '@duckdb/node-api'
import { build } from 'tsup'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node.ts'
import { join as concat, pcapRecord } from '../capture/files.ts'
import { BIN } from '../support/dist.ts'
import { fixture } from '../support/goldens.ts'
import { installed } from '../support/installed.ts'
import { outer, type Place, record, segment } from '../support/overlay-traffic.ts'
import { ACK, EPOCH, ipv4, type Packet, SYN, udp } from '../support/packets.ts'
import { ROOT } from '../support/shared.ts'
import { pcapOf } from '../transform/files.ts'

const run = promisify(execFile)
const EXAMPLES = readdirSync(join(ROOT, 'examples')).filter((name) => name.endsWith('.ts'))

let folder = ''

beforeAll(async () => {
  ;({ folder } = await installed())
  for (const name of EXAMPLES) copyFileSync(join(ROOT, 'examples', name), join(folder, name))
}, 300_000)

afterAll(() => {
  if (folder !== '') rmSync(folder, { recursive: true, force: true })
})

/** What the compiler objects to; with `outDir` it writes programs there. */
async function compiled(module: string, moduleResolution: string, outDir?: string): Promise<string> {
  const options = {
    ...{ module, moduleResolution, target: 'es2022', strict: true, types: ['node'] },
    ...{ exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, skipLibCheck: true },
    typeRoots: [join(ROOT, 'node_modules/@types')],
    ...(outDir === undefined ? { noEmit: true } : { outDir }),
  }
  const project = join(folder, `tsconfig.${moduleResolution}.json`)
  writeFileSync(project, JSON.stringify({ compilerOptions: options, files: EXAMPLES }))
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { stdout } = await run(process.execPath, [tsc, '-p', project], { cwd: folder }).catch((error) => error)
  return stdout
}

/** Both ways in which people make programs of them. */
const WAYS: [string, () => Promise<void>][] = [
  [
    'nodenext',
    async () => {
      expect(await compiled('nodenext', 'nodenext', join(folder, 'nodenext'))).toBe('')
    },
  ],
  [
    'bundler',
    async () => {
      expect(await compiled('esnext', 'bundler')).toBe('')
      await build({
        config: false,
        silent: true,
        entry: EXAMPLES.map((name) => join(folder, name)),
        outDir: join(folder, 'bundler'),
        format: 'esm',
        platform: 'node',
        target: 'node20',
        noExternal: [/^vxpcap/],
        outExtension: () => ({ js: '.js' }),
        // CommonJS packages inside a bundle ask for Node's modules.
        banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
      })
    },
  ],
]

const at = (number: number): number => number * 1000

/** A guest's DNS message: a header (RFC 1035 §4.1.1) with one question. */
function dns(place: Place, from: 0 | 1, id: number, isAnswer: boolean): Uint8Array {
  const header = [id >> 8, id & 0xff, isAnswer ? 0x81 : 0x01, 0x80, 0, 1, 0, 0, 0, 0, 0, 0]
  const question = [1, 0x61, 0, 0, 1, 0, 1]
  const [source, destination] = from === 0 ? [40_000, 53] : [53, 40_000]
  const ends = { from: place.ips[from], to: place.ips[1 - from]! }
  return ipv4(udp(Uint8Array.from([...header, ...question]), source, destination), { ...ends, id })
}

/** A place in the network of a tenant. */
const tenant = (vni: number): Place => ({
  vni,
  vteps: ['10.0.0.11', '10.0.0.12'],
  macs: ['02:00:00:00:01:01', '02:00:00:00:01:02'],
  ips: ['10.244.1.5', '10.244.2.9'],
  sourcePort: 50_000 + (vni % 1000),
})

describe.each(WAYS)('the examples, %s', (way, make) => {
  beforeAll(make, 300_000)

  const example = async (name: string, ...args: string[]): Promise<string> => {
    const { stdout } = await run(process.execPath, [join(folder, way, `${name}.js`), ...args], { cwd: folder })
    return stdout
  }

  it('are of a page each', () => {
    expect(EXAMPLES.length).toBeGreaterThanOrEqual(5)
    for (const name of EXAMPLES) {
      expect(readFileSync(join(ROOT, 'examples', name), 'utf8').split('\n').length, name).toBeLessThan(50)
    }
  })

  it('dns-per-vni counts questions and answers by VNI', async () => {
    const exchange = (vni: number, id: number): Packet[] => [
      record(outer(tenant(vni), 0, dns(tenant(vni), 0, id, false)), at(id)),
      record(outer(tenant(vni), 1, dns(tenant(vni), 1, id, true)), at(id) + 5),
    ]
    const packets = [...exchange(10, 1), ...exchange(20, 2), ...exchange(20, 3), ...exchange(20, 4).slice(0, 1)]
    const capture = join(folder, 'dns.pcap')
    writeFileSync(capture, pcapOf(packets))
    expect(await example('dns-per-vni', capture)).toBe(
      'VNI 10: 2 packets, 1 DNS questions, 1 answers\nVNI 20: 5 packets, 3 DNS questions, 2 answers\n',
    )
  })

  it('own-finding says it among the others', async () => {
    const packet = outer(tenant(7), 0, segment(tenant(7), 0, { from: 40_001, to: 23, flags: SYN, sequence: 1 }))
    const capture = join(folder, 'telnet.pcap')
    writeFileSync(capture, pcapOf([record(packet, 0)]))
    const text = await example('own-finding', capture)
    expect(text).toContain('VNI 7 uses telnet')
    expect(text).toContain('TELNET_IN_USE, VNI 7: once')
    expect(text).toContain('frame.number in {1}')
  })

  it('tenant-flows prints the CSV of the command', async () => {
    const path = fixture('kv-mixed-h1.pcap')
    const { vnis } = await summarizeFiles([path])
    const vni = String(vnis[0]!.vni)
    const args = ['flows', '--vni', vni, '--csv', '--sort', 'bytes', path]
    const { stdout } = await run(process.execPath, [BIN, ...args])
    expect(stdout.split('\r\n').length).toBeGreaterThan(2)
    expect(await example('tenant-flows', vni, path)).toBe(stdout)
  })

  it('encapsulate writes a capture that is read back', async () => {
    const capture = join(folder, `${way}.pcap`)
    expect(await example('encapsulate', capture)).toBe('1000 packets, 50 bytes of encapsulation each\n')
    const { vnis, findings } = await summarizeFiles([capture])
    expect(vnis).toMatchObject([{ vni: 5001, packets: 1000, innerBytes: 1_042_000, outerBytes: 1_092_000 }])
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
  })

  it('stream-with-progress tells how far it is in 100 MB, and stops', async () => {
    const capture = join(folder, 'large.pcap')
    const packet = record(outer(tenant(5), 0, segment(tenant(5), 0, { flags: ACK, sequence: 1, payload: 1300 })), 0)
    const one = pcapRecord(EPOCH, 0, packet.bytes)
    const packets = Math.ceil(100e6 / one.length)
    writeFileSync(capture, concat(pcapOf([]), ...Array.from({ length: packets }, () => one)))
    const whole = await example('stream-with-progress', capture)
    expect(whole.match(/^\d+ %/gm)?.map(Number.parseFloat)).toHaveLength(11)
    expect(whole).toContain(
      `{ packets: ${packets}, tunnel: ${packets}, innerBytes: ${packets * (packet.bytes.length - 50)} }`,
    )
    const part = await example('stream-with-progress', capture, '50')
    expect(part).toContain('stopped')
    const read = Number(/packets: (\d+), tunnel/.exec(part)?.[1])
    expect(read).toBeGreaterThan(packets * 0.5)
    expect(read).toBeLessThan(packets * 0.6)
  })
})

describe('what people come with', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'vxpcap-tasks-'))
  afterAll(() => rmSync(scratch, { recursive: true, force: true }))

  /** What the command prints on a screen of 80 columns and 24 rows, from its first line. */
  async function firstScreen(...args: string[]): Promise<string> {
    const { stdout } = await run(process.execPath, [BIN, ...args], { env: { ...process.env, COLUMNS: '80' } })
    return stdout.split('\n').slice(0, 24).join('\n')
  }

  /** A download from a pod on another node, over flannel's port: small segments pass, full ones are sent again and again. */
  function hangingDownload(client: number, ms: number): Packet[] {
    const place: Place = {
      ...tenant(1),
      vteps: ['192.168.50.11', '192.168.50.12'],
      ips: [`10.244.1.${client}`, '10.244.2.9'],
    }
    const port = 40_000 + client
    const say = (from: 0 | 1, after: number, options: Parameters<typeof segment>[2]): Packet => {
      const ports = from === 0 ? { from: port, to: 80 } : { from: 80, to: port }
      return record(outer(place, from, segment(place, from, { ...ports, ...options }), { port: 8472 }), ms + after)
    }
    const full = { flags: ACK, sequence: 501, acknowledgment: 201, payload: 1410 }
    return [
      say(0, 0, { flags: SYN, sequence: 100, mss: 1410 }),
      say(1, 1, { flags: SYN | ACK, sequence: 500, acknowledgment: 101, mss: 1410 }),
      say(0, 2, { flags: ACK, sequence: 101, acknowledgment: 501 }),
      say(0, 3, { flags: ACK, sequence: 101, acknowledgment: 501, payload: 100 }),
      say(1, 4, { flags: ACK, sequence: 501, acknowledgment: 201 }),
      ...[5, 210, 620, 1440, 3080].map((after) => say(1, after, full)),
    ]
  }

  it('flannel on port 8472 whose large downloads hang: the first screen has the answer', async () => {
    const capture = join(scratch, 'flannel.pcap')
    const packets = [3, 4, 5].flatMap((client) => hangingDownload(client, client * 10_000))
    writeFileSync(capture, pcapOf(packets))
    const screen = await firstScreen(capture)
    // On a screen the lines break where they must.
    const text = screen.replaceAll(/\s+/g, ' ')
    expect(text).toContain(
      'Error: Path MTU black hole from 192.168.50.12 to 192.168.50.11: packets of 1,500 bytes and more',
    )
    expect(text).toContain('Connections open and then hang on the first large segments.')
    expect(text).toMatch(/remedy Measure the path MTU .* and set the inner MTU to the result less the overhead/)
  })

  it('one tenant’s flows of an EVPN capture: CSV that a spreadsheet opens, with the figures of the document', async () => {
    const vni = 10_010
    const talk = (tenantVni: number, client: number): Packet[] => {
      const place = { ...tenant(tenantVni), ips: [`10.1.0.${client}`, '10.1.0.200'] as [string, string] }
      const parts: [0 | 1, Parameters<typeof segment>[2]][] = [
        [0, { flags: SYN, sequence: 1 }],
        [1, { flags: SYN | ACK, sequence: 1, acknowledgment: 2 }],
        [0, { flags: ACK, sequence: 2, acknowledgment: 2 }],
        [0, { flags: ACK, sequence: 2, acknowledgment: 2, payload: 10 * client }],
      ]
      return parts.map(([from, options], n) =>
        record(outer(place, from, segment(place, from, options)), client * 100 + n),
      )
    }
    const capture = join(scratch, 'evpn.pcap')
    const clients = [1, 2, 3, 4]
    writeFileSync(
      capture,
      pcapOf([...clients.flatMap((client) => talk(vni, client)), ...talk(10_020, 5), ...talk(50_001, 6)]),
    )
    const csv = join(scratch, 'flows.csv')
    await run(process.execPath, [BIN, 'flows', '--vni', String(vni), '-o', csv, capture])
    const instance = await DuckDBInstance.create()
    const connection = await instance.connect()
    const query = `SELECT vni, protocol, a, "packetsAToB" + "packetsBToA" AS packets, "innerBytesAToB", "tcp.rttMs"
      FROM read_csv('${csv}') ORDER BY a`
    const rows = (await connection.runAndReadAll(query)).getRowObjectsJson()
    const { flows } = await summarizeFiles([capture], { vnis: [vni] })
    expect(flows).toHaveLength(clients.length)
    const expected = flows
      .toSorted((left, right) => (left.a < right.a ? -1 : 1))
      .map((flow) => ({
        vni: String(flow.vni),
        protocol: 'TCP',
        a: flow.a,
        packets: '4',
        innerBytesAToB: String(flow.innerBytesAToB),
        'tcp.rttMs': flow.tcp!.rttMs,
      }))
    expect(rows.map((row) => ({ ...row, 'tcp.rttMs': Number(row['tcp.rttMs']) }))).toEqual(expected)
  })
})
