/** Identity findings on generated traffic: planted they are found, moved about they stay the same, removed they are gone. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { finish } from '../../../src/analyzers/summary/finish.ts'
import { diagnose } from '../../../src/diagnosis/index.ts'
import type { Finding } from '../../../src/summary.ts'
import { analysisOf, arp, echo, ethernet, ipv4, type Packet, vxlan } from '../../support/packets.ts'

function findingsOf(packets: readonly Packet[]): Finding[] {
  const analysis = analysisOf(packets)
  const { mtu } = finish(analysis, { rows: 10 })
  // The pings here are numbered through, so that none is the answer to another.
  return diagnose({ analysis, files: [], dropped: null, mtu }).filter(({ code }) => code !== 'ECHO_UNANSWERED')
}

const codes = (packets: readonly Packet[]) => findingsOf(packets).map(({ code }) => code)

/** A place in the overlay: what the laws permute. */
interface Place {
  vni: number
  vteps: [string, string, string]
  macs: [string, string]
  ips: [string, string]
}

const HERE: Place = {
  vni: 100,
  vteps: ['10.0.0.1', '10.0.0.2', '10.0.0.3'],
  macs: ['02:00:00:00:00:0a', '02:00:00:00:00:0b'],
  ips: ['192.168.0.1', '192.168.0.2'],
}

const octet = fc.integer({ min: 1, max: 250 })
const places: fc.Arbitrary<Place> = fc
  .record({
    vni: fc.integer({ min: 0, max: 0xff_ffff }),
    vteps: fc.uniqueArray(octet, { minLength: 3, maxLength: 3 }),
    macs: fc.uniqueArray(octet, { minLength: 2, maxLength: 2 }),
    ips: fc.uniqueArray(octet, { minLength: 2, maxLength: 2 }),
  })
  .map(({ vni, vteps, macs, ips }) => ({
    vni,
    vteps: vteps.map((last) => `10.1.2.${last}`) as Place['vteps'],
    macs: macs.map((last) => `02:00:00:00:00:${last.toString(16).padStart(2, '0')}`) as Place['macs'],
    ips: ips.map((last) => `172.16.9.${last}`) as Place['ips'],
  }))

let sent = 0

/** A guest's echo, from behind one VTEP to behind another. */
function ping(place: Place, from: 0 | 1, fromVtep: number, toVtep: number, ms: number): Packet {
  const kind = from === 0 ? 'request' : 'reply'
  const inner = ipv4(echo(kind, 7, ++sent), { from: place.ips[from], to: place.ips[1 - from]!, protocol: 1, id: sent })
  const frame = ethernet(inner, { from: place.macs[from], to: place.macs[1 - from]! })
  const tunnel = { vni: place.vni, from: place.vteps[fromVtep]!, to: place.vteps[toVtep]!, id: sent }
  return { bytes: vxlan(frame, tunnel), ms }
}

/** A guest's ARP reply that claims its address. */
function claim(place: Place, mac: string, address: string, fromVtep: number, toVtep: number, ms: number): Packet {
  const body = arp(2, { mac, ip: address }, { mac: place.macs[1], ip: place.ips[1] })
  const frame = ethernet(body, { from: mac, to: place.macs[1], type: 0x0806 })
  const tunnel = { vni: place.vni, from: place.vteps[fromVtep]!, to: place.vteps[toVtep]!, id: ++sent }
  return { bytes: vxlan(frame, tunnel), ms }
}

/** A guest's broadcast question for an address that nobody has: sent to VTEPs that take part in the overlay. */
function announced(place: Place, from: 0 | 1, fromVtep: number, toVtep: number, ms: number): Packet {
  const body = arp(1, { mac: place.macs[from], ip: place.ips[from] }, { ip: '198.51.100.1' })
  const frame = ethernet(body, { from: place.macs[from], to: 'ff:ff:ff:ff:ff:ff', type: 0x0806 })
  const tunnel = { vni: place.vni, from: place.vteps[fromVtep]!, to: place.vteps[toVtep]!, id: ++sent }
  return { bytes: vxlan(frame, tunnel), ms }
}

/** Ten pings with their answers between the first two VTEPs. */
function healthy(place: Place): Packet[] {
  return Array.from({ length: 10 }, (_, n) => [ping(place, 0, 0, 1, n * 100), ping(place, 1, 1, 0, n * 100 + 1)]).flat()
}

