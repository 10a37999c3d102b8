/** LINKTYPE numbers of capture files: which codec a record starts with (the tcpdump.org link-layer header types registry). */

/** The link types that the walk knows. */
export const LinkType = {
  /** BSD loopback, the family in the byte order of the machine. */
  Null: 0,
  /** Ethernet. */
  Ethernet: 1,
  /** PPP, framed or not. */
  Ppp: 9,
  /** Raw IP as OpenBSD-derived systems write it. */
  RawBsd: 12,
  /** Raw IP, the number of some other systems. */
  RawOther: 14,
  /** PPP with address and control byte, or Cisco HDLC, as on serial lines. */
  PppHdlc: 50,
  /** PPPoE session header without Ethernet. */
  PppEther: 51,
  /** Raw IPv4 or IPv6. */
  Raw: 101,
  /** Cisco HDLC. */
  CiscoHdlc: 104,
  /** OpenBSD loopback, the family in network byte order. */
  Loop: 108,
  /** Linux cooked header, version 1. */
  LinuxSll: 113,
  /** Raw IPv4. */
  Ipv4: 228,
  /** Raw IPv6. */
  Ipv6: 229,
  /** Linux netfilter's log. */
  Nflog: 239,
  /** IEEE 802.3 mPackets, with their preamble. */
  EthernetMpacket: 274,
  /** Linux cooked header, version 2. */
  LinuxSll2: 276,
  /** Broadcom switch tag between addresses and type. */
  DsaTagBrcm: 281,
  /** Broadcom switch tag in front of the frame. */
  DsaTagBrcmPrepend: 282,
  /** Marvell DSA tag. */
  DsaTagDsa: 284,
  /** Marvell EDSA tag. */
  DsaTagEdsa: 285,
} as const

const KNOWN: ReadonlySet<number> = /* @__PURE__ */ new Set<number>(Object.values(LinkType))

/** Whether the walk knows a link type. */
export function isKnownLinkType(linkType: number): boolean {
  return KNOWN.has(linkType)
}
