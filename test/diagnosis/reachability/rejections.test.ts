/** Requests of guests that ICMP rejects inside the overlay: who rejects what, and what only looks like it. */
import { describe, expect, it } from 'vitest'
import type { Finding } from '../../../src/summary.ts'
import { asFile, unselected } from '../../support/display-filters.ts'
import { HERE, handshake, healthy, icmpError, nextId, outer, record, told } from '../../support/overlay-traffic.ts'
import { ACK, bytes, ipv4, number, type Packet, RST, SYN, tcp, udp } from '../../support/packets.ts'
import { becauseOfTshark, TSHARK } from '../../support/tshark.ts'

const [CLIENT, SERVER] = HERE.ips
const FIREWALL = '192.168.0.254'

const guest = (payload: Uint8Array, protocol: number, from: 0 | 1 = 0, ttl = 64) =>
  ipv4(payload, { from: HERE.ips[from], to: HERE.ips[1 - from]!, protocol, id: nextId(), ttl })
const syn = (port: number, sequence: number, to = 80, ttl = 64) =>
  guest(tcp({ from: port, to, sequence, flags: SYN }), 6, 0, ttl)
const question = (id: number, port: number) =>
  guest(udp(bytes(number(id, 2), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1), port, 53), 17)
const answer = (id: number, port: number) =>
  guest(udp(bytes(number(id, 2), 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1), 53, port), 17, 1)

/** A request and the error about it, 1 ms later. */
const rejected = (request: Uint8Array, ms: number, type: number, code: number, reporter = FIREWALL): Packet[] => [
  record(outer(HERE, 0, request), ms),
  record(outer(HERE, 1, icmpError(reporter, request, type, code)), ms + 1),
]
/** Something healthy at both ends, so that the capture goes on. */
const around = (packets: readonly Packet[]) => [...healthy(HERE), ...packets, ...healthy(HERE, 60_000)]
const about = (packets: readonly Packet[]): Finding[] =>
  told(around(packets)).findings.filter(({ code }) => /REJECTED|UNANSWERED/.test(code))
const names = (packets: readonly Packet[]) => about(packets).map(({ code, severity }) => `${code} ${severity}`)

const REASONS = [
  [0, 'network unreachable', 'no route'],
  [1, 'host unreachable', 'no route'],
  [3, 'port unreachable', 'A rule at'],
  [9, 'network prohibited', 'packet filter'],
  [10, 'host prohibited', 'packet filter'],
  [13, 'communication prohibited', 'packet filter'],
] as const

describe('SYNs that are repeated', () => {
  const repeated = (code: number, type = 3, ttl = 64) =>
    [0, 1, 3, 7].flatMap((second) => rejected(syn(40_000, 100, 80, ttl), 10_000 + second * 1000, type, code))

  it.each(REASONS)('3/%i: TCP_UNANSWERED says who rejects them, and why', (code, reason, why) => {
    const [finding, ...more] = about(repeated(code))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'TCP_UNANSWERED', severity: 'error', subject: { ip: SERVER, port: 80 } })
    expect(finding!.title).toContain(`${FIREWALL} rejects the SYNs (ICMP ${reason})`)
    expect(finding!.observed).toContain(`${FIREWALL} answered 4 SYNs with ICMP “${reason}”`)
    expect(finding!.inferred).toContain(why)
    expect(finding!.inferred).not.toContain('drops')
  })

  it('without errors they are dropped, as before', () => {
    const [finding] = about(repeated(13).filter((_, n) => n % 2 === 0))
    expect(finding!.inferred).toContain('drops them')
  })

  it('a routing loop inside the overlay is told, a TCP traceroute is not', () => {
    expect(about(repeated(0, 11))[0]!.inferred).toContain('routing loop')
    expect(names(repeated(0, 11, 3))).toEqual([])
  })

  it('errors about another server are none about this one', () => {
    const other = ipv4(tcp({ from: 40_000, to: 80, sequence: 100, flags: SYN }), {
      from: CLIENT,
      to: '192.168.0.77',
      protocol: 6,
    })
    const packets = [0, 1, 3, 7].flatMap((second) => [
      record(outer(HERE, 0, syn(40_000, 100)), 10_000 + second * 1000),
      record(outer(HERE, 1, icmpError(FIREWALL, other, 3, 13)), 10_001 + second * 1000),
    ])
    expect(about(packets)[0]!.inferred).toContain('drops them')
  })
})

