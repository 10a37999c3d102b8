/** What either capture says alone, and what two of them prove: which follows from which, and what is said once. */
import { describe, expect, it } from 'vitest'
import type { ComparedFinding, Comparison } from '../../src/comparison.ts'
import { fold } from '../../src/report/fold.ts'
import { bytes, echo, ethernet, ipv4, number, udp, vxlan } from '../support/packets.ts'
import { Random } from '../support/random.ts'
import { capturedAs, carried, compareShots, type Sent } from './two-places.ts'

const A = '10.0.0.1'
const B = '10.0.0.2'
const MS = 1_000_000
const PINGS = 60

/** What guests of A and B say to each other. */
function said(isThere: boolean, payload: Uint8Array, protocol: number, id: number): Uint8Array {
  const order = <T>(one: T, other: T): { from: T; to: T } =>
    isThere ? { from: one, to: other } : { from: other, to: one }
  const inner = ipv4(payload, { protocol, id, ...order('192.168.0.1', '192.168.0.2') })
  return vxlan(ethernet(inner, order('02:00:00:00:00:01', '02:00:00:00:00:02')), order(A, B))
}

/** A ping's packet. */
function ping(kind: 'request' | 'reply', sequence: number): Uint8Array {
  return said(kind === 'request', echo(kind, 7, sequence), 1, sequence)
}

/** Something that asks for no answer. */
function note(index: number, isThere: boolean): Uint8Array {
  return said(isThere, udp(bytes(number(index, 4)), 7000, 514), 17, index)
}

/** What is done to pings and notes: sequence numbers of requests and replies that are lost, or never sent, and of notes that are lost. */
interface Trouble {
  requests?: (index: number) => boolean
  replies?: (index: number) => boolean
  unanswered?: (index: number) => boolean
  there?: (index: number) => boolean
  back?: (index: number) => boolean
}

/** Pings from A, one every 50 ms, and notes both ways. */
function captures(trouble: Trouble) {
  const never = (): boolean => false
  const { requests = never, replies = never, unanswered = never, there = never, back = never } = trouble
  const wire = { random: new Random(1), delay: 2 * MS, jitter: MS / 10 }
  const near: Sent[][] = []
  const far: Sent[][] = []
  const send = (isThere: boolean, sent: Sent[], isLost: (index: number) => boolean): Sent[] => {
    const arrived = carried(sent, {
      ...wire,
      treat: (_, time, index) => (isLost(index) ? [] : [{ time, bytes: sent[index]!.bytes }]),
    })
    if (isThere) {
      near.push(sent)
      far.push(arrived)
    } else {
      far.push(sent)
      near.push(arrived)
    }
    return arrived
  }
  const each = (make: (index: number) => Uint8Array, offset: number): Sent[] =>
    Array.from({ length: PINGS }, (_, index) => ({ time: index * 50 * MS + offset, bytes: make(index) }))
  send(
    true,
    each((index) => ping('request', index), 0),
    requests,
  )
  const answered = each((index) => ping('reply', index), 4 * MS).map((sent, index) => ({ sent, index }))
  const answers = answered.filter(({ index }) => !requests(index) && !unanswered(index))
  send(
    false,
    answers.map(({ sent }) => sent),
    (at) => replies(answers[at]!.index),
  )
  send(
    true,
    each((index) => note(index, true), 20 * MS),
    there,
  )
  send(
    false,
    each((index) => note(index, false), 30 * MS),
    back,
  )
  // Both go on, so that nothing is sent too late to be judged.
  for (const isThere of [true, false]) {
    const late = Array.from({ length: 20 }, (_, index) => ({
      time: PINGS * 50 * MS + index * 100 * MS,
      bytes: note(1000 + index, isThere),
    }))
    send(isThere, late, never)
  }
  return compareShots(capturedAs(...near), capturedAs(...far))
}

/** Which finding each of a code follows from. */
function causesOf({ findings }: Comparison, code: string): string[] {
  return fold<ComparedFinding>(findings).flatMap(({ finding, explains }) =>
    explains.filter((each) => each.code === code).map(() => `${finding.code} ${finding.subject.vteps?.join(' ')}`),
  )
}

