/** What is told of every packet adds up to what the document counts, in each direction. */
import { describe, expect, it } from 'vitest'
import { compareCaptures, type PacketFate } from '../../src/compare/index.ts'
import { bytes, ethernet, ipv4, tcp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { troubledCaptures } from './troubled.ts'
import { capturedAs, captureOf, carried, type Sent, side } from './two-places.ts'

const MS = 1_000_000

/** Compares, and holds rows against counts. @returns Rows by fate. */
async function fates(near: Uint8Array, far: Uint8Array): Promise<Map<string, number>> {
  const rows: PacketFate[] = []
  const { directions } = await compareCaptures(side(near), side(far), { onPacket: (row) => rows.push({ ...row }) })
  for (const [index, direction] of directions.entries()) {
    const own = rows.filter((row) => row.direction === index)
    const isForth = direction.sentAt === 'near'
    const count = (...names: string[]): number => own.filter(({ fate }) => names.includes(fate)).length
    expect(own.filter(({ near: here, far: there }) => (isForth ? there : here) > 0)).toHaveLength(direction.received)
    expect(count('matched', 'lost', 'altered', 'notJudged')).toBe(direction.sent)
    for (const name of ['matched', 'lost', 'altered', 'duplicated', 'notJudged', 'unsent'] as const)
      expect([name, count(name)]).toEqual([name, direction[name]])
  }
  return rows.reduce((counts, { fate }) => counts.set(fate, (counts.get(fate) ?? 0) + 1), new Map<string, number>())
}

describe('rows and counts agree', () => {
  const { near, far } = troubledCaptures()
  const cut = (file: Uint8Array, records: number): Uint8Array => {
    // Header, and whole records behind those that are left out.
    let at = 24
    const view = new DataView(file.buffer)
    for (let i = 0; i < records; i++) at += 16 + view.getUint32(at + 8, true)
    return bytes(file.slice(0, 24), file.slice(at))
  }

  it('where packets are lost, altered, duplicated and overtaken', async () => {
    const told = await fates(near, far)
    for (const fate of ['matched', 'lost', 'altered', 'duplicated']) expect(told.get(fate)).toBeGreaterThan(0)
  })

  it('where one side began later', async () => {
    expect((await fates(cut(near, 200), far)).get('outside')).toBeGreaterThan(50)
    expect((await fates(near, cut(far, 200))).get('notJudged')).toBeGreaterThan(50)
  })

  it('where only a checksum was altered', async () => {
    const segment = (index: number): Uint8Array =>
      vxlan(ethernet(ipv4(tcp({ sequence: index * 100, payload: 100 }), { protocol: 6, id: index + 1 })))
    const sent: Sent[] = Array.from({ length: 200 }, (_, index) => ({ time: index * 10 * MS, bytes: segment(index) }))
    const there = carried(sent, {
      random: new Random(1),
      delay: MS,
      jitter: MS,
      treat({ bytes: whole }, time, index) {
        const arrives = whole.slice()
        // The transport's checksum, behind headers of 50, 14, 20 and 16 bytes.
        if (index % 40 === 7) arrives[100]! ^= 1
        return [{ time, bytes: arrives }]
      },
    })
    expect((await fates(captureOf(capturedAs(sent)), captureOf(capturedAs(there)))).get('altered')).toBe(5)
  })

  it('where offload makes one packet of several', async () => {
    const segment = (sequence: number, payload: number, id: number): Uint8Array =>
      vxlan(ethernet(ipv4(tcp({ sequence, payload }), { protocol: 6, id })))
    const supers: Sent[] = Array.from({ length: 60 }, (_, index) => ({
      time: index * 10 * MS,
      bytes: segment(index * 8_000, 8_000, index * 8),
    }))
    const marks: Sent[] = Array.from({ length: 60 }, (_, index) => ({
      time: index * 10 * MS + 5 * MS,
      bytes: segment(10_000_000 + index * 500, 500, 1_000 + index),
    }))
    const parts = supers.flatMap(({ time }, index) =>
      Array.from({ length: 8 }, (_, part) => ({
        time: time + part * 10_000,
        bytes: segment(index * 8_000 + part * 1_000, 1_000, index * 8 + part),
      })),
    )
    const wire = { random: new Random(1), delay: MS, jitter: 100_000 }
    const gone = new Set([8, 9, 100])
    const there = carried(
      [...parts, ...marks].sort((one, other) => one.time - other.time),
      { ...wire, treat: ({ bytes: whole }, time, index) => (gone.has(index) ? [] : [{ time, bytes: whole }]) },
    )
    const told = await fates(captureOf(capturedAs(supers, marks)), captureOf(capturedAs(there)))
    expect(told.get('segment')).toBeGreaterThan(400)
  })
})
