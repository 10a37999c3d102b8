/** LINKTYPE numbers of capture files: which codec a record starts with (the tcpdump.org link-layer header types registry). */

/** The link types that the walk knows. */
export const LinkType = {
  Null: 0,
  Ethernet: 1,
  /** Raw IP as OpenBSD-derived systems write it. */
  RawBsd: 12,
  /** Raw IP, the number of some other systems. */
  RawOther: 14,
  Raw: 101,
  Loop: 108,
  LinuxSll: 113,
  Ipv4: 228,
  Ipv6: 229,
  LinuxSll2: 276,
} as const

const NAMES: ReadonlyMap<number, string> = /* @__PURE__ */ new Map<number, string>([
  [LinkType.Null, 'NULL'],
  [LinkType.Ethernet, 'EN10MB'],
  [LinkType.RawBsd, 'RAW'],
  [LinkType.RawOther, 'RAW'],
  [LinkType.Raw, 'RAW'],
  [LinkType.Loop, 'LOOP'],
  [LinkType.LinuxSll, 'LINUX_SLL'],
  [LinkType.Ipv4, 'IPV4'],
  [LinkType.Ipv6, 'IPV6'],
  [LinkType.LinuxSll2, 'LINUX_SLL2'],
])

/** Whether the walk knows a link type. */
export function isKnownLinkType(linkType: number): boolean {
  return NAMES.has(linkType)
}

/** The registry's name of a link type (`EN10MB`); `LINKTYPE 147` for one that the walk does not know. */
export function linkTypeName(linkType: number): string {
  return NAMES.get(linkType) ?? `LINKTYPE ${linkType}`
}
