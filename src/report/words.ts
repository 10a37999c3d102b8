/** Small pieces of English. */
import { placer } from '../findings/by-file.ts'
import type { FileSummary, Finding, PacketOrigin, Subject, Summary, TunnelKind } from '../summary.ts'
import { integer, plural } from './number.ts'
import { printable } from './printable.ts'

/** Says where a packet is, for people: `12`, or `b.pcap:3` where there are several files. */
export type Locate = (packetNumber: number) => string

/** Carriers as people write them. */
export const CARRIER_NAMES: Readonly<Record<string, string>> = {
  '802.1ah': '802.1ah',
  'cisco-metadata': 'Cisco metadata',
  dsa: 'DSA switch tags',
  'e-tag': 'E-TAG',
  erspan: 'ERSPAN',
  gre: 'GRE',
  ipip: 'IP in IP',
  macsec: 'MACsec',
  mpls: 'MPLS',
  ppp: 'PPP',
  pppoe: 'PPPoE',
  snap: 'SNAP',
  'vn-tag': 'VN-Tag',
}

/** Names of the tunnels as their specifications write them (RFC 7348, draft-ietf-nvo3-vxlan-gpe, RFC 8926). */
export const KIND_NAMES: Record<TunnelKind, string> = {
  vxlan: 'VXLAN',
  'vxlan-gpe': 'VXLAN-GPE',
  geneve: 'Geneve',
  nvgre: 'NVGRE',
}

/** What each fault means to a reader of the report; the keys are the names in the document. */
const FAULT_WORDS: Record<string, string> = {
  Truncated: 'the packet ends inside the header',
  NotCaptured: 'truncated by the snap length',
  BadVersion: 'unknown version',
  BadHeaderLength: 'impossible header length',
  LengthBeyondPacket: 'length field exceeds the packet',
  LengthTooSmall: 'length field is smaller than the header',
  FlagMissing: 'I flag clear: no valid VNI',
  NotATunnel: 'datagram of another program, not a tunnel header',
  TooDeep: 'too many nested headers',
  Unsupported: 'unsupported protocol',
  UnknownLinkType: 'unknown link type',
  OriginalLengthImpossible: 'impossible original length: taken from the IP length',
}

/** A fault's name in the document as words; a name without words stands for itself. */
export function faultWords(fault: string): string {
  return FAULT_WORDS[fault] ?? printable(fault)
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[], conjunction = 'and'): string {
  if (items.length < 2) return items[0] ?? ''
  return `${items.slice(0, -1).join(', ')} ${conjunction} ${items[items.length - 1]}`
}

/** The first `most` items and how many more there are: `1, 2, 3 +4`. */
export function shortened(items: readonly (string | number)[], most: number): string {
  const head = items.slice(0, most).join(', ')
  return items.length > most ? `${head} +${integer(items.length - most)}` : head
}

/** A capture's name for people: the path as it was given, or what `-` stands for. */
export function captureName(name: string): string {
  return name === '-' ? 'standard input' : printable(name)
}

/** Stands for what a shortened name leaves out. */
export const MARK = '…'

/** A path of at most `width` columns: without its first directories, or without the middle of its name. */
export function shortPath(path: string, width: number): string {
  if (path.length <= width) return path
  const from = path.indexOf('/', path.length - width + 1)
  if (from >= 0 && from < path.length - 1) return MARK + path.slice(from)
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (name.length <= width) return name
  const end = Math.floor((width - 1) / 2)
  return `${name.slice(0, width - 1 - end)}${MARK}${name.slice(name.length - end)}`
}

/** How whole paths of Windows begin: a drive, or a server. Elsewhere a backslash is a letter of a name, or begins an escape. */
const OF_WINDOWS = /^([a-z]:[\\/]|\\\\[^\\])/i
/** A separator of Windows, and no escape as {@link printable} makes them: names in a page are escaped already. */
const LAST_PART = /.*(?:\/|\\(?!x[\da-f]{2}|u[\da-f]{4}|u\{[\da-f]{5,6}\}))/su

