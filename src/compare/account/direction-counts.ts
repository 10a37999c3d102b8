/** What is counted of one direction. */
import type { AlteredPacket, ComparedPacket, DuplicatedPacket, Rewrite } from '../../comparison.ts'
import { DelaySample } from './delay-sample.ts'
import type { Rooms } from './room.ts'

/** Source ports that there are. */
const MOST_PORTS = 65_536
/** Arrivals that are looked back over for what was overtaken. */
const LOOK_BACK = 256
/** Nanoseconds that are lost where times are put on another clock. */
const ROUNDED = 1
/** Lost packets that are held with their sizes. */
const MOST_SIZED = 1_000
const NO_ARRIVALS = new Int32Array(0)
/** Kinds of rewriting that are told apart. */
const MOST_REWRITES = 64

/** Packets of one size, port or step of time. */
export interface Share {
  sent: number
  lost: number
}

/** Packets of one source port. */
interface PortCounts extends Share {
  /** Highest place in the order of sending of those that arrived, when that one left, and when it arrived. */
  highest: number
  left: number
  arrived: number
}

/** Packets of one step of time. */
export interface StepCounts extends Share {
  arrived: number
  delay: number
  most: number
}

/** Counts of one direction. */
export class DirectionCounts {
  sent = 0
  matched = 0
  lost = 0
  lostBytes = 0
  lostTcpBytes = 0
  duplicated = 0
  reordered = 0
  extent = 0
  altered = 0
  rewritten = 0
  congestionMarked = 0
  notJudged = 0
  unsent = 0
  resegmented = 0
  arrived = 0
  received = 0
  readonly delays: DelaySample
  /** By outer IP length. */
  readonly sizes = new Map<number, Share>()
  readonly ports = new Map<number, PortCounts>()
  readonly steps = new Map<number, StepCounts>()
  readonly rewrites = new Map<string, Rewrite>()
  readonly lostOrders: number[] = []
  /** When they left, by the near clock. */
  readonly lostTimes: number[] = []
  /** Place in the order of sending of the last one that arrived. */
  lastArrived = -1
  /** What left behind it and is missing: place and time of the first one, how many, and how many of these are lost. */
  readonly silence = { order: -1, from: Number.NaN, packets: 0, lost: 0 }
  /** When the packet left that took longest. */
  slowestAt = Number.NaN
  /** Bytes from inner IP to outer IP of the last packet that left. */
  overhead = 0
  readonly lostList: ComparedPacket[] = []
  /** The first large ones of them, with their sizes. */
  readonly lostLarge: { packet: ComparedPacket; size: number }[] = []
  readonly alteredList: AlteredPacket[] = []
  readonly duplicatedList: DuplicatedPacket[] = []
  readonly reorderedList: ComparedPacket[] = []
  /** Places in the order of sending, and ports, of the last arrivals; nothing before the first. */
  #arrivals = NO_ARRIVALS
  readonly #rooms: Rooms
  /** Destination ports of its packets. */
  readonly destinationPorts = new Set<number>()

  constructor(rooms: Rooms) {
    this.#rooms = rooms
    this.delays = new DelaySample(rooms.delays)
  }