describe('SYNs of which each fails at once', () => {
  const attempts = (count: number, code: number, apart = 1000) =>
    Array.from({ length: count }, (_, n) => rejected(syn(41_000 + n, 100 + n), 10_000 + n * apart, 3, code)).flat()

  it.each(REASONS)('3/%i: a warning that names the reason', (code, reason) => {
    const [finding, ...more] = about(attempts(3, code))
    expect(more).toEqual([])
    expect(finding).toMatchObject({
      code: 'ICMP_REJECTED',
      severity: 'warning',
      count: 3,
      subject: { vni: HERE.vni, vteps: HERE.vteps, ip: SERVER, port: 80 },
    })
    expect(finding!.title).toBe(`${FIREWALL} rejects 3 SYNs to ${SERVER} in VNI 100 (ICMP ${reason})`)
  })

  it('a note for one, for a burst, and where the server answers afterwards', () => {
    expect(names(attempts(1, 13))).toEqual(['ICMP_REJECTED note'])
    expect(names(attempts(3, 13, 10))).toEqual(['ICMP_REJECTED note'])
    expect(names([...attempts(3, 13), ...handshake(HERE, 20_000)])).toEqual(['ICMP_REJECTED note'])
  })

  it('a warning where the server answered before', () => {
    expect(names([...handshake(HERE, 5000), ...attempts(3, 13)])).toEqual(['ICMP_REJECTED warning'])
  })

  it('one note for a scan of closed ports, of which a filter rejects each', () => {
    const scan = Array.from({ length: 50 }, (_, n) => rejected(syn(50_000, 7, 1000 + n), 10_000 + n * 100, 3, 13))
    expect(names(scan.flat())).toEqual(['ICMP_REJECTED note'])
  })

  it('nothing for what RST refuses', () => {
    const packets = [0, 1, 2].flatMap((n) => [
      record(outer(HERE, 0, syn(40_000 + n, 100)), 10_000 + n * 1000),
      record(
        outer(HERE, 1, guest(tcp({ from: 80, to: 40_000 + n, acknowledgment: 101, flags: RST | ACK }), 6, 1)),
        10_001 + n * 1000,
      ),
    ])
    expect(names(packets)).toEqual([])
  })
})

describe('questions by UDP', () => {
  const asked = (code: number, seconds: readonly number[], sameId = false) =>
    seconds.flatMap((second, n) =>
      rejected(question(sameId ? 7 : 7 + n, sameId ? 50_000 : 50_000 + n), 10_000 + second * 1000, 3, code, SERVER),
    )

  it('port unreachable is an answer: the service is down', () => {
    for (const packets of [asked(3, [0, 1, 2]), asked(3, [0, 1, 2], true)]) {
      const [finding, ...more] = about(packets)
      expect(more).toEqual([])
      expect(finding).toMatchObject({ code: 'ICMP_REJECTED', severity: 'warning', count: 3 })
      expect(finding!.inferred).toContain(`Nothing listens on UDP port 53 of ${SERVER}`)
    }
    expect(names(asked(3, [0]))).toEqual(['ICMP_REJECTED note'])
  })

  it('a filter’s rejection is none: the same question is unanswered, and by whom it is rejected', () => {
    const [finding, ...more] = about(asked(13, [0, 1, 2], true))
    expect(more).toEqual([])
    expect(finding).toMatchObject({ code: 'UDP_UNANSWERED', severity: 'warning' })
    expect(finding!.title).toContain(`${SERVER} rejects them (ICMP communication prohibited)`)
  })

  it('an answer that finds its socket closed, and a traceroute’s probes, reject nothing', () => {
    const late = [0, 1, 2].flatMap((n) => {
      const reply = answer(7 + n, 50_000 + n)
      const ms = 10_000 + n * 1000
      return [
        record(outer(HERE, 0, question(7 + n, 50_000 + n)), ms),
        record(outer(HERE, 1, reply), ms + 1),
        record(outer(HERE, 0, icmpError(CLIENT, reply, 3, 3)), ms + 2),
      ]
    })
    expect(names(late)).toEqual([])
    const probes = [0, 1, 2].flatMap((n) =>
      rejected(guest(udp(new Uint8Array(32), 40_000, 53), 17), 10_000 + n * 1000, 3, 3, SERVER),
    )
    expect(names(probes)).toEqual([])
  })
})

describe.skipIf(TSHARK === undefined)(`display filters${becauseOfTshark()}`, () => {
  it.each([4789, 8472])('select what they name at port %i', async (port) => {
    const packets = [0, 1, 2].flatMap((n) => {
      const request = syn(40_000 + n, 100 + n)
      return [
        record(outer(HERE, 0, request, { port }), n * 1000),
        record(outer(HERE, 1, icmpError(FIREWALL, request, 3, 13), { port }), n * 1000 + 1),
      ]
    })
    const [finding] = told(packets).findings.filter(({ code }) => code === 'ICMP_REJECTED')
    expect(await asFile(packets, (file) => unselected(file, finding!))).toEqual([])
  })
})
