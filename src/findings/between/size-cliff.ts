/** SIZE_CLIFF: from a size on nothing arrives between two captures. */

import { amount, type Words } from '../finding.ts'
import { arrivesAt, type Between, temperedBetween, way } from '../words/compared.ts'
import { and, family, fromTo } from '../words/display-filter.ts'
import { grouped } from '../words/grouped.ts'

/** One direction. */
export interface SizeCliffFact extends Between {
  /** Largest outer IP length that arrived, and smallest above it that was lost. */
  passed: number
  lost: number
  /** Bytes from inner IP to outer IP. */
  overhead: number
}

/** Bytes of an IPv6 header, which its length field does not count (RFC 8200 §3). */
const IPV6_HEADER = 40
/** Bytes of IP and TCP headers (RFC 6691). */
const HEADERS = 40
/** Smallest path MTU of IPv6 (RFC 8200 §5), below which a size that arrived is chance and no path MTU. */
const LEAST_MTU = 1280

export const sizeCliff: Words<SizeCliffFact> = {
  code: 'SIZE_CLIFF',
  severity: 'error',
  meaning:
    'From a size on no packet arrives at the other capture point, while smaller ones do: a link on the path has a smaller MTU.',
  advice:
    'Raise the MTU of that link, or lower the inner MTU and clamp the MSS to what passes; let ICMP “fragmentation needed” (ICMPv6 “packet too big”) through to the VTEPs.',
  evidence:
    'Both captures of a comparison: every packet larger than the largest that arrived was lost, at least three, and more than the loss among smaller ones makes likely. Sizes are outer IP lengths; super-frames of segmentation offload do not count. With one capture it is PMTU_BLACK_HOLE.',
  title: ({ facts }) =>
    `No packet of ${grouped(facts.lost)} bytes or more arrives ${way(facts)}; ${grouped(facts.passed)} bytes do`,
  observed: ({ count, facts }) =>
    `All ${amount(count, 'packet')} of ${grouped(facts.lost)} bytes and more (outer IP) that left (${facts.sentAt} capture) ${way(facts)} did not arrive (${arrivesAt(facts)} capture); packets of up to ${grouped(facts.passed)} bytes did.`,
  inferred: ({ facts }) =>
    `A link between the two capture points carries at least ${grouped(facts.passed)} and less than ${grouped(facts.lost)} bytes of IP.${temperedBetween(facts)}`,
  remedy: ({ facts }) =>
    facts.passed < LEAST_MTU
      ? `Measure the path MTU between ${facts.from} and ${facts.to} (it lies between ${grouped(facts.passed)} and ${grouped(facts.lost)} bytes) with tracepath, or ping -M do with increasing -s; then raise the smallest link's MTU, or set the inner MTU to the result less ${facts.overhead}.`
      : `Raise the IP MTU of the links between ${facts.from} and ${facts.to} to what is sent, or set the inner MTU to ${facts.passed - facts.overhead} and clamp the MSS to ${facts.passed - facts.overhead - HEADERS}; measure in between (ping -M do with increasing -s) before settling on a number.`,
  displayFilter: ({ facts }) =>
    and(
      fromTo(facts.from, facts.to),
      family(facts.from) === 'ipv6' ? `ipv6.plen >= ${facts.lost - IPV6_HEADER}` : `ip.len >= ${facts.lost}`,
    ),
}
