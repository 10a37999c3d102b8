/** The options that select, the same in every command that shows a part of a capture: from their texts to a selection. */
import { parseMac } from '../codecs/core/address.ts'
import { VNI_MAX } from '../codecs/headers/vxlan.ts'
import { parseAddressRange } from '../selection/address-ranges.ts'
import { checkSelection, type Selection } from '../selection/selection.ts'
import { parseTime } from '../selection/times.ts'
import { UsageError } from './arguments.ts'

/** One VNI, or the first and last of a range. */
export type VniPart = number | [first: number, last: number]

/** The options as the command line gives them; lists of one kind have been put together. */
export interface SelectionOptions {
  vni?: VniPart[] | undefined
  vtep?: string[] | undefined
  ip?: string[] | undefined
  mac?: string[] | undefined
  from?: string | undefined
  to?: string | undefined
}

/** Most values in all lists of one option. */
const MOST_VALUES = 100_000

/** `--vni`: VNIs of 24 bits (RFC 7348 §5) and ranges of them. */
export function parseVnis(text: string, before: VniPart[] = []): VniPart[] {
  return listed('--vni', text, before, (part) => {
    const match = /^(\d{1,8})(?:-(\d{1,8}))?$/.exec(part)
    const first = Number(match?.[1])
    const last = match?.[2] === undefined ? first : Number(match[2])
    if (match === null || last > VNI_MAX || first > last) {
      throw new UsageError(
        `--vni '${part}': expected a VNI from 0 to ${VNI_MAX}, or a list with ranges such as 100,200-210`,
      )
    }
    return match[2] === undefined ? first : [first, last]
  })
}

/** `--vtep`. */
export function parseVteps(text: string, before?: string[]): string[] {
  return addresses('--vtep', text, before)
}

/** `--ip`. */
export function parseIps(text: string, before?: string[]): string[] {
  return addresses('--ip', text, before)
}

/** `--mac`: six pairs of hex digits each. */
export function parseMacs(text: string, before: string[] = []): string[] {
  return listed('--mac', text, before, (part) => {
    try {
      parseMac(part)
      return part
    } catch {
      throw new UsageError(
        `--mac '${part}': expected six pairs of hex digits such as 52:54:00:e7:30:fc, or a list of such`,
      )
    }
  })
}

/** `--from`. */
export function parseFrom(text: string): string {
  return time('--from', text)
}

/** `--to`. */
export function parseTo(text: string): string {
  return time('--to', text)
}

/** Whether any of the options was given. */
export function isSelecting({ vni, vtep, ip, mac, from, to }: SelectionOptions): boolean {
  return [vni, vtep, ip, mac, from, to].some((value) => value !== undefined)
}

/** What the options select. @throws UsageError where `--to` comes before `--from`. */
export function selectionOf({ vni, vtep, ip, mac, from, to }: SelectionOptions): Selection {
  const selection: Selection = {
    ...(vni && { vnis: vni.filter((part) => typeof part === 'number') }),
    ...(vni && { vniRanges: vni.filter((part) => typeof part !== 'number') }),
    ...(vtep && { vteps: vtep }),
    ...(ip && { ips: ip }),
    ...(mac && { macs: mac }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
  }
  try {
    checkSelection(selection)
  } catch {
    throw new UsageError(`--to '${to}' comes before --from '${from}'; times without a zone are UTC`)
  }
  return selection
}

function addresses(option: string, text: string, before: string[] = []): string[] {
  return listed(option, text, before, (part) => {
    try {
      parseAddressRange(part)
      return part
    } catch {
      throw new UsageError(
        `${option} '${part}': expected an IPv4 or IPv6 address, a prefix such as 10.0.0.0/8, a range such as 10.0.0.1-10.0.0.9, or a list of such`,
      )
    }
  })
}

function listed<Part>(option: string, text: string, before: readonly Part[], parse: (part: string) => Part): Part[] {
  const parts = [...before, ...text.split(',').map((part) => parse(part.trim()))]
  if (parts.length > MOST_VALUES) throw new UsageError(`${option}: takes at most ${MOST_VALUES} values`)
  return parts
}

function time(option: string, text: string): string {
  try {
    parseTime(text)
    return text
  } catch {
    throw new UsageError(
      `${option} '${text}': expected a time such as 2026-11-22T07:16:17Z (UTC unless it names a zone), or seconds since 1970`,
    )
  }
}
