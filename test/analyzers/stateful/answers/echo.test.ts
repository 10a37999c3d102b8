/** Echo columns: requests answered, round trips, copies counted once. */
import { describe, expect, it } from 'vitest'
import { echo, ethernet, ipv4, type Packet, summaryOf, vxlan } from '../../../support/packets.ts'

let identification = 1

function ping(
  ms: number | null,
  kind: 'request' | 'reply',
  sequence: number,
  options: { id?: number; vni?: number } = {},
): Packet {
  const { id = 7, vni = 100 } = options
  const forth = kind === 'request'
  const [from, to] = forth ? ['192.168.0.1', '192.168.0.2'] : ['192.168.0.2', '192.168.0.1']
  const inner = ethernet(ipv4(echo(kind, id, sequence), { from, to, protocol: 1, id: identification++ }))
  return {
    ms,
    bytes: vxlan(inner, { vni, id: identification++, ...(forth ? {} : { from: '10.0.0.2', to: '10.0.0.1' }) }),
  }
}

const echoOf = (packets: Packet[]) => summaryOf(packets).flows.map((flow) => flow.echo)

describe('echo', () => {
  it('counts requests answered, and their round trips', () => {
    const packets = [
      ping(0, 'request', 1),
      ping(2, 'reply', 1),
      ping(10, 'request', 2),
      ping(14, 'reply', 2),
      ping(20, 'request', 3),
    ]
    expect(echoOf(packets)).toEqual([{ requests: 3, replies: 2, rttMs: { min: 2, avg: 3, max: 4 } }])
  })

  it('pairs by identifier and sequence number', () => {
    const packets = [ping(0, 'request', 1), ping(1, 'reply', 2), ping(2, 'reply', 1, { id: 8 })]
    expect(echoOf(packets)).toEqual([{ requests: 1, replies: 0, rttMs: null }])
  })

  it('pairs by direction: a request is no answer to a request', () => {
    const back = ping(1, 'request', 1)
    const swapped = ethernet(
      ipv4(echo('request', 7, 1), { from: '192.168.0.2', to: '192.168.0.1', protocol: 1, id: 900 }),
    )
    const packets = [
      ping(0, 'request', 1),
      { ...back, bytes: vxlan(swapped, { id: 901, from: '10.0.0.2', to: '10.0.0.1' }) },
    ]
    expect(echoOf(packets)).toEqual([{ requests: 2, replies: 0, rttMs: null }])
  })

  it('never pairs across tenants', () => {
    const packets = [ping(0, 'request', 1), ping(1, 'reply', 1, { vni: 200 })]
    expect(
      summaryOf(packets).flows.map((flow) => [flow.vni, flow.echo?.requests ?? 0, flow.echo?.replies ?? 0]),
    ).toEqual([
      [100, 1, 0],
      [200, 0, 0],
    ])
  })

  it('counts a second answer once', () => {
    expect(echoOf([ping(0, 'request', 1), ping(1, 'reply', 1), ping(2, 'reply', 1)])[0]?.replies).toBe(1)
  })

  it('takes a request that is recorded up to 10 ms after its reply for answered, without a round trip', () => {
    const turned = (ms: number) => echoOf([ping(0, 'reply', 1), ping(ms, 'request', 1)])[0]
    expect(turned(10)).toEqual({ requests: 1, replies: 1, rttMs: null })
    expect(turned(11)).toEqual({ requests: 1, replies: 0, rttMs: null })
  })

  it('counts copies of a frame once', () => {
    const [request, reply] = [ping(0, 'request', 1), ping(3, 'reply', 1)]
    const packets = [request, { ...request, ms: 0.1, interfaceId: 1 }, reply, { ...reply, ms: 3.1, interfaceId: 1 }]
    const { flows, capture } = summaryOf(packets)
    expect(flows[0]?.echo).toEqual({ requests: 1, replies: 1, rttMs: { min: 3, avg: 3, max: 3 } })
    expect([flows[0]?.packetsAToB, flows[0]?.packetsBToA, capture.duplicatePackets]).toEqual([2, 2, 2])
  })

  it('has no round trip where a time is missing or runs backwards', () => {
    expect(echoOf([ping(null, 'request', 1), ping(1, 'reply', 1)])[0]).toEqual({ requests: 1, replies: 1, rttMs: null })
    expect(echoOf([ping(5, 'request', 1), ping(1, 'reply', 1)])[0]).toEqual({ requests: 1, replies: 1, rttMs: null })
  })

  it('asks the latest of two requests with the same number', () => {
    const packets = [ping(0, 'request', 1), ping(50_000, 'request', 1), ping(50_001, 'reply', 1)]
    expect(echoOf(packets)).toEqual([{ requests: 2, replies: 1, rttMs: { min: 1, avg: 1, max: 1 } }])
  })
})