/** The last part of a path, escaped or not: what tells files of one directory apart. */
export function baseName(name: string): string {
  const cut = OF_WINDOWS.test(name) ? (LAST_PART.exec(name)?.[0].length ?? 0) - 1 : name.lastIndexOf('/')
  return captureName(cut >= 0 && cut < name.length - 1 ? name.slice(cut + 1) : name)
}

/** Names of files as the text prints them: the last parts of their paths, or whole ones where two of those are alike. */
export function fileNames(files: readonly FileSummary[]): string[] {
  const alike = new Set(files.map(({ name }) => baseName(name))).size < files.length
  return files.map(({ name }) => (alike ? captureName(name) : baseName(name)))
}

/**
 * Turns a packet number that runs on over all files into file and number within the file, as Wireshark counts.
 * Files with the same last name are told apart by their whole paths.
 * @param origins - Where each packet is, when the files were merged by time.
 */
export function locator(files: readonly FileSummary[], origins?: readonly PacketOrigin[]): Locate {
  if (files.length < 2) return String
  const names = fileNames(files)
  const place = placer(files, origins)
  return (packetNumber) => {
    const found = place(packetNumber)
    return found === null || names[found.file] === undefined
      ? String(packetNumber)
      : `${names[found.file]}:${found.number}`
  }
}

/** `VNI 100 or 200 to 210 and VTEP 10.0.0.1`, or an empty string without a filter. */
export function filterWords({ vnis, vniRanges, vteps, ips, macs, from, to }: Summary['filter']): string {
  const tenants = [...vnis.map(String), ...vniRanges.map(([first, last]) => `${first} to ${last}`)]
  const parts: string[] = []
  const add = (name: string, values: readonly string[]): void => {
    if (values.length > 0) parts.push(`${name} ${listed(values.map(printable), 'or')}`)
  }
  add('VNI', tenants)
  add('VTEP', vteps)
  add('address', ips)
  add('MAC', macs)
  if (from !== null && to !== null) parts.push(`time from ${from} to ${to}`)
  else if (from !== null) parts.push(`time from ${from}`)
  else if (to !== null) parts.push(`time up to ${to}`)
  return parts.join(' and ')
}

/** What a finding is about: `VNI 100, VTEPs 10.0.0.1, 10.0.0.2`. */
export function subjectWords({ vni, vteps, mac, ip, port }: Subject): string {
  const parts: string[] = []
  if (vni !== undefined) parts.push(`VNI ${vni}`)
  if (vteps !== undefined && vteps.length > 0)
    parts.push(`${vteps.length === 1 ? 'VTEP' : 'VTEPs'} ${vteps.join(', ')}`)
  if (mac !== undefined) parts.push(`MAC ${mac}`)
  if (ip !== undefined) parts.push(`IP ${ip}`)
  if (port !== undefined) parts.push(`port ${port}`)
  return parts.join(', ')
}

/** Codes of findings, each once: `LOOP, RETRANSMISSIONS ×3`. */
export function codesOf(findings: readonly Finding[]): string {
  const counts = new Map<string, number>()
  for (const { code } of findings) counts.set(code, (counts.get(code) ?? 0) + 1)
  return [...counts].map(([code, count]) => (count === 1 ? code : `${code} ×${count}`)).join(', ')
}

/** What the report is of: the capture's name, or how many there are and the first names. */
export function captureTitle({ capture: { files } }: Summary, width = Number.POSITIVE_INFINITY): string {
  const [first] = files
  if (first === undefined) return 'No capture'
  if (files.length === 1) return shortPath(captureName(first.name), width)
  const names = files.map(({ name }) => shortPath(baseName(name), width))
  return `${plural(files.length, 'capture')}: ${shortened(names, 3)}`
}