  /** Counts a packet by size, port and step, as one that was lost or not. */
  share(size: number, port: number, step: number, isLost: boolean): void {
    const lost = isLost ? 1 : 0
    if (size > 0) {
      const bySize = this.sizes.get(size)
      if (bySize === undefined) {
        if (this.#rooms.shares.take()) this.sizes.set(size, { sent: 1, lost })
      } else {
        bySize.sent++
        bySize.lost += lost
      }
    }
    const byPort = this.#port(port)
    if (byPort !== null) {
      byPort.sent++
      byPort.lost += lost
    }
    const byStep = this.step(step)
    byStep.sent++
    byStep.lost += lost
  }

  /** The counts of a step of time. */
  step(step: number): StepCounts {
    let counts = this.steps.get(step)
    if (counts === undefined) {
      counts = { sent: 0, lost: 0, arrived: 0, delay: 0, most: Number.NEGATIVE_INFINITY }
      if (this.#rooms.shares.take()) this.steps.set(step, counts)
    }
    return counts
  }

  /**
   * Counts an arrival by its place in the order of sending: out of order where one of its source port that left later has arrived
   * before it (RFC 4737 §3.3), by their times too: a capture may hold its records in another order. @returns How many have, 0 in order.
   */
  arrive(order: number, port: number, left: number, arrived: number): number {
    this.pass(order)
    const counts = this.#port(port)
    if (this.arrived === 0) this.#arrivals = new Int32Array(2 * LOOK_BACK)
    const arrivals = this.#arrivals
    const place = 2 * (this.arrived % LOOK_BACK)
    arrivals[place] = order
    arrivals[place + 1] = port
    this.arrived++
    if (counts === null) return 0
    if (order > counts.highest) {
      counts.highest = order
      counts.left = left
      counts.arrived = arrived
      return 0
    }
    if (left > counts.left + ROUNDED || arrived < counts.arrived - ROUNDED) return 0
    this.reordered++
    const extent = this.#extent(order, port)
    if (extent > this.extent) this.extent = extent
    return extent
  }

  /** Notes that a packet arrived, or a part of it: the way is not silent then. */
  pass(order: number): void {
    if (order <= this.lastArrived) return
    this.lastArrived = order
    if (order > this.silence.order) this.silence.packets = 0
  }

  /** Packets of a port since the earliest arrival that overtook the last one (RFC 4737 §4.2.2). */
  #extent(order: number, port: number): number {
    const arrivals = this.#arrivals
    let extent = 1
    let passed = 0
    const most = Math.min(this.arrived, LOOK_BACK)
    for (let back = 2; back <= most; back++) {
      const place = 2 * ((this.arrived - back) % LOOK_BACK)
      if (arrivals[place + 1] !== port) continue
      passed++
      if (arrivals[place]! > order) extent = passed
    }
    return extent
  }

  /** Remembers the place of a lost packet in the order of sending. */
  lose(order: number, time: number): void {
    if (!this.#rooms.losses.take()) return
    this.lostOrders.push(order)
    this.lostTimes.push(time)
  }

  /** Notes a packet that is missing at the other side, by its place in the order of sending. */
  miss(order: number, time: number, isLost: boolean): void {
    const { silence } = this
    if (order <= this.lastArrived) return
    if (silence.packets === 0) {
      silence.order = order
      silence.from = time
      silence.lost = 0
    }
    silence.packets++
    if (isLost) silence.lost++
  }

  /** Notes a lost packet by its size. */
  loseSize(packet: ComparedPacket, size: number): void {
    if (this.lostLarge.length < MOST_SIZED && this.#rooms.listed.take()) this.lostLarge.push({ packet, size })
  }

  /** Lost packets of a size and more, the first of them. */
  largeLost(size: number): ComparedPacket[] {
    return this.lostLarge.filter((lost) => lost.size >= size).map(({ packet }) => packet)
  }

  /** Counts a rewritten field. */
  rewrite(field: Rewrite['field'], from: string | null, to: string | null): void {
    const name = `${field} ${from} ${to}`
    const known = this.rewrites.get(name)
    if (known !== undefined) known.packets++
    else if (this.rewrites.size < MOST_REWRITES) this.rewrites.set(name, { field, from, to, packets: 1 })
  }

  #port(port: number): PortCounts | null {
    let counts = this.ports.get(port)
    if (counts === undefined) {
      if (this.ports.size >= MOST_PORTS || !this.#rooms.shares.take()) return null
      counts = { sent: 0, lost: 0, highest: -1, left: 0, arrived: 0 }
      this.ports.set(port, counts)
    }
    return counts
  }
}
