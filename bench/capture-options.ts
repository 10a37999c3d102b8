/** What a generated capture is made of; two captures with the same options are the same bytes. */

/** Parameters of a generated capture. Shares are fractions from 0 to 1. */
export interface CaptureOptions {
  packets: number
  /** Inner flows, both directions as one; at most a quarter of `packets`. */
  flows: number
  vnis: number
  /** Tunnel endpoints, 4 or more. */
  vteps: number
  seed: number
  /**
   * How flows take turns. `trains`: as at a tap, a few speak at a time, several packets in a row. `mixed`: each packet's flow is drawn
   * anew, the cube of a uniform number saying which, so that hardly any packet finds what the one before has left in a cache.
   */
  traffic: 'trains' | 'mixed'
  /** How unevenly packets fall on flows, in trains: 0 = evenly, 1 = as words in a text. */
  skew: number
  /** Bytes captured of each packet, 0 = all. */
  snapLength: number
  format: 'pcap' | 'pcapng'
  packetsPerSecond: number
  /** VNIs whose tunnel endpoints talk IPv6. */
  ipv6Underlay: number
  /** VNIs whose guests talk IPv6. */
  ipv6Overlay: number
  /** VNIs whose guests send an 802.1Q tag. */
  innerVlans: number
  /** Pairs of tunnel endpoints behind an 802.1Q tag of the underlay. */
  outerVlans: number
  /** Packets of the underlay that are no tunnel. */
  others: number
  /** Damaged tunnel packets. */
  faults: number
}

/** A data centre's overlay seen at one tap: what the benchmark uses unless told otherwise. */
export const DEFAULT_CAPTURE: CaptureOptions = {
  packets: 1_000_000,
  flows: 100_000,
  vnis: 64,
  vteps: 32,
  seed: 1,
  traffic: 'trains',
  skew: 1,
  snapLength: 128,
  format: 'pcap',
  packetsPerSecond: 100_000,
  ipv6Underlay: 0.1,
  ipv6Overlay: 0.2,
  innerVlans: 0.1,
  outerVlans: 0.1,
  others: 0.01,
  faults: 0.0005,
}

/** The same flows without trains, over many more pairs of tunnel endpoints: what caches and small tables cannot help with. */
export const MIXED_CAPTURE: CaptureOptions = { ...DEFAULT_CAPTURE, traffic: 'mixed', vteps: 200 }

/** @throws RangeError for options that no capture can be made of. */
export function checkOptions(options: CaptureOptions): void {
  const { packets, flows, vnis, vteps, snapLength, packetsPerSecond } = options
  for (const [name, value, least] of [
    ['packets', packets, 1],
    ['flows', flows, 1],
    ['vnis', vnis, 1],
    ['vteps', vteps, 4],
    ['snapLength', snapLength, 0],
    ['packetsPerSecond', packetsPerSecond, 1],
  ] as const) {
    if (!Number.isInteger(value) || value < least) {
      throw new RangeError(`${name} must be an integer of ${least} or more, not ${value}`)
    }
  }
  if (vnis > 65_536) throw new RangeError(`vnis must be at most 65536, not ${vnis}`)
  if (vteps > 4_096) throw new RangeError(`vteps must be at most 4096, not ${vteps}`)
  if (flows * 4 > packets) throw new RangeError(`${flows} flows need at least ${flows * 4} packets, not ${packets}`)
  for (const name of ['ipv6Underlay', 'ipv6Overlay', 'innerVlans', 'outerVlans', 'others', 'faults'] as const) {
    if (!(options[name] >= 0 && options[name] <= 1)) throw new RangeError(`${name} must be from 0 to 1`)
  }
}
