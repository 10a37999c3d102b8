/** Directions: outer source, outer destination, VNI and kind of tunnel, numbered in one table for both sides. */
import { fold32 } from '../../analyzers/tables/hash.ts'
import { KeyTable } from '../../analyzers/tables/key-table.ts'
import { formatIpv4, formatIpv6 } from '../../codecs/core/address.ts'
import { NONE } from '../../codecs/core/fault.ts'
import { type Layers, TUNNEL_NAMES } from '../../codecs/walk/layers.ts'
import type { TunnelKind } from '../../summary.ts'

/** Words of a key: version and kind, VNI, and four for each address. */
const WIDTH = 10
const KIND = 0
const VNI = 1
const FROM = 2
const TO = 6
/** Directions that are told apart. */
const MOST_DIRECTIONS = 16_384

/** Latest directions between IPv4 addresses that are found without the table: words of an entry, and entries. */
const RECENT = { Kind: 0, Vni: 1, From: 2, To: 3, Row: 4 } as const
const RECENT_WORDS = 5
const MOST_RECENT = 4_096

/** All directions that either side has. */
export class Directions {
  readonly table = new KeyTable('directions', WIDTH, MOST_DIRECTIONS)
  /** Rows are plus one, 0 in an empty entry. */
  readonly #recent = new Int32Array(MOST_RECENT * RECENT_WORDS)

  get count(): number {
    return this.table.count
  }

  /** Row of a tunnel datagram's direction; `NONE` when the table is full. */
  row(layers: Layers): number {
    const { view, outerIp, vni } = layers
    const kind = layers.tunnel * 8 + outerIp.version
    if (outerIp.version === 4)
      return this.#rowOfIpv4(kind, vni, view.getInt32(outerIp.sourceAt), view.getInt32(outerIp.destinationAt))
    const { key } = this.table
    key[KIND] = kind
    key[VNI] = vni
    for (let i = 0; i < 4; i++) {
      key[FROM + i] = view.getInt32(outerIp.sourceAt + 4 * i)
      key[TO + i] = view.getInt32(outerIp.destinationAt + 4 * i)
    }
    return this.table.row()
  }

  #rowOfIpv4(kind: number, vni: number, from: number, to: number): number {
    const recent = this.#recent
    const at = (fold32(fold32(fold32(kind, vni), from), to) & (MOST_RECENT - 1)) * RECENT_WORDS
    const isKnown =
      recent[at + RECENT.Row] !== 0 &&
      recent[at + RECENT.Kind] === kind &&
      recent[at + RECENT.Vni] === vni &&
      recent[at + RECENT.From] === from &&
      recent[at + RECENT.To] === to
    if (isKnown) return recent[at + RECENT.Row]! - 1
    const { key } = this.table
    key.fill(0)
    key[KIND] = kind
    key[VNI] = vni
    key[FROM] = from
    key[TO] = to
    const row = this.table.row()
    // A full table counts each packet that it turns away, so such a packet must ask it again.
    if (row === NONE) return NONE
    recent[at + RECENT.Kind] = kind
    recent[at + RECENT.Vni] = vni
    recent[at + RECENT.From] = from
    recent[at + RECENT.To] = to
    recent[at + RECENT.Row] = row + 1
    return row
  }

  /** Row of the way back of a direction; `NONE` where there is none. */
  back(row: number): number {
    const { table } = this
    table.copyKey(row, table.key)
    const { key } = table
    for (let i = 0; i < 4; i++) {
      const from = key[FROM + i]!
      key[FROM + i] = key[TO + i]!
      key[TO + i] = from
    }
    return table.find()
  }

  vni(row: number): number {
    return this.table.word(row, VNI)
  }

  kind(row: number): TunnelKind {
    return TUNNEL_NAMES[this.table.word(row, KIND) >> 3] as TunnelKind
  }

  from(row: number): string {
    return this.#address(row, FROM)
  }

  to(row: number): string {
    return this.#address(row, TO)
  }

  /** Whether one comes before another in the document: by address, IPv4 first, then VNI and kind. */
  compare(left: number, right: number): number {
    const { table } = this
    const order = [KIND, FROM, FROM + 1, FROM + 2, FROM + 3, TO, TO + 1, TO + 2, TO + 3, VNI, KIND]
    for (const [index, word] of order.entries()) {
      const mask = index === 0 ? 7 : -1
      const difference = ((table.word(left, word) & mask) >>> 0) - ((table.word(right, word) & mask) >>> 0)
      if (difference !== 0) return difference
    }
    return 0
  }

  #address(row: number, word: number): string {
    const { table } = this
    if ((table.word(row, KIND) & 7) === 4) return formatIpv4(table.word(row, word))
    const bytes = new DataView(new ArrayBuffer(16))
    for (let i = 0; i < 4; i++) bytes.setInt32(4 * i, table.word(row, word + i))
    return formatIpv6(bytes, 0)
  }
}

/** Whether a packet has addresses that a direction can be made of. */
export function hasAddresses({ outerIp }: Layers): boolean {
  return outerIp.sourceAt !== NONE && outerIp.destinationAt !== NONE
}
