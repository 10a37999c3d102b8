/** The numbers to set, in words: shared by every finding about sizes. */

/** Numbers for the path between two VTEPs. */
export interface MtuSetting {
  /** Outer IP bytes that the path carries. */
  pathMtu: number
  /** Bytes from inner IP to outer IP. */
  overhead: number
  innerMtu: number
  mss: number
  mssIpv6: number
  /** Whether the pair carries inner IPv6 and nothing else. */
  isIpv6Only: boolean
}

/**
 * What to set between two VTEPs.
 * @param wanted - Largest inner IP packet that was wanted, 0 when that is not known: what the underlay would have to carry.
 */
export function setting(vteps: readonly [string, string], numbers: MtuSetting | null, wanted: number): string {
  const ends = `between ${vteps[0]} and ${vteps[1]}`
  if (numbers === null) {
    return `Measure the path MTU ${ends} (tracepath, or ping -M do) and set the inner MTU to that less the overhead of the tunnel; clamp the TCP MSS to 40 bytes less (IPv6: 60)`
  }
  const { innerMtu, overhead, isIpv6Only, mss, mssIpv6 } = numbers
  const lower = `Set the inner MTU to ${innerMtu} and clamp MSS to ${isIpv6Only ? mssIpv6 : mss} ${ends}`
  return wanted > innerMtu ? `${lower}, or raise the underlay's IP MTU to at least ${wanted + overhead}` : lower
}
