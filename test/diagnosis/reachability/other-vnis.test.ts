/** Conversations with a direction in another VNI: what a search of all flows for each silence finds, in one pass for all of them. */
import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import type { Analysis } from '../../../src/analyzers/analysis.ts'
import type { Silence } from '../../../src/analyzers/stateful/answers/requests.ts'
import { FlowClass } from '../../../src/analyzers/tables/keys.ts'
import { OtherVnis } from '../../../src/diagnosis/reachability/other-vnis.ts'

/** The words of a flow's key, and how many packets each direction has. */
interface Row {
  kindVni: number
  stack: number
  protocol: number
  a: number
  b: number
  ports: number
  packets: [number, number]
}

const row: fc.Arbitrary<Row> = fc.record({
  kindVni: fc.constantFrom(0x100_0005, 0x100_0006, 0x200_0005),
  stack: fc.nat({ max: 1 }),
  protocol: fc.constantFrom(FlowClass.WithPorts | 6, FlowClass.WithPorts | 17, FlowClass.Arp),
  a: fc.nat({ max: 1 }),
  b: fc.nat({ max: 1 }),
  ports: fc.constantFrom(0x0050_ffff, -1),
  packets: fc.tuple(fc.nat({ max: 1 }), fc.nat({ max: 1 })),
})

/** An analysis with these flows and nothing else; `looked` counts what was read of the table. */
function analysisWith(rows: readonly Row[]): { analysis: Analysis; looked: () => number } {
  let looked = 0
  const flows = {
    count: rows.length,
    word: (flow: number, index: number) => {
      looked++
      const { kindVni, stack, protocol, a, b, ports } = rows[flow]!
      return [kindVni, stack, protocol, a, b, ports][index]!
    },
  }
  const keys = { flows, flowHasPorts: (flow: number) => rows[flow]!.protocol >>> 16 === 1 }
  const packets = (flow: number, direction: 0 | 1): number => rows[flow]!.packets[direction]
  return { analysis: { keys, flows: { packets } } as unknown as Analysis, looked: () => looked }
}

const silence = (flow: number, forward: boolean): Silence => ({ flow, forward }) as Silence

/** Whether any flow of the same conversation in another VNI has packets the other way. */
function isAnswered(rows: readonly Row[], { flow, forward }: Silence): boolean {
  const { kindVni, protocol, a, b, ports } = rows[flow]!
  if (protocol >>> 16 !== 1) return false
  const same = rows.filter(
    (other) => [other.protocol, other.a, other.b, other.ports].join() === [protocol, a, b, ports].join(),
  )
  return same.some((other) => other.kindVni !== kindVni && other.packets[forward ? 1 : 0] > 0)
}

test.prop([fc.array(row, { minLength: 1, maxLength: 12 })])('answer what a search would', (rows) => {
  const silences = rows.flatMap((_, flow) => [silence(flow, true), silence(flow, false)])
  const { analysis } = analysisWith(rows)
  const others = new OtherVnis(analysis, silences)
  for (const one of silences) expect(others.answers(one)).toBe(isAnswered(rows, one))
})

it('look at each flow once, however many silences there are', () => {
  const rows = Array.from({ length: 2_000 }, (_, flow): Row => {
    return { kindVni: flow, stack: 0, protocol: FlowClass.WithPorts | 6, a: 1, b: 2, ports: 3, packets: [1, 0] }
  })
  const { analysis, looked } = analysisWith(rows)
  const others = new OtherVnis(
    analysis,
    rows.map((_, flow) => silence(flow, true)),
  )
  expect(rows.some((_, flow) => others.answers(silence(flow, true)))).toBe(false)
  expect(looked()).toBeLessThan(20 * rows.length)
})

it('look at no flow where nothing is silent', () => {
  const one: Row = { kindVni: 5, stack: 0, protocol: FlowClass.WithPorts | 6, a: 1, b: 2, ports: 3, packets: [1, 1] }
  const { analysis, looked } = analysisWith([one, { ...one, kindVni: 6 }])
  new OtherVnis(analysis, [])
  expect(looked()).toBe(0)
})