const some = (remainder: number) => (index: number) => index % 12 === remainder

describe('pings without an answer', () => {
  it('follow from what is lost on their way, not from what is lost on the way back', async () => {
    const comparison = await captures({ requests: some(3), back: some(5) })
    expect(causesOf(comparison, 'ECHO_UNANSWERED')).toEqual([`LOST_BETWEEN ${A} ${B}`])
  })

  it('follow from what is lost on the way back where the requests arrive', async () => {
    const comparison = await captures({ replies: some(3), there: some(5) })
    expect(causesOf(comparison, 'ECHO_UNANSWERED')).toEqual([`LOST_BETWEEN ${B} ${A}`])
  })

  it('stay on their own where both captures show the requests and neither an answer, and are told so', async () => {
    const comparison = await captures({ unanswered: some(3), there: some(5), back: some(7) })
    expect(causesOf(comparison, 'ECHO_UNANSWERED')).toEqual([])
    const pings = comparison.findings.find(({ code }) => code === 'ECHO_UNANSWERED')!
    expect(pings.places).toEqual(['near', 'far'])
    expect(pings.inferred).toBe(
      'Both captures show them, and neither shows an answer: they were not lost between the two capture points. Behind the far one they are dropped, or nobody answers them.',
    )
    expect(pings.remedy).not.toMatch(/capturing at|to see whether/)
  })

  it('are none where nothing is lost', async () => {
    const { findings } = await captures({})
    expect(findings.filter(({ severity }) => severity !== 'note')).toEqual([])
  })
})

describe('behind a translator', () => {
  const PUBLIC = '203.0.113.9'

  /** A tunnel packet of A, as it is before the translator, or behind it. */
  const sent = (index: number, to: string): Uint8Array =>
    vxlan(ethernet(ipv4(udp(bytes(number(index, 4)), 7000, 7001), { id: index })), { from: A, to, id: index })
  /** Its refusal by the VTEP there. */
  const refused = (index: number, by: string): Uint8Array => {
    const quoted = sent(index, by).subarray(14, 14 + 60)
    return ethernet(ipv4(bytes(3, 3, 0, 0, number(0, 4), quoted), { from: by, to: A, protocol: 1, id: index }))
  }
  const each = (make: (index: number) => Uint8Array, offset: number): Sent[] =>
    Array.from({ length: 40 }, (_, index) => ({ time: index * 50 * MS + offset, bytes: make(index) }))

  it('a refusal that both captures show is said once', async () => {
    const near = capturedAs(
      each((index) => sent(index, PUBLIC), 0),
      each((index) => refused(index, PUBLIC), 3 * MS),
    )
    const far = capturedAs(
      each((index) => sent(index, B), 1 * MS),
      each((index) => refused(index, B), 2 * MS),
    )
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      const { findings } = await compareShots(one, other)
      const refusals = findings.filter(({ code }) => code === 'PORT_UNREACHABLE')
      expect(refusals.map(({ places, count }) => ({ places, count }))).toEqual([{ places: ['near', 'far'], count: 40 }])
      const [filter, otherFilter] = one === near ? [PUBLIC, B] : [B, PUBLIC]
      expect(refusals[0]!.displayFilter).toContain(filter)
      expect(refusals[0]!.otherFilter).toContain(otherFilter)
    }
  })

  it('what is refused before it gets there is lost for that reason', async () => {
    const back = (index: number): Uint8Array =>
      vxlan(ethernet(ipv4(udp(bytes(number(index, 4)), 7001, 7000), { id: index })), { from: PUBLIC, to: A })
    const near = capturedAs(
      each((index) => sent(index, PUBLIC), 0),
      each((index) => refused(index, PUBLIC), 3 * MS),
      each(back, 10 * MS),
    )
    const comparison = await compareShots(near, capturedAs(each(back, 9 * MS)))
    const lost = comparison.findings.filter(({ code }) => code === 'LOST_BETWEEN')
    expect(lost).toHaveLength(1)
    expect(causesOf(comparison, 'LOST_BETWEEN')).toEqual([`PORT_UNREACHABLE ${A} ${PUBLIC}`])
  })
})
