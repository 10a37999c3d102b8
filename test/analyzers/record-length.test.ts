/** Original lengths that cannot be: captured bytes and the outermost IP length tell, and both ways through the analysis say the same. */
import { describe, expect, it } from 'vitest'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import * as made from '../support/packets.ts'
import { printed, readOn, readOnTheLongWay } from '../support/parts.ts'

const FRAME = made.vxlan(made.ethernet(made.ipv4(made.tcp({ payload: 900 }), { protocol: 6 })))
const WHOLE = FRAME.length

function read(packets: readonly made.Packet[]) {
  const analysis = new Analysis()
  readOn(analysis, made.records(packets))
  const other = new Analysis()
  readOnTheLongWay(other, made.records(packets))
  expect(printed(analysis)).toBe(printed(other))
  const summary = finish(analysis, { rows: 10 })
  const findings = diagnose({ analysis, files: [], dropped: null, mtu: summary.mtu }).map(({ code }) => code)
  const faults = summary.tunnel.faults.map(({ layer, fault, packets: count }) => `${layer} ${fault} ${count}`)
  const { wireBytes, truncatedPackets } = summary.capture
  return { wireBytes, truncatedPackets, outerBytes: summary.vnis[0]?.outerBytes, faults, findings }
}

const LIES = ['link OriginalLengthImpossible 1']

describe('record lengths', () => {
  for (const wireLength of [0, 1, WHOLE - 1, WHOLE + 65, 2048, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff]) {
    it(`an original length of ${wireLength} for a frame of ${WHOLE} bytes that was captured whole gives way`, () => {
      const said = read([{ bytes: FRAME, wireLength }])
      expect(said).toMatchObject({ wireBytes: WHOLE, truncatedPackets: 0, outerBytes: WHOLE, faults: LIES })
      expect(said.findings).not.toContain('SNAPLEN_TRUNCATED')
    })

    it(`the same of a frame cut to 128 bytes: the IP length tells ${wireLength}`, () => {
      if (wireLength === WHOLE - 1) return
      const said = read([{ bytes: FRAME.slice(0, 128), wireLength }])
      expect(said).toMatchObject({ wireBytes: WHOLE, truncatedPackets: 1, outerBytes: WHOLE, faults: LIES })
      expect(said.findings).toEqual(['SNAPLEN_TRUNCATED'])
    })
  }

  it('a record that was cut without keeping its length is cut all the same', () => {
    const said = read([{ bytes: FRAME.slice(0, 128) }])
    expect(said).toMatchObject({ wireBytes: WHOLE, truncatedPackets: 1, outerBytes: WHOLE, faults: LIES })
    expect(said.findings).toEqual(['SNAPLEN_TRUNCATED'])
  })

  it('a constant that cannot be elsewhere tells nothing of a packet without a length of its own', () => {
    const lldp = made.bytes([1, 0x80, 0xc2, 0, 0, 0x0e], [2, 0, 0, 0, 0, 1], [0x88, 0xcc], new Uint8Array(60))
    const lying = [lldp, FRAME, FRAME, FRAME].map((bytes) => ({ bytes, wireLength: 2048 }))
    for (const order of [lying, lying.toReversed()]) {
      const said = read(order)
      expect(said).toMatchObject({ wireBytes: 3 * WHOLE + lldp.length, truncatedPackets: 0 })
      expect(said.findings).not.toContain('SNAPLEN_TRUNCATED')
    }
    // Another length than the constant is the packet's own.
    const cut = { bytes: lldp, wireLength: 1000 }
    expect(read([cut, ...lying.slice(1)])).toMatchObject({ wireBytes: 3 * WHOLE + 1000, truncatedPackets: 1 })
    // Nothing is wrong with the lengths of the others.
    const healthy = { bytes: FRAME, wireLength: WHOLE }
    expect(read([lying[0]!, healthy, healthy, healthy])).toMatchObject({
      wireBytes: 3 * WHOLE + 2048,
      truncatedPackets: 1,
    })
  })

  it('padding, a frame check sequence and a trailer are no lies, captured or not', () => {
    for (const extra of [4, 28, 64]) {
      const trailed = made.bytes(FRAME, new Uint8Array(extra))
      expect(read([{ bytes: trailed }])).toMatchObject({ wireBytes: WHOLE + extra, faults: [] })
      expect(read([{ bytes: FRAME.slice(0, 128), wireLength: WHOLE + extra }])).toMatchObject({
        wireBytes: WHOLE + extra,
        truncatedPackets: 1,
        faults: [],
      })
    }
    const request = made.ethernet(made.arp(1, { mac: '02:00:00:00:00:01', ip: '10.0.0.1' }, { ip: '10.0.0.2' }), {
      type: 0x0806,
    })
    const padded = made.bytes(request, new Uint8Array(60 - request.length))
    expect(read([{ bytes: padded }])).toMatchObject({ wireBytes: 60, faults: [] })
    expect(read([{ bytes: request, wireLength: 2048 }])).toMatchObject({
      wireBytes: request.length,
      truncatedPackets: 0,
      faults: LIES,
    })
  })

  it('a healthy cut keeps its length, and a length beyond the frame with a wrong header checksum is the packet’s fault', () => {
    expect(read([{ bytes: FRAME.slice(0, 128), wireLength: WHOLE }])).toMatchObject({ wireBytes: WHOLE, faults: [] })
    const damaged = FRAME.slice()
    damaged[16] = 0x7f
    expect(read([{ bytes: damaged }]).faults).toEqual(['outer.ipv4 LengthBeyondPacket 1'])
  })
})
