/**
 * Which files of a rotation are missing, by their names. Only names that a capture program itself makes are looked at, and only where they
 * count by one elsewhere: whoever reads every tenth file, or two of them, has chosen them, and numbers somebody gave by hand follow no rule.
 */

/** Files of one rotation that were not read. */
export interface RotationGap {
  before: string
  after: string
  first: number
  last: number
  /** Numbers that are missing in all gaps. */
  missing: number
  gaps: number
  files: number
}

/** A file's place in its rotation. */
interface Place {
  name: string
  number: number
}

const COMPRESSED = /\.(?:gz|zst|lz4)$/i
/** tcpdump -C: no number on the first, 1 on the next; with -W from 0, with zeros before it. The number stands behind the ending. */
const TCPDUMP = /^(.*\.(?:pcap|pcapng|cap|dump|dmp))(\d{0,9})$/i
/** dumpcap -b and editcap -c: number and time, or time and number, before the ending. */
const NUMBER_TIME = /^(.*)_(\d{5,9})_(\d{14})(\.[^.]*)?$/
const TIME_NUMBER = /^(.*)_(\d{14})_(\d{5,9})(\.[^.]*)?$/

/** What is missing of each rotation, in order of appearance. @param names - Of files in the order in which they were read. */
export function rotationGaps(names: readonly string[]): RotationGap[] {
  const rotations = new Map<string, Place[]>()
  for (const name of names) {
    const place = placeOf(name)
    if (place === null) continue
    const places = rotations.get(place.of)
    if (places === undefined) rotations.set(place.of, [{ name, number: place.number }])
    else places.push({ name, number: place.number })
  }
  return [...rotations.values()].flatMap((places) => gapsIn(places))
}

function placeOf(name: string): { of: string; number: number } | null {
  const plain = name.replace(COMPRESSED, '')
  const byTime = NUMBER_TIME.exec(plain)
  if (byTime !== null) return { of: `${byTime[1]}_${byTime[4] ?? ''}`, number: Number(byTime[2]) }
  const timeFirst = TIME_NUMBER.exec(plain)
  if (timeFirst !== null) return { of: `${timeFirst[1]}_${timeFirst[4] ?? ''}`, number: Number(timeFirst[3]) }
  const behind = TCPDUMP.exec(plain)
  return behind === null ? null : { of: behind[1]!, number: Number(behind[2] || 0) }
}

/** A ring that goes round begins again at its first number, and a list may be in another order: only what is nowhere is missing. */
function gapsIn(places: readonly Place[]): RotationGap[] {
  const known = new Set(places.map(({ number }) => number))
  let steps = 0
  let missing = 0
  const gaps: RotationGap[] = []
  for (const [index, { name, number }] of places.entries()) {
    const before = places[index - 1]
    if (before === undefined) continue
    if (number === before.number + 1) steps++
    if (number <= before.number + 1) continue
    let between = 0
    for (const other of known) if (other > before.number && other < number) between++
    const absent = number - before.number - 1 - between
    // What stands between, elsewhere in the list, was read in another order.
    if (between > 0 || absent <= 0) continue
    missing += absent
    gaps.push({
      before: before.name,
      after: name,
      first: before.number + 1,
      last: number - 1,
      missing,
      gaps: 0,
      files: places.length,
    })
  }
  const [first] = gaps
  if (first === undefined || steps < gaps.length) return []
  return [{ ...first, missing, gaps: gaps.length }]
}
