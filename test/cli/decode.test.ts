import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import { block, END, epb, idb, join as joined, option, pcapHeader, pcapRecord, shb } from '../capture/files.ts'
import { bytesOf } from '../support/hex.ts'
import { ROOT } from '../support/shared.ts'
import { fakeHost } from './fake-host.ts'

const GBP = readFileSync(join(ROOT, 'fixtures/pcaps/kv-gbp-h1.pcap'))
const ARP = bytesOf('ffffffffffff 020000000001 0806 0001 0800 06 04 0001 020000000001 0a000001 000000000000 0a000002')
const TWO = joined(pcapHeader(), pcapRecord(1, 5, ARP), pcapRecord(2, 6, ARP.slice(0, 20), { lengths: [20, 42] }))

async function decode(captures: Record<string, Uint8Array>, ...argv: string[]) {
  const host = fakeHost({ captures })
  const status = await run(['decode', ...argv], host)
  return { status, out: host.out(), err: host.err() }
}

describe('vxpcap decode', () => {
  it('prints each packet as a tree, a line for each field', async () => {
    const { status, out, err } = await decode({ 'a.pcap': TWO }, 'a.pcap')
    expect([status, err]).toEqual([0, ''])
    expect(out).toBe(`Packet 1  1970-01-01T00:00:01.000005000Z  EN10MB  42 bytes
  ethernet [0–13] 02:00:00:00:00:01 to ff:ff:ff:ff:ff:ff
         0  destination              ff:ff:ff:ff:ff:ff
         6  source                   02:00:00:00:00:01
        12  EtherType                0x0806 (ARP)
  arp [14–41] request: who has 10.0.0.2? tell 10.0.0.1
        14  hardware type            1 (ethernet)
        16  protocol type            0x0800 (IPv4)
        18  hardware length          6 bytes
        19  protocol length          4 bytes
        20  operation                1 (request)
        22  sender hardware          02:00:00:00:00:01
        28  sender protocol          10.0.0.1
        32  target hardware          00:00:00:00:00:00
        38  target protocol          10.0.0.2

Packet 2  1970-01-01T00:00:02.000006000Z  EN10MB  42 bytes, 20 captured
  ethernet [0–13] 02:00:00:00:00:01 to ff:ff:ff:ff:ff:ff
         0  destination              ff:ff:ff:ff:ff:ff
         6  source                   02:00:00:00:00:01
        12  EtherType                0x0806 (ARP)
  undecoded [14–41] 28 bytes, 6 captured
  ! NotCaptured: outer.arp at byte 14 needs 28 bytes, of which 6 were captured: the snap length cut the packet
`)
  })

  it.each([
    [{ LC_ALL: 'C' }, []],
    [{}, ['--ascii']],
  ])('prints ASCII alone where it is asked for: %j %j', async (env, more) => {
    const host = fakeHost({ env, captures: { 'a.pcap': TWO } })
    expect(await run(['decode', 'a.pcap', ...more], host)).toBe(0)
    expect(host.out()).not.toMatch(/\P{ASCII}/u)
    expect(host.out()).toContain('  arp [14-41] request')
  })

  it('says nothing of what a directory holds with --quiet', async () => {
    const expansion = { given: 'x/', captures: ['x/a.pcap'], passedOver: [] }
    for (const [more, said] of [
      [[], 'vxpcap: x/: 1 capture: a.pcap\n'],
      [['--quiet'], ''],
    ] as const) {
      const host = fakeHost({ captures: { 'x/a.pcap': TWO } })
      host.expand = async () => ({ paths: ['x/a.pcap'], expansions: [expansion], unreadable: [] })
      expect(await run(['decode', 'x/', ...more], host)).toBe(0)
      expect(host.err()).toBe(said)
    }
  })

  it('prints the bytes with --hex', async () => {
    const { out } = await decode({ 'a.pcap': TWO }, 'a.pcap', '--hex', '--packet', '2')
    expect(out.split('\n').slice(-4)).toEqual([
      '  ! NotCaptured: outer.arp at byte 14 needs 28 bytes, of which 6 were captured: the snap length cut the packet',
      '  0000  ff ff ff ff ff ff 02 00  00 00 00 01 08 06 00 01  ................',
      '  0010  08 00 06 04                                       ....',
      '',
    ])
  })

  it('prints one JSON document with --json', async () => {
    const { out, status } = await decode({ 'a.pcap': TWO }, 'a.pcap', '--json', '--hex')
    expect(status).toBe(0)
    const document = JSON.parse(out)
    expect(document.schema).toBe('vxpcap.decode/1')
    expect(document.packets).toHaveLength(2)
    expect(document.packets[0]).toMatchObject({
      number: 1,
      time: '1970-01-01T00:00:01.000005000Z',
      linkType: 'EN10MB',
      bytes: Buffer.from(ARP).toString('hex'),
      layers: [{ name: 'ethernet' }, { name: 'arp', fields: expect.any(Array) }],
      faults: [],
    })
    expect(document.packets[1].faults).toEqual([
      {
        layer: 'outer.arp',
        fault: 2,
        name: 'NotCaptured',
        offset: 14,
        needed: 28,
        available: 6,
        limitedBy: 'snap length',
        sentence: expect.stringContaining('28 bytes'),
      },
    ])
    expect(JSON.parse((await decode({ 'a.pcap': pcapHeader() }, 'a.pcap', '--json')).out)).toEqual({
      schema: 'vxpcap.decode/1',
      packets: [],
    })
  })

  it('keeps the packets that --packet names, in the order of the capture', async () => {
    const numbers = async (...argv: string[]): Promise<number[]> => {
      const { out, status } = await decode({ 'a.pcap': GBP }, 'a.pcap', '--json', ...argv)
      expect(status).toBe(0)
      return JSON.parse(out).packets.map((packet: { number: number }) => packet.number)
    }
    expect(await numbers('--packet', '5')).toEqual([5])
    expect(await numbers('--packet', '7', '--packet', '2-3')).toEqual([2, 3, 7])
    expect(await numbers('--packet', '9-')).toEqual([9, 10])
    expect(await numbers('--packet', '9-99')).toEqual([9, 10])
    expect(await numbers()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })

  it('reads no further than the last packet asked for', async () => {
    const damaged = joined(TWO, new Uint8Array(40).fill(0xff))
    expect(await decode({ 'a.pcap': damaged }, 'a.pcap', '--packet', '1')).toMatchObject({ status: 0, err: '' })
    const whole = await decode({ 'a.pcap': damaged }, 'a.pcap')
    expect(whole.status).toBe(2)
    expect(whole.out).toContain('Packet 2')
    expect(whole.err).toMatch(/^vxpcap: a\.pcap: .+\n$/)
  })

  it('numbers packets on over several captures, and names the file', async () => {
    const { out, status } = await decode({ 'a.pcap': TWO, 'b.pcap': TWO }, 'a.pcap', 'b.pcap', '--packet', '3')
    expect([status, out.split('\n')[0]]).toEqual([
      0,
      'Packet 3  b.pcap  1970-01-01T00:00:01.000005000Z  EN10MB  42 bytes',
    ])
  })

  it('shows interface and comments of pcapng, harmless on a terminal', async () => {
    const file = joined(
      shb(),
      idb({ opts: joined(option(2, 'vtep0'), END) }),
      epb(ARP, { time: 0n, opts: joined(option(1, 'who\u001b[2Jis it'), END) }),
      block(0xbad, new Uint8Array(4)),
    )
    const { out } = await decode({ 'a.pcapng': file }, 'a.pcapng')
    expect(out.split('\n').slice(0, 2)).toEqual([
      'Packet 1  1970-01-01T00:00:00.000000000Z  vtep0  EN10MB  42 bytes',
      '  comment: who\\x1b[2Jis it',
    ])
  })

  it('follows tunnels on further ports', async () => {
    const datagram = bytesOf(
      `020000000002 020000000001 0800 45000032 00000000 40110000 0a000001 0a000002 c0001f40 001e 0000
       08000000 000007 00 020000000002 020000000001 88b5`,
    )
    const captures = { 'a.pcap': joined(pcapHeader(), pcapRecord(1, 0, datagram)) }
    expect((await decode(captures, 'a.pcap')).out).not.toContain('vxlan')
    expect((await decode(captures, 'a.pcap', '--port', '8000')).out).toContain('vxlan [42–49] VNI 7')
  })

  it.each([
    [['b.pcap'], 'vxpcap: b.pcap: does not exist; check the path\n', ''],
    [['empty'], 'vxpcap: empty: is empty (0 bytes); capture again, or name another file\n', ''],
    [['a.pcap', '--packet', '3'], 'vxpcap: no packet 3: the last one is 2; see vxpcap decode --help\n', ''],
    [['a.pcap', '--packet', '0'], "vxpcap: --packet '0': expected a number from 1, or a range such as 3-9 or 3-\n", ''],
    [
      ['a.pcap', '--packet', '5-3'],
      "vxpcap: --packet '5-3': expected a number from 1, or a range such as 3-9 or 3-\n",
      '',
    ],
    [['a.pcap', '--packet', 'x'], "vxpcap: --packet 'x': expected a number from 1, or a range such as 3-9 or 3-\n", ''],
    [['-', '-'], "vxpcap: '-' is given more than once; standard input can be read only once\n", ''],
  ])('answers %j with one line and status 2', async (argv, err, out) => {
    expect(await decode({ 'a.pcap': TWO, empty: new Uint8Array(0) }, ...argv)).toEqual({ status: 2, err, out })
  })

  it('reads the other captures when one is unreadable', async () => {
    const { status, out, err } = await decode({ 'a.pcap': TWO }, 'b.pcap', 'a.pcap')
    expect([status, err]).toEqual([2, 'vxpcap: b.pcap: does not exist; check the path\n'])
    expect(out).toContain('Packet 2  a.pcap')
  })

  it('says that a capture ends inside a record, which is no error', async () => {
    const { status, err } = await decode({ 'a.pcap': TWO.slice(0, -3) }, 'a.pcap')
    expect([status, err]).toEqual([0, 'vxpcap: a.pcap: the file ends 33 bytes into a record (offset 82)\n'])
  })

  it('refuses to read from a terminal', async () => {
    const host = fakeHost({ stdinIsTerminal: true })
    expect(await run(['decode', '-'], host)).toBe(2)
    expect(host.err()).toContain('tcpdump -U -w - | vxpcap decode -')
  })

  it('ends quietly when nobody reads any more', async () => {
    const host = fakeHost({
      captures: { 'a.pcap': TWO },
      failWith: Object.assign(new Error('pipe'), { code: 'EPIPE' }),
    })
    expect(await run(['decode', 'a.pcap'], host)).toBe(0)
    expect(host.err()).toBe('')
  })
})
