/** What a VTEP sends like, in words: a hint where a remedy depends on the program, and no evidence of anything. */

/** The Linux kernel (its own devices, or Open vSwitch's datapath in it), or Open vSwitch's userspace datapath. */
export type Program = 'linux' | 'ovs'

/** A sentence with a leading space; empty when nothing tells. */
export function sendsLike(vtep: string, program: Program | null): string {
  if (program === null) return ''
  return program === 'ovs'
    ? ` Packets from ${vtep} look like those of Open vSwitch’s userspace datapath (IP identification always 0, source ports from 32768 up).`
    : ` Packets from ${vtep} look like those of the Linux kernel (IP identification set, source ports from 32768 to 60999).`
}

/** The commands that do it; what the kernel sends may be set up by either. */
export function command(program: Program | null, linux: string, ovs: string): string {
  return program === 'ovs' ? `Open vSwitch: ${ovs}` : `${linux}; Open vSwitch: ${ovs}`
}
