/**
 * What explains what: symptoms by code, and whether a finding is about the same thing as another one. A symptom names its causes
 * (`because` in the document) and is folded under them in text, so that one fault takes one headline.
 */
import type { Finding } from '../summary.ts'

/** What keeps everything from arriving between two VTEPs, or in a VNI of theirs; the plainest first. */
const SEVERED = [
  'VTEP_UNREACHABLE',
  'TUNNEL_KIND_MISMATCH',
  'PORT_MISMATCH',
  'VNI_MISMATCH',
  'PORT_UNREACHABLE',
  'TTL_EXPIRED',
  'TTL_LOW',
] as const
/** What sends frames of some guests to the wrong place. */
const MISLED = [
  'LOOP',
  'ROGUE_VTEP',
  'DUPLICATE_MAC',
  'DUPLICATE_IP',
  'WRONG_SOURCE_VTEP',
  'STALE_FORWARDING',
  'INNER_MAC_UNKNOWN',
] as const
/** What loses packets for their size. */
const TOO_LARGE = ['SIZE_CLIFF', 'PMTU_BLACK_HOLE', 'ICMP_TOO_BIG'] as const
/** What two captures show to be lost on the way, or two points of a fleet. */
const LOST = ['PATH_LOSS', 'LOST_BETWEEN', 'MISSING_BETWEEN_POINTS'] as const
/** What loses single packets: only where there are enough of them. */
const DAMAGED = [
  'OUTER_CHECKSUM_BAD',
  'INNER_CHECKSUM_BAD',
  'INNER_TRUNCATED',
  'FRAGMENT_MISSING',
  'FLAG_I_CLEAR',
  'RESERVED_BITS',
  'ECN_ILLEGAL',
] as const
/** What interrupts for a moment; notes, which explain only what was found to lie in that moment. */
const MOVES = ['MAC_MOVED', 'IP_MOVED'] as const
const SILENT = [...SEVERED, ...MISLED, 'ONE_WAY'] as const

/** Causes by symptom, the likeliest first. No code explains itself, not even by way of another. */
const CAUSES: Readonly<Record<string, readonly string[]>> = {
  PORT_MISMATCH: ['TUNNEL_KIND_MISMATCH'],
  PORT_UNREACHABLE: ['TUNNEL_KIND_MISMATCH', 'PORT_MISMATCH', 'ROGUE_VTEP'],
  TTL_LOW: ['TTL_EXPIRED'],
  DUPLICATE_MAC: ['LOOP', 'ROGUE_VTEP'],
  DUPLICATE_IP: ['LOOP', 'ROGUE_VTEP', 'DUPLICATE_MAC'],
  MAC_MOVED: ['LOOP', 'ROGUE_VTEP', 'DUPLICATE_MAC'],
  IP_MOVED: ['LOOP', 'ROGUE_VTEP'],
  PMTU_BLACK_HOLE: ['SIZE_CLIFF'],
  LOST_BETWEEN: ['SIZE_CLIFF', 'PATH_LOSS', 'VTEP_UNREACHABLE', 'TTL_EXPIRED', 'ICMP_TOO_BIG', 'PORT_UNREACHABLE'],
  MISSING_BETWEEN_POINTS: ['PMTU_BLACK_HOLE', 'VTEP_UNREACHABLE', 'TTL_EXPIRED', 'ICMP_TOO_BIG', 'PORT_UNREACHABLE'],
  ONE_WAY: [...SEVERED, ...MISLED, ...LOST, 'OUTER_CHECKSUM_BAD', 'FLAG_I_CLEAR', 'RESERVED_BITS'],
  ARP_UNANSWERED: [...SILENT, ...LOST, 'REPLICATION_INCOMPLETE', 'OUTER_CHECKSUM_BAD', 'FLAG_I_CLEAR', 'RESERVED_BITS'],
  ECHO_UNANSWERED: [...SILENT, ...TOO_LARGE, ...LOST, ...DAMAGED, ...MOVES],
  TCP_UNANSWERED: [...SILENT, ...LOST, ...DAMAGED],
  UDP_UNANSWERED: [...SILENT, ...TOO_LARGE, ...LOST, ...DAMAGED],
  RETRANSMISSIONS: [...SILENT, ...TOO_LARGE, ...LOST, 'ALTERED_BETWEEN', 'REORDERED_BETWEEN', ...DAMAGED],
  DATA_MISSING: [...SILENT, ...TOO_LARGE, ...LOST, ...DAMAGED],
  FRAGMENT_MISSING: ['LOST_BETWEEN', 'MISSING_BETWEEN_POINTS', 'OUTER_FRAGMENTED'],
  MSS_TOO_LARGE: [...TOO_LARGE, 'OUTER_FRAGMENTED'],
  OUTER_CHECKSUM_BAD: ['ALTERED_BETWEEN'],
  INNER_CHECKSUM_BAD: ['ALTERED_BETWEEN', 'OUTER_CHECKSUM_BAD', 'INNER_TRUNCATED'],
  WRONG_SOURCE_VTEP: ['OUTER_CHECKSUM_BAD'],
  DUPLICATED_BETWEEN: ['LOOP'],
  DUPLICATED_PACKETS: ['LOOP', 'DUPLICATED_BETWEEN'],
  CAPTURE_DUPLICATES: ['DUPLICATED_BETWEEN'],
  RELAYED: ['LOOP'],
  SHARED_MAC: ['LOOP'],
  BUM_FLOOD: ['LOOP', ...SEVERED, 'ONE_WAY', 'ARP_UNANSWERED'],
}
/** Every code that explains another one. */
const EXPLAINING: ReadonlySet<string> = new Set(Object.values(CAUSES).flat())

