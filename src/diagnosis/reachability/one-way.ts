/**
 * What is one-way by nature or by mistake, told by inner conversations that go on all the same: traffic mirrors, VNIs that change
 * with the direction, VTEPs that answer from another address.
 * Evidence: conversations with both directions in the capture. What misleads: a capture of one outer direction of traffic that a
 * gateway behind the tunnel turns round looks like a mirror.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { KeyTable } from '../../analyzers/tables/key-table.ts'
import { ID_SPACE } from '../../analyzers/tables/limits.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { TunnelKind } from '../../codecs/walk/layers.ts'
import { mirrorSession } from '../../findings/capture/mirror-session.ts'
import { state } from '../../findings/finding.ts'
import { wrongSourceVtep } from '../../findings/identity/wrong-source-vtep.ts'
import { vniByDirection } from '../../findings/reachability/vni-by-direction.ts'
import type { Finding } from '../../summary.ts'
import type { Routes } from '../routes.ts'
import { formatAll } from '../subjects.ts'

/** Packet numbers of a finding. */
const EXAMPLES = 10
/** Packets of two-way conversations that show a mirror. */
const LEAST_MIRRORED = 4
/** Packets each way that show a conversation. */
const LEAST_EACH_WAY = 2
/** Packets each way with a VTEP of two addresses. */
const LEAST_ANSWERED = 3
/** One-way flows that are held against each other. */
export const MOST_ONE_WAY = 65_536

const DIRECTIONS = [0, 1] as const

/** A kind and VNI, and an address id. */
function endKey(kindVni: number, vtep: number): number {
  return kindVni * ID_SPACE + vtep
}

/** Conversations of one subject. */
interface Group {
  conversations: number
  packets: number
  examples: number[]
}

function grow<K, G extends Group>(groups: Map<K, G>, key: K, start: () => G, packets: number, examples: number[]): G {
  let group = groups.get(key)
  if (group === undefined) {
    group = start()
    groups.set(key, group)
  }
  group.conversations++
  group.packets += packets
  for (const number of examples) if (number > 0 && group.examples.length < EXAMPLES) group.examples.push(number)
  return group
}

function inOrder({ examples }: Group): number[] {
  return [...new Set(examples)].sort((left, right) => left - right)
}

/** What a VTEP mirrors in a VNI; `conversations` are those of which it sends both directions. */
interface Session extends Group {
  kindVni: number
  vtep: number
  /** Conversations of which another source sends the other direction to the same receiver, and those sources. */
  halves: number
  partners: Set<number>
}

/**
 * VTEPs that send both directions of a VNI's conversations, or one each to one receiver, where they hear nothing and the receiver
 * says nothing: by kind, VNI and address id. What a relay sends on in a VNI of its own is no copy where its receivers talk to it.
 */
export class Mirrors {
  readonly #sessions = new Map<number, Session>()
  /** Addresses that send anything, in whatever VNI. */
  readonly #senders: ReadonlySet<number>
  readonly #receivers: Receivers

