/** The numbers to set, in words: shared by every finding about sizes. */
import { grouped } from './grouped.ts'

/** Numbers for the path between two VTEPs. */
export interface MtuSetting {
  /** Outer IP bytes that the path carries. */
  pathMtu: number
  /** Bytes from inner IP to outer IP. */
  overhead: number
  innerMtu: number
  mss: number
  mssIpv6: number
  /** Smallest inner MTU that may be recommended here: 1280 where inner IPv6 is in use (RFC 8200 §5), else 576. */
  leastInnerMtu: number
  /** Whether the pair carries inner IPv6 and nothing else. */
  isIpv6Only: boolean
}

/** What is known of the path between two VTEPs. */
export interface PathSizes {
  /** Numbers to set; `null` when nobody knows how large the path is. */
  setting: MtuSetting | null
  /** Largest outer IP packet that was proved to pass, and smallest one that was split or lost; `null` without both. */
  between: [number, number] | null
}

/** Bytes that the proof may leave open before a measurement is asked for. */
const CLOSE_ENOUGH = 8

/** How to measure. */
const TOOLS = 'tracepath, or ping -M do with increasing -s'

/**
 * What to set between two VTEPs.
 * @param wanted - Largest inner IP packet that was wanted, 0 when that is not known: what the underlay would have to carry.
 */
export function setting(vteps: readonly [string, string], { setting, between }: PathSizes, wanted: number): string {
  const ends = `between ${vteps[0]} and ${vteps[1]}`
  if (setting === null) {
    const sizes = between === null ? '' : ` (it lies between ${grouped(between[0])} and ${grouped(between[1])} bytes)`
    return `Measure the path MTU ${ends}${sizes} with ${TOOLS}, and set the inner MTU to the result less the overhead of the tunnel; clamp the TCP MSS to 40 bytes less (IPv6: 60)`
  }
  const { pathMtu, innerMtu, overhead, isIpv6Only, mss, mssIpv6, leastInnerMtu } = setting
  if (innerMtu < leastInnerMtu) {
    const who = leastInnerMtu === 1280 ? 'inner IPv6 needs' : 'no inner MTU should be below'
    return `Raise the underlay's IP MTU ${ends} to at least ${Math.max(wanted, leastInnerMtu) + overhead}: the path carries ${pathMtu} bytes, which leaves ${innerMtu} for inner packets, and ${who} ${leastInnerMtu}`
  }
  const lower = `Set the inner MTU to ${innerMtu} and clamp MSS to ${isIpv6Only ? mssIpv6 : mss} ${ends}`
  return wanted > innerMtu ? `${lower}, or raise the underlay's IP MTU to at least ${wanted + overhead}` : lower
}

/** A sentence, with a leading space, that asks for a measurement where the proof leaves more than a few bytes open; else nothing. */
export function measurement(between: readonly [number, number] | null): string {
  if (between === null || between[1] - between[0] <= CLOSE_ENOUGH) return ''
  return ` The path MTU is at least ${grouped(between[0])} and below ${grouped(between[1])} bytes: measure it (${TOOLS}).`
}