describe('identity', () => {
  it('says nothing of healthy traffic', () => expect(codes(healthy(HERE))).toEqual([]))

  it('DUPLICATE_MAC: wherever a MAC alternates between two VTEPs that are both in use', () => {
    fc.assert(
      fc.property(places, (place) => {
        const doubled = Array.from({ length: 4 }, (_, n) => [
          ping(place, 0, 0, 1, 2000 + n * 100),
          ping(place, 0, 2, 1, 2050 + n * 100),
          ping(place, 1, 1, 2, 2060 + n * 100),
        ]).flat()
        const found = findingsOf([...healthy(place), ...doubled])
        expect(found.map(({ code }) => code)).toEqual(['DUPLICATE_MAC'])
        const { subject, count, facts: _ } = { facts: null, ...found[0]! }
        expect(subject.vni).toBe(place.vni)
        expect(subject.mac).toBe(place.macs[0])
        expect(new Set(subject.vteps)).toEqual(new Set([place.vteps[0], place.vteps[2]]))
        expect(count).toBe(7)
      }),
      { numRuns: 25 },
    )
  })

  it('DUPLICATE_MAC: not from one stray frame', () => {
    const stray = [ping(HERE, 0, 2, 1, 2000), ...healthy(HERE).map((packet) => ({ ...packet, ms: 3000 + packet.ms! }))]
    expect(codes([...healthy(HERE), ...stray])).toEqual(['MAC_MOVED'])
  })

  it('MAC_MOVED: one change, with the direction in the subject', () => {
    fc.assert(
      fc.property(places, (place) => {
        const after = Array.from({ length: 5 }, (_, n) => [
          ping(place, 0, 2, 1, 2000 + n * 100),
          ping(place, 1, 1, 2, 2001 + n * 100),
        ]).flat()
        const [found, ...rest] = findingsOf([...healthy(place), ...after])
        expect(rest).toEqual([])
        expect(found).toMatchObject({
          code: 'MAC_MOVED',
          severity: 'note',
          subject: { vni: place.vni, mac: place.macs[0], vteps: [place.vteps[0], place.vteps[2]] },
        })
      }),
      { numRuns: 25 },
    )
  })

  it('STALE_FORWARDING: frames that still go to the VTEP a MAC has left, but not those under way', () => {
    const moved = [...healthy(HERE), ping(HERE, 0, 2, 1, 2000)]
    const late = [4000, 4100, 4200].map((ms) => ping(HERE, 1, 1, 0, ms))
    expect(codes([...moved, ...late])).toEqual(['STALE_FORWARDING', 'MAC_MOVED'])
    const underWay = [2010, 2020, 2030].map((ms) => ping(HERE, 1, 1, 0, ms))
    expect(codes([...moved, ...underWay])).toEqual(['MAC_MOVED'])
  })

  it('STALE_FORWARDING: not what a hub sends on to the present VTEP', () => {
    // The capture begins with what the hub has sent on: the MAC seems to have been there.
    const moved = [ping(HERE, 0, 1, 2, 0), ping(HERE, 0, 0, 1, 1)]
    const through = [4000, 4100, 4200].flatMap((ms) => {
      const toHub = ping(HERE, 1, 2, 1, ms)
      const number = sent
      sent--
      const onward = ping(HERE, 1, 1, 0, ms + 0.2)
      sent = number
      return [toHub, onward]
    })
    expect(codes([...moved, ...through])).not.toContain('STALE_FORWARDING')
    expect(codes([...moved, ...through.filter((_, n) => n % 2 === 0)])).toContain('STALE_FORWARDING')
  })

  it('DUPLICATE_IP: one address claimed by two MACs at two VTEPs', () => {
    fc.assert(
      fc.property(places, (place) => {
        const other = '02:ff:00:00:00:99'
        const claims = [
          claim(place, place.macs[0], place.ips[0], 0, 1, 2000),
          claim(place, other, place.ips[0], 2, 1, 2100),
          claim(place, place.macs[0], place.ips[0], 0, 1, 4900),
          announced(place, 1, 1, 2, 5000),
        ]
        const found = findingsOf([...healthy(place), ...claims])
        expect(found.map(({ code }) => code)).toEqual(['DUPLICATE_IP'])
        expect(found[0]!.subject).toMatchObject({ vni: place.vni, ip: place.ips[0] })
        expect(found[0]!.packets).toEqual([21, 22, 23])
      }),
      { numRuns: 25 },
    )
  })

  it('DUPLICATE_IP: not for an address that moved with its MAC, nor for one that passed to another MAC', () => {
    const moved = [
      claim(HERE, HERE.macs[0], HERE.ips[0], 0, 1, 2000),
      claim(HERE, HERE.macs[0], HERE.ips[0], 2, 1, 3000),
    ]
    expect(codes([...healthy(HERE), ...moved])).toEqual(['MAC_MOVED'])
    const one = [
      claim(HERE, HERE.macs[0], HERE.ips[0], 0, 1, 2000),
      claim(HERE, '02:00:00:00:00:77', HERE.ips[0], 0, 1, 3000),
    ]
    expect(codes([...healthy(HERE), ...one])).toEqual(['IP_MOVED'])
  })

  it('ROGUE_VTEP: a source that nobody sends to claims what another VTEP owns', () => {
    const claims = [
      claim(HERE, HERE.macs[0], HERE.ips[0], 0, 1, 2000),
      claim(HERE, '02:66:66:66:66:66', HERE.ips[0], 2, 1, 2100),
      ping(HERE, 0, 0, 1, 2200),
    ]
    const found = findingsOf([...healthy(HERE), ...claims])
    expect(found.map(({ code }) => code)).toEqual(['DUPLICATE_IP', 'ROGUE_VTEP'])
    const rogue = found[1]!
    expect(rogue.subject).toEqual({ vni: 100, vteps: [HERE.vteps[2]] })
    expect(rogue.packets).toEqual([22])
    expect(rogue.displayFilter).toBe(`vxlan.vni == 100 && ip.src == ${HERE.vteps[2]}`)
  })

  describe('ROGUE_VTEP: where broadcasts are flooded to as to a VTEP, by what it takes', () => {
    const rogue = '02:66:66:66:66:66'

    /** Owners behind the first VTEP and a taker behind the third announce the same addresses in turn. */
    const taken = (owners: readonly string[]): Packet[] =>
      [0, 1, 2].flatMap((round) =>
        owners.flatMap((owner, n) => {
          const ips: Place['ips'] = [`192.168.0.${50 + n}`, HERE.ips[1]]
          const by = (mac: string) => ({ ...HERE, macs: [mac, HERE.macs[1]] as Place['macs'], ips })
          const ms = 2000 + round * 600 + n * 100
          return [
            announced(by(owner), 0, 0, 1, ms),
            announced(by(owner), 0, 0, 2, ms),
            announced(by(rogue), 0, 2, 1, ms + 30),
          ]
        }),
      )
    // Nobody answers these questions, which is found as well.
    const identityOf = (packets: readonly Packet[]) =>
      findingsOf(packets).filter(({ code }) => code === 'DUPLICATE_IP' || code === 'ROGUE_VTEP')
    const three = ['02:00:00:00:00:51', '02:00:00:00:00:52', '02:00:00:00:00:53']

    it('one MAC alone behind it takes addresses of three owners that still speak', () => {
      const found = identityOf([...healthy(HERE), ...taken(three)])
      expect(found.map(({ code }) => code)).toEqual(['DUPLICATE_IP', 'DUPLICATE_IP', 'DUPLICATE_IP', 'ROGUE_VTEP'])
      expect(found.at(-1)!.subject).toEqual({ vni: 100, vteps: [HERE.vteps[2]] })
    })

    it('not of two owners, which is a mistake in their addresses', () => {
      const found = identityOf([...healthy(HERE), ...taken(three.slice(1))])
      expect(found.map(({ code }) => code)).toEqual(['DUPLICATE_IP', 'DUPLICATE_IP'])
    })

    it('not of one owner of them all: two routers that both hold the virtual addresses', () => {
      const [owner] = three
      expect(codes([...healthy(HERE), ...taken([owner!, owner!, owner!])])).not.toContain('ROGUE_VTEP')
    })

    it('not where other guests are behind it', () => {
      const guest = announced({ ...HERE, macs: ['02:00:00:00:00:0c', HERE.macs[1]] }, 0, 2, 1, 1900)
      expect(codes([...healthy(HERE), guest, ...taken(three)])).not.toContain('ROGUE_VTEP')
    })
  })

  it('the same MAC and address in two VNIs is isolation, not a conflict', () => {
    const there = { ...HERE, vni: 200, vteps: ['10.9.0.1', '10.9.0.2', '10.9.0.3'] as Place['vteps'] }
    expect(codes([...healthy(HERE), ...healthy(there)])).toEqual(['ADDRESS_OVERLAP'])
  })
})
