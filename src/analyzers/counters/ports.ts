/** Which outer UDP ports a VTEP pair uses: destination ports by number, source ports by how many (ECMP entropy). */
import { NONE } from '../../codecs/core/fault.ts'
import type { Counter } from '../analyzer.ts'
import type { Observation } from '../lookup/observation.ts'
import { PathBit, type Paths } from '../lookup/paths.ts'
import { KeyTable, type KeyTableState } from '../tables/key-table.ts'
import type { RecordsState } from '../tables/records.ts'
import { numberingOf, Senders } from './senders.ts'

/** Ports of a pair that none is known of. */
const NONE_SEEN: readonly number[] = []

/** Saved port tables. */
export interface PortsState {
  destinations: KeyTableState
  sources: KeyTableState
  senders: RecordsState
}

/** One outer source port of a pair's direction. */
export interface SourcePort {
  pair: number
  /** 0 from the pair's a. */
  direction: 0 | 1
  port: number
  /** One of `Numbering`: whether its first datagram had an IPv4 identification. */
  numbering: number
}

/** Distinct outer ports by VTEP pair. */
export class Ports implements Counter<PortsState> {
  /** [pair row, destination port] */
  readonly #destinations: KeyTable
  /** [pair row × 2 + direction, source port] */
  readonly #sources: KeyTable
  /** On the rows of the sources. */
  readonly #senders = new Senders()
  /** Destination ports by pair, as last asked for; good until another one is seen. */
  #found: { rows: number; ports: readonly (readonly number[])[] } | null = null

  constructor(
    private readonly paths: Paths,
    limit: number,
  ) {
    this.#destinations = new KeyTable('destinationPorts', 2, limit)
    this.#sources = new KeyTable('sourcePorts', 2, limit)
  }

  get tables(): readonly KeyTable[] {
    return [this.#destinations, this.#sources]
  }

  observe(o: Observation): void {
    // NVGRE has no ports.
    if (o.pairRow === NONE || o.layers.outerDestinationPort === NONE) return
    if (o.portsKnown) {
      if (o.portsRefused !== 0) this.refuse(o.portsRefused)
      return
    }
    const { layers } = o
    const refused = this.look(o, layers.outerSourcePort, layers.outerDestinationPort, numberingOf(layers))
    this.paths.insertPorts(o, refused)
  }

  /**
   * Looks up the outer ports of a packet whose rows are known.
   * @param numbering - One of `Numbering`: what the packet says of its sender.
   * @returns Bits of `REFUSED` in paths.ts: which of the ports found no row.
   */
  look(o: Observation, sourcePort: number, destinationPort: number, numbering: number): number {
    const { key } = this.#destinations
    key[0] = o.pairRow
    key[1] = destinationPort
    const destination = this.#destinations.row()
    this.#sources.key[0] = o.pairRow * 2 + (o.pairForward ? 0 : 1)
    this.#sources.key[1] = sourcePort
    const known = this.#sources.count
    const source = this.#sources.row()
    if (source === known) this.#senders.note(source, numbering)
    return (destination === NONE ? PathBit.DestinationRefused : 0) | (source === NONE ? PathBit.SourceRefused : 0)
  }

  /** Counts a packet whose ports are known to find no row. @param refused - Bits of `REFUSED` in paths.ts. */
  refuse(refused: number): void {
    if ((refused & PathBit.DestinationRefused) !== 0) this.#destinations.dropped++
    if ((refused & PathBit.SourceRefused) !== 0) this.#sources.dropped++
  }

  /** Destination ports by pair row, ascending. */
  destinationPorts(pairs: number): readonly (readonly number[])[] {
    const found = this.#found
    if (found !== null && found.ports.length === pairs && found.rows === this.#destinations.count) return found.ports
    // Most pairs have one port: a list that begins with it takes less room than one that it is pushed to.
    const lists = new Array<number[] | undefined>(pairs).fill(undefined)
    for (let row = 0; row < this.#destinations.count; row++) {
      const pair = this.#destinations.word(row, 0)
      const list = lists[pair]
      if (list === undefined) lists[pair] = [this.#destinations.word(row, 1)]
      else list.push(this.#destinations.word(row, 1))
    }
    const ports = lists.map((list) => list?.sort((left, right) => left - right) ?? NONE_SEEN)
    this.#found = { rows: this.#destinations.count, ports }
    return ports
  }

  /** How many source ports, by pair row × 2 + direction. */
  sourcePortCounts(pairs: number): Int32Array {
    const counts = new Int32Array(pairs * 2)
    for (let row = 0; row < this.#sources.count; row++) counts[this.#sources.word(row, 0)]!++
    return counts
  }

  /** Every outer source port, in order of first appearance. */
  *sourcePorts(): IterableIterator<SourcePort> {
    for (let row = 0; row < this.#sources.count; row++) {
      const end = this.#sources.word(row, 0)
      const port = this.#sources.word(row, 1)
      yield { pair: end >> 1, direction: (end & 1) as 0 | 1, port, numbering: this.#senders.numbering(row) }
    }
  }

  save(): PortsState {
    const { count } = this.#sources
    return {
      destinations: this.#destinations.save(),
      sources: this.#sources.save(),
      senders: this.#senders.save(count),
    }
  }

  restore(state: PortsState): void {
    this.#found = null
    this.#destinations.restore(state.destinations)
    this.#sources.restore(state.sources)
    this.#senders.restore(state.senders)
  }
}