  constructor(
    private readonly analysis: Analysis,
    private readonly routes: Routes,
  ) {
    this.#senders = sendersOf(analysis)
    this.#receivers = new Receivers(analysis.keys.routes.count * DIRECTIONS.length)
    const heard = this.#heard()
    if (heard === null) return
    const { keys, flows } = analysis
    const { requests, relays } = analysis.stateful
    this.#takeReceivers()
    const add = (row: number, vtep: number, partner: number): void => {
      const kindVni = keys.flows.word(row, 0)
      if (relays.isRelayedInto(row) && this.#receivers.areAnswering(kindVni, vtep)) return
      const packets = flows.packets(row, 0) + flows.packets(row, 1)
      const examples = [requests.lastPacket(row, 0), requests.lastPacket(row, 1)]
      const start = (): Session => ({
        conversations: 0,
        packets: 0,
        examples: [],
        kindVni,
        vtep,
        halves: 0,
        partners: new Set(),
      })
      const session = grow(this.#sessions, endKey(kindVni, vtep), start, packets, examples)
      if (partner === NONE) return
      session.conversations--
      session.halves++
      session.partners.add(partner)
    }
    // With a mirror at both ends, each direction comes from its own end first.
    const split: number[] = []
    for (let row = 0; row < keys.flows.count; row++) {
      const ends = [flows.firstVtep(row, 0), flows.firstVtep(row, 1)] as const
      const kindVni = keys.flows.word(row, 0)
      if (ends.some((vtep) => vtep === NONE || heard.has(endKey(kindVni, vtep)))) continue
      if (ends[0] === ends[1]) add(row, ends[0], NONE)
      else if (split.length < MOST_ONE_WAY) split.push(row)
    }
    const vteps = flows.vteps(split)
    for (const row of split) {
      const back = vteps.get(row * 2 + 1)!
      const both = vteps.get(row * 2)!.filter((vtep) => back.includes(vtep))
      const kindVni = keys.flows.word(row, 0)
      for (const vtep of both) if (!heard.has(endKey(kindVni, vtep))) add(row, vtep, NONE)
      if (both.length > 0) continue
      const [there, other] = [flows.firstVtep(row, 0), flows.firstVtep(row, 1)]
      if (!this.#areHalves(kindVni, [...vteps.get(row * 2)!, ...back])) continue
      add(row, there, other)
      add(row, other, there)
    }
    for (const [key, { packets }] of this.#sessions) if (packets < LEAST_MIRRORED) this.#sessions.delete(key)
  }

  /** Whether what a VTEP sends in a VNI is a mirror session. */
  has(kindVni: number, vtep: number): boolean {
    return this.#sessions.has(endKey(kindVni, vtep))
  }

  /** Whether what a VTEP sends in a VNI is a mirror session, in whatever encapsulation. */
  isSource(vni: number, vtep: number): boolean {
    for (const kind of Object.values(TunnelKind)) if (this.has(((kind << 24) | vni) >>> 0, vtep)) return true
    return false
  }

  /** Frames of a session that the mirror cut: the tunnel carries less than the inner packet says. */
  #cutBy({ kindVni, vtep }: { kindVni: number; vtep: number }): number {
    let cut = 0
    for (const { count, figures } of this.analysis.stateful.integrity.cuts.entries()) {
      if (figures.kindVni === kindVni && figures.from === vtep) cut += count
    }
    return cut
  }

  /** VNIs that name a session. */
  vnis(): Set<number> {
    return new Set([...this.#sessions.values()].map(({ kindVni }) => kindVni & 0xff_ffff))
  }

  findings(): Finding[] {
    if (this.#sessions.size === 0) return []
    const { keys } = this.analysis
    const { routeTraffic } = this.analysis.stateful
    const sent = new Map<number, { to: number[]; packets: number; routes: number[]; firsts: number[] }>()
    for (let route = 0; route < keys.routes.count; route++) {
      for (const direction of DIRECTIONS) {
        const packets = routeTraffic.packets(route, direction)
        const { from, to } = this.routes.ends(route, direction)
        const key = endKey(keys.routes.word(route, 0), from)
        if (packets === 0 || !this.#sessions.has(key)) continue
        const firsts = [...routeTraffic.firsts(route, direction)]
        const known = sent.get(key)
        if (known === undefined) sent.set(key, { to: [to], packets, routes: [route], firsts })
        else {
          known.to.push(to)
          known.packets += packets
          known.routes.push(route)
          known.firsts.push(...firsts)
        }
      }
    }
    return [...this.#sessions].map(([key, session]) => {
      const { to, packets: count, routes, firsts } = sent.get(key)!
      const vni = session.kindVni & 0xff_ffff
      const from = keys.formatAddress(session.vtep)
      const receivers = formatAll(this.analysis, to)
      const tunnels = this.routes.distinct(routes)
      const others = [...sent].filter(([other, twin]) => {
        const { kindVni, vtep } = this.#sessions.get(other)!
        const isTwin = other !== key && kindVni === session.kindVni && !session.partners.has(vtep)
        return isTwin && twin.to.some((vtep) => to.includes(vtep))
      })
      const twins = formatAll(
        this.analysis,
        others.map(([other]) => this.#sessions.get(other)!.vtep),
      )
      return state(mirrorSession, {
        subject: { vni, vteps: [from, ...receivers] },
        count,
        packets: firsts.sort((left, right) => left - right).slice(0, EXAMPLES),
        facts: {
          vni,
          from,
          to: receivers,
          conversations: session.conversations,
          halves: session.halves,
          partners: formatAll(this.analysis, session.partners),
          twins,
          cut: this.#cutBy(session),
          tunnels,
        },
      })
    })
  }

  #takeReceivers(): void {
    const { keys, vtepPairs, stateful } = this.analysis
    for (let route = 0; route < keys.routes.count; route++) {
      for (const direction of DIRECTIONS) {
        if (stateful.routeTraffic.packets(route, direction) === 0) continue
        const { from, to } = this.routes.ends(route, direction)
        const pair = keys.pairOfRoute(route)
        const isAnswering = vtepPairs.packets(pair, keys.pairs.word(pair, 0) === to ? 0 : 1) > 0
        this.#receivers.add(keys.routes.word(route, 0), from, to, isAnswering)
      }
    }
  }

  /** Whether all these sources send to one and the same receiver of a VNI, which sends nothing at all. */
  #areHalves(kindVni: number, sources: readonly number[]): boolean {
    const receiver = this.#receivers.sole(kindVni, sources[0] ?? NONE)
    if (receiver === NONE || !sources.every((vtep) => this.#receivers.sole(kindVni, vtep) === receiver)) return false
    return !this.analysis.keys.isMulticast(receiver) && !this.#senders.has(receiver)
  }

  /** VTEPs that something of a VNI goes to; `null` when every route has two directions. */
  #heard(): Set<number> | null {
    const { keys } = this.analysis
    const { routeTraffic } = this.analysis.stateful
    const heard = new Set<number>()
    let isOneWay = false
    for (let route = 0; route < keys.routes.count; route++) {
      for (const direction of DIRECTIONS) {
        if (routeTraffic.packets(route, direction) === 0) isOneWay = true
        else heard.add(endKey(keys.routes.word(route, 0), this.routes.ends(route, direction).to))
      }
    }
    return isOneWay ? heard : null
  }
}

/** In place of a receiver: several of them. */
const SEVERAL = -2

/** Where each VTEP sends to in a VNI, and whether all of those talk to it in whatever VNI. */
class Receivers {
  /** Kind and VNI, address id of the sender. */
  readonly #senders: KeyTable
  readonly #to: Int32Array
  readonly #isSilent: Uint8Array

  /** @param most - Senders, at the most. */
  constructor(most: number) {
    this.#senders = new KeyTable('', 2, most)
    this.#to = new Int32Array(most)
    this.#isSilent = new Uint8Array(most)
  }

  add(kindVni: number, vtep: number, to: number, isAnswering: boolean): void {
    const known = this.#senders.count
    this.#key(kindVni, vtep)
    const row = this.#senders.row()
    if (row === known) this.#to[row] = to
    else if (this.#to[row] !== to) this.#to[row] = SEVERAL
    if (!isAnswering) this.#isSilent[row] = 1
  }

  /** Address id of the only one that a VTEP sends to; `NONE` for none and for several. */
  sole(kindVni: number, vtep: number): number {
    const row = this.#find(kindVni, vtep)
    return row === NONE || this.#to[row] === SEVERAL ? NONE : this.#to[row]!
  }

  /** Whether all that a VTEP sends to talk to it. */
  areAnswering(kindVni: number, vtep: number): boolean {
    const row = this.#find(kindVni, vtep)
    return row !== NONE && this.#isSilent[row] === 0
  }

  #find(kindVni: number, vtep: number): number {
    this.#key(kindVni, vtep)
    return this.#senders.find()
  }

  #key(kindVni: number, vtep: number): void {
    this.#senders.key[0] = kindVni
    this.#senders.key[1] = vtep
  }
}

/** Address ids of everybody who sends anything. */
function sendersOf({ keys, vtepPairs }: Analysis): Set<number> {
  const senders = new Set<number>()
  for (let pair = 0; pair < keys.pairs.count; pair++) {
    for (const direction of DIRECTIONS) {
      if (vtepPairs.packets(pair, direction) > 0) senders.add(keys.pairs.word(pair, direction))
    }
  }
  return senders
}

/** One direction of a conversation whose other one was not in its VNI. */
interface Half {
  row: number
  direction: 0 | 1
}

/** A VTEP pair whose conversations change their VNI. */
interface Changing extends Group {
  a: number
  b: number
  vnis: Set<number>
  tunnels: Set<number>
  bySender: Map<number, number>
  byReceiver: Map<number, number>
  sendersAgree: boolean
  receiversAgree: boolean
}

/** Conversations whose directions travel in two VNIs, by VTEP pair. @param most - One-way flows that are followed. */
export function directionFindings(analysis: Analysis, routes: Routes, most: number = MOST_ONE_WAY): Finding[] {
  const { keys, flows } = analysis
  const { requests } = analysis.stateful
  if (keys.vnis.count < 2) return []
  const halves = new Map<string, Half>()
  const pairs = new Map<number, Changing>()
  for (let row = 0; row < keys.flows.count && halves.size < most; row++) {
    const there = flows.packets(row, 0)
    const back = flows.packets(row, 1)
    if (!keys.flowHasPorts(row) || there * back > 0 || there + back < LEAST_EACH_WAY) continue
    const direction = there > 0 ? 0 : 1
    const word = (index: number) => keys.flows.word(row, index)
    const conversation = `${word(1)} ${word(2)} ${word(3)} ${word(4)} ${word(5)}`
    const other = halves.get(conversation)
    if (other === undefined) {
      halves.set(conversation, { row, direction })
      continue
    }
    const vteps = [flows.firstVtep(row, direction), flows.firstVtep(other.row, other.direction)] as const
    if (other.direction === direction || vteps[0] === vteps[1] || vteps.includes(NONE)) continue
    const pair = keys.pairBetween(...vteps)
    if (pair === NONE) continue
    const start = (): Changing => ({
      conversations: 0,
      packets: 0,
      examples: [],
      a: keys.pairs.word(pair, 0),
      b: keys.pairs.word(pair, 1),
      vnis: new Set(),
      tunnels: new Set(),
      bySender: new Map(),
      byReceiver: new Map(),
      sendersAgree: true,
      receiversAgree: true,
    })
    const packets = there + back + flows.packets(other.row, other.direction)
    const examples = [requests.lastPacket(row, direction), requests.lastPacket(other.row, other.direction)]
    const group = grow(pairs, pair, start, packets, examples)
    for (const half of [{ row, direction }, other] as const) noteHalf(analysis, group, half)
  }
  return [...pairs.values()].map((group) => {
    const a = keys.formatAddress(group.a)
    const b = keys.formatAddress(group.b)
    const vnis = [...group.vnis].sort((left, right) => left - right)
    const follows =
      group.sendersAgree === group.receiversAgree
        ? null
        : group.sendersAgree
          ? ('sender' as const)
          : ('receiver' as const)
    const tunnels = vnis.flatMap((vni) => routes.vniTunnels(vni))
    return state(vniByDirection, {
      subject: { vteps: [a, b] },
      count: group.conversations,
      packets: inOrder(group),
      facts: { a, b, conversations: group.conversations, vnis, follows, tunnels },
    })
  })
}

/** Whose the VNI is: a second VNI of one sender, or of one receiver, refutes it. */
function noteHalf({ keys }: Analysis, group: Changing, { row, direction }: Half): void {
  const vni = keys.flows.word(row, 0) & 0xff_ffff
  group.vnis.add(vni)
  const sender = keys.flows.word(row, direction === 0 ? 3 : 4)
  const receiver = keys.flows.word(row, direction === 0 ? 4 : 3)
  if ((group.bySender.get(sender) ?? vni) !== vni) group.sendersAgree = false
  if ((group.byReceiver.get(receiver) ?? vni) !== vni) group.receiversAgree = false
  group.bySender.set(sender, vni)
  group.byReceiver.set(receiver, vni)
}

/** A VTEP that is reached at one address and sends from another. */
interface Misplaced extends Group {
  kindVni: number
  source: number
  reached: number
  peers: Set<number>
  routes: Set<number>
  flows: Set<number>
}

/**
 * Conversations that go to an address which never sends, and come back from one that nobody sends to. Where their frames go to a MAC
 * that nobody sends from, somebody else answers: a load balancer's server directly, or a router that has one direction of them.
 */
export function wrongSourceFindings(analysis: Analysis, routes: Routes, mirrors: Mirrors): Finding[] {
  const { keys, flows } = analysis
  const { requests } = analysis.stateful
  const silent = silentPeers(analysis, routes)
  if (silent.byPeer.size === 0) return []
  const found = new Map<string, Misplaced>()
  const others = new Set<string>()
  const unknown = toUnknownMacs(analysis)
  for (let row = 0; row < keys.flows.count; row++) {
    const least = Math.min(flows.packets(row, 0), flows.packets(row, 1))
    if (least < LEAST_ANSWERED) continue
    for (const direction of DIRECTIONS) {
      const peer = flows.firstVtep(row, direction)
      const source = flows.firstVtep(row, direction === 0 ? 1 : 0)
      if (peer === NONE || source === NONE || peer === source || silent.reached.has(source)) continue
      const kindVni = keys.flows.word(row, 0)
      if (mirrors.has(kindVni, source)) continue
      const sought = silent.byPeer.get(endKey(kindVni, peer))
      // With several such addresses nothing tells which of them the conversation went to.
      if (sought === undefined || sought.length !== 1) continue
      const [{ to: reached, route }] = sought as [{ to: number; route: number }]
      const key = `${kindVni} ${source} ${reached}`
      if (unknown.has(row * 2 + direction)) others.add(key)
      const start = (): Misplaced => ({
        conversations: 0,
        packets: 0,
        examples: [],
        kindVni,
        source,
        reached,
        peers: new Set(),
        routes: new Set(),
        flows: new Set(),
      })
      const examples = [requests.lastPacket(row, 0), requests.lastPacket(row, 1)]
      const answers = flows.packets(row, direction === 0 ? 1 : 0)
      const group = grow(found, key, start, answers, examples)
      group.peers.add(peer)
      group.routes.add(route)
      group.flows.add(row)
    }
  }
  for (const key of others) found.delete(key)
  return [...found.values()].map((group): Finding => {
    const vni = group.kindVni & 0xff_ffff
    const source = keys.formatAddress(group.source)
    const reached = keys.formatAddress(group.reached)
    const peers = formatAll(analysis, group.peers)
    const { conversations, packets: count } = group
    const finding = state(wrongSourceVtep, {
      subject: { vni, vteps: [source, reached] },
      count,
      packets: inOrder(group),
      facts: { vni, source, reached, peers, conversations, tunnels: routes.distinct([...group.routes]) },
    })
    return isAccepted(analysis, group.flows) ? { ...finding, severity: 'note' } : finding
  })
}

/**
 * Whether a peer takes what comes from the other address: a connection goes on. So it does where two VTEPs share their guests
 * (all-active multihoming), which a few packets do not tell from one VTEP with two addresses.
 */
function isAccepted({ stateful: { tcp } }: Analysis, flows: ReadonlySet<number>): boolean {
  return [...flows].some((flow) => tcp.goesOn(flow))
}

/** Conversations (flow row × 2 + direction) whose frames go to a MAC that nobody sends from. */
function toUnknownMacs({ stateful: { unknownMacs } }: Analysis): Set<number> {
  return new Set(
    unknownMacs.unknown(1).flatMap(({ flows }) => flows.map(({ flow, direction }) => flow * 2 + direction)),
  )
}

/** Addresses that never send, by kind, VNI and who sends to them by unicast; and every address that anybody sends to. */
function silentPeers(
  { keys, vtepPairs, stateful: { floods } }: Analysis,
  routes: Routes,
): { byPeer: Map<number, { to: number; route: number }[]>; reached: Set<number> } {
  const sending = new Set<number>()
  const reached = new Set<number>()
  for (let pair = 0; pair < keys.pairs.count; pair++) {
    for (const direction of DIRECTIONS) {
      if (vtepPairs.packets(pair, direction) === 0) continue
      sending.add(keys.pairs.word(pair, direction))
      reached.add(keys.pairs.word(pair, 1 - direction))
    }
  }
  const byPeer = new Map<number, { to: number; route: number }[]>()
  const isEveryoneReached = [...sending].every((vtep) => reached.has(vtep))
  if (isEveryoneReached) return { byPeer, reached }
  for (let route = 0; route < keys.routes.count; route++) {
    for (const direction of DIRECTIONS) {
      const { from, to } = routes.ends(route, direction)
      if (sending.has(to) || keys.isMulticast(to) || floods.path(route, direction).unicasts < LEAST_ANSWERED) continue
      const key = endKey(keys.routes.word(route, 0), from)
      const list = byPeer.get(key)
      if (list === undefined) byPeer.set(key, [{ to, route }])
      else list.push({ to, route })
    }
  }
  return { byPeer, reached }
}
