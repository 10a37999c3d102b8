/** Display filters for each of several captures: Wireshark opens one at a time and numbers its packets from 1. */
import type { FileSummary, Finding, PacketOrigin } from '../summary.ts'

/** A packet in its file: index in `capture.files`, and number there as Wireshark counts. */
export interface Place {
  file: number
  number: number
}

/** A condition on packet numbers, as `frames` of finding.ts writes it. */
const FRAMES = /frame\.number in \{([\d, ]+)\}/g

/**
 * Says where packets are.
 * @param origins - Where each packet is that the document names, when the files were merged by time.
 */
export function placer(
  files: readonly FileSummary[],
  origins?: readonly PacketOrigin[],
): (packet: number) => Place | null {
  if (origins !== undefined) {
    const places = new Map(origins.map(({ packet, file, number }) => [packet, { file, number }]))
    return (packet) => places.get(packet) ?? null
  }
  return (packet) => {
    const file = files.findLastIndex(({ firstPacket, packets }) => packets > 0 && firstPacket <= packet)
    return file < 0 ? null : { file, number: packet - files[file]!.firstPacket + 1 }
  }
}

/**
 * Gives findings a display filter for each of several files that they name packets of; with one file they stay as they are.
 * @param readable - How many packets Wireshark reads of each file: not those of files that were appended to it.
 */
export function byFile(
  findings: readonly Finding[],
  files: readonly FileSummary[],
  origins?: readonly PacketOrigin[],
  readable: readonly number[] = [],
): Finding[] {
  const most = (file: number): number => readable[file] ?? Number.POSITIVE_INFINITY
  if (files.length < 2) {
    if (most(0) === Number.POSITIVE_INFINITY) return [...findings]
    const only = (packet: number): Place => ({ file: 0, number: packet })
    return findings.map((finding) => ({ ...finding, displayFilter: inFile(finding.displayFilter, 0, only, most(0)) }))
  }
  const place = placer(files, origins)
  return findings.map((finding) => {
    const named = new Set(finding.packets.flatMap((packet) => place(packet)?.file ?? []))
    if (finding.displayFilter === '' || named.size === 0) return finding
    const displayFilters = [...named]
      .sort((left, right) => left - right)
      .map((file) => ({ file, filter: inFile(finding.displayFilter, file, place, most(file)) }))
      .filter(({ filter }) => filter !== '')
    return { ...finding, displayFilter: displayFilters[0]?.filter ?? '', displayFilters }
  })
}

/** The filter with the packet numbers of one file that Wireshark reads; empty where it is about packet numbers and none is left. */
function inFile(filter: string, file: number, place: (packet: number) => Place | null, most: number): string {
  const here = filter.replaceAll(FRAMES, (_, list: string) => {
    const numbers = list.split(', ').flatMap((packet) => {
      const found = place(Number(packet))
      return found?.file === file && found.number <= most ? [found.number] : []
    })
    // No packet has the number 0.
    return `frame.number in {${numbers.length === 0 ? 0 : numbers.join(', ')}}`
  })
  return here === 'frame.number in {0}' ? '' : here
}