/** About one guest or another of a VTEP: what shares one of these VTEPs may follow from it, wherever its other end is. */
const OF_GUESTS: readonly string[] = [...MISLED, ...MOVES]
/** What two captures prove of one direction. */
const BETWEEN: readonly string[] = [...LOST, 'SIZE_CLIFF', 'ALTERED_BETWEEN', 'DUPLICATED_BETWEEN']
/** What is asked by one VTEP and not answered by the other. */
export const ASKING: readonly string[] = ['ECHO_UNANSWERED', 'ONE_WAY', 'TCP_UNANSWERED', 'UDP_UNANSWERED']
/** Symptoms of one direction: what becomes of packets the other way has no part in them. */
const ONE_DIRECTION: readonly string[] = [
  'PMTU_BLACK_HOLE',
  'LOST_BETWEEN',
  'MISSING_BETWEEN_POINTS',
  'DATA_MISSING',
  'FRAGMENT_MISSING',
  'OUTER_CHECKSUM_BAD',
  'INNER_CHECKSUM_BAD',
  'DUPLICATED_PACKETS',
]
/** Symptoms more than this many times as frequent as damaged packets have another cause. */
const FREQUENT = 4

/** Codes that may explain this one, the likeliest first; none for most. */
export function causesOf(code: string): readonly string[] {
  return CAUSES[code] ?? []
}

/** Whether a finding may explain others: it is of such a code, and no mere note. */
export function isCause({ code, severity }: Finding): boolean {
  return severity !== 'note' && EXPLAINING.has(code)
}

/**
 * Whether a cause is about the same thing as a symptom that it may explain.
 * @param vteps - The symptom's VTEPs, where its subject does not say them.
 */
export function isAbout(
  cause: Finding,
  symptom: Finding,
  vteps: readonly string[] = symptom.subject.vteps ?? [],
): boolean {
  const { subject, code } = cause
  const { vni } = symptom.subject
  // Each side of a mismatch has a VNI of its own.
  if (subject.vni !== undefined && vni !== undefined && subject.vni !== vni && code !== 'VNI_MISMATCH') return false
  if ((DAMAGED as readonly string[]).includes(code) && cause.count * FREQUENT < symptom.count) return false
  const about = subject.vteps ?? []
  // Whoever rewrites a source address and leaves the checksum makes another VTEP of it, in every packet.
  if (symptom.code === 'WRONG_SOURCE_VTEP') return about[0] === vteps[0] && cause.count >= symptom.count
  // A source that is no VTEP refuses what its victims send.
  if (symptom.code === 'PORT_UNREACHABLE' && code === 'ROGUE_VTEP') return about[0] === vteps[1]
  if (ONE_DIRECTION.includes(symptom.code) && (BETWEEN.includes(code) || BETWEEN.includes(symptom.code))) {
    if (about[0] !== vteps[0] && about.length > 0 && vteps.length > 0) return false
  }
  // Said of a whole VNI.
  if (about.length === 0 || vteps.length === 0) return subject.vni !== undefined && subject.vni === vni
  return OF_GUESTS.includes(code)
    ? vteps.some((vtep) => about.includes(vtep))
    : vteps.every((vtep) => about.includes(vtep))
}

/** A finding of one capture, or of two. */
type Placed = Finding & { side?: string; otherPackets?: number[] }

/** Numbers of a finding's packets at a side. */
function numbersAt({ side, packets, otherPackets = [] }: Placed, at: string | undefined): readonly number[] {
  return side === at ? packets : otherPackets
}

/**
 * The likeliest of several causes of one kind, about the same thing as a symptom. What has no answer was lost on the way there, or its
 * answer on the way back: its own packets tell, where all that were lost are known.
 */
export function likeliest<Found extends Placed>(causes: readonly Found[], symptom: Placed): Found | undefined {
  const [first] = causes
  if (first === undefined || !BETWEEN.includes(first.code) || !ASKING.includes(symptom.code)) return first
  const from = symptom.subject.vteps?.[0]
  const there = causes.filter(({ subject }) => subject.vteps?.[0] === from)
  const back = causes.filter(({ subject }) => subject.vteps?.[0] !== from)
  const isLost = (cause: Found): boolean => {
    const numbers = numbersAt(symptom, cause.side)
    return cause.packets.some((packet) => numbers.includes(packet))
  }
  const isUnsure = ({ packets, count }: Found): boolean => packets.length < count
  return there.find(isLost) ?? there.find(isUnsure) ?? back[0] ?? first
}
