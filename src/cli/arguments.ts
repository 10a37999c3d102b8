/** Option values: from text to what the commands use, or a usage error that names option, value and way out. */

import { MAX_MEGABYTES, MIN_MEGABYTES } from '../analyzers/tables/memory.ts'
import { compareSeverity, SEVERITIES } from '../findings/severity.ts'
import { SECTION_NAMES, type SectionName } from '../report/text.ts'
import type { Severity } from '../summary.ts'

/** A mistake on the command line; its message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** When colours are used. */
export type ColorMode = 'auto' | 'always' | 'never'

/** What makes the exit status 1: a severity and everything above it, or nothing. */
export type FailOn = Severity | 'never'

const MAX_ROWS = 1_000_000_000
const MAX_THREADS = 256
const MOST_WORKERS = 256
/** Columns below which tables say nothing more, and more than any screen has. */
const MIN_WIDTH = 40
const MAX_WIDTH = 10_000
/** Largest IP packet, which no MTU exceeds (RFC 791 §3.1). */
const MAX_MTU = 65_535
/** Every IPv4 module forwards this much unfragmented (RFC 791 §3.2). */
const MIN_MTU = 68

/** `--top`: rows per table, 1 and more. */
export function parseTop(text: string): number {
  return whole('--top', text, 1, MAX_ROWS, 'such as --top 20')
}

/** `--rows`: rows per table in JSON, 0 and more; `Infinity` for `all`. */
export function parseRows(text: string): number {
  return text === 'all' ? Number.POSITIVE_INFINITY : whole('--rows', text, 0, MAX_ROWS, 'or --rows all')
}

/** `--port`: 1 to 65535. */
export function parsePort(text: string): number {
  return whole('--port', text, 1, 65_535, 'for several ports repeat --port')
}

/** `--underlay-mtu`: bytes of an IP packet, 68 to 65535. */
export function parseUnderlayMtu(text: string): number {
  return whole('--underlay-mtu', text, MIN_MTU, MAX_MTU, 'such as --underlay-mtu 1500')
}

/** Packets by number, from 1: `first` to `last`, both included. */
export interface PacketRange {
  readonly first: number
  /** `Infinity` for an open end. */
  readonly last: number
}

/** `--packet`: one number, `3-9`, or `3-` for everything from there on. */
export function parsePackets(text: string): PacketRange {
  const match = /^(\d+)(-(\d*))?$/.exec(text)
  const first = Number(match?.[1])
  const last = match?.[2] === undefined ? first : match[3] === '' ? Number.POSITIVE_INFINITY : Number(match[3])
  if (match === null || first < 1 || last < first || first > Number.MAX_SAFE_INTEGER) {
    throw new UsageError(`--packet '${text}': expected a number from 1, or a range such as 3-9 or 3-`)
  }
  return { first, last }
}

/** `--threads`: 1 to 256. */
export function parseThreads(text: string): number {
  return whole('--threads', text, 1, MAX_THREADS, 'or leave it out to have it chosen')
}

/** `--engine`. */
export function parseEngine(text: string): 'local' | 'bullmq' {
  if (text === 'local' || text === 'bullmq') return text
  throw new UsageError(`--engine '${text}': expected local or bullmq`)
}

/** `--redis`: the address of a Redis. */
export function parseRedis(text: string): string {
  if (/^(rediss?|unix):\/\/./.test(text) || text.startsWith('/')) return text
  throw new UsageError(`--redis: expected an address such as redis://127.0.0.1:6379, rediss:// for TLS`)
}

/** `--workers`: 1 to 256. */
export function parseWorkers(text: string): number {
  return whole('--workers', text, 1, MOST_WORKERS, 'or leave it out for one on each core')
}

/** `--memory`: megabytes, from what the program needs with its smallest tables. */
export function parseMemory(text: string): number {
  return whole('--memory', text, MIN_MEGABYTES, MAX_MEGABYTES, 'megabytes, such as --memory 512')
}

/** `--fail-on`: the mildest severity that makes the exit status 1. */
export function parseFailOn(text: string): FailOn {
  if (text === 'never') return text
  const severity = SEVERITIES.find((name) => name === text)
  if (severity === undefined) throw new UsageError(`--fail-on '${text}': expected error, warning, note or never`)
  return severity
}

/** `--width`: columns, from what tables need at the least. */
export function parseWidth(text: string): number {
  return whole('--width', text, MIN_WIDTH, MAX_WIDTH, 'columns, such as --width 100')
}

/** `--only`: names of sections, a list. */
export function parseSections(text: string, before: SectionName[] = []): SectionName[] {
  const sections = text.split(',').map((part) => {
    const name = SECTION_NAMES.find((each) => each === part.trim())
    if (name === undefined) {
      throw new UsageError(`--only '${part}': there is no such section; there are ${SECTION_NAMES.join(', ')}`)
    }
    return name
  })
  return [...before, ...sections]
}

/** `--color`. */
export function parseColor(text: string): ColorMode {
  if (text === 'auto' || text === 'always' || text === 'never') return text
  throw new UsageError(`--color '${text}': expected auto, always or never`)
}

/** Whether `severity` is at least as severe as `threshold`. */
export function isAtLeast(severity: Severity, threshold: FailOn): boolean {
  return threshold !== 'never' && compareSeverity(severity, threshold) <= 0
}

/** Whether to colour what goes to a stream: an explicit choice first, then NO_COLOR, FORCE_COLOR, TERM=dumb and the terminal. */
export function useColor(
  mode: ColorMode,
  env: Readonly<Record<string, string | undefined>>,
  isTerminal: boolean,
): boolean {
  if (mode !== 'auto') return mode === 'always'
  // Empty ones count as absent (no-color.org, force-color.org).
  if (env.NO_COLOR) return false
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false'
  return isTerminal && env.TERM !== 'dumb'
}

/** Whether the locale is POSIX's own, which knows ASCII alone; without any locale the terminal is most likely a modern one. */
export function isAsciiLocale({ LC_ALL, LC_CTYPE, LANG }: Readonly<Record<string, string | undefined>>): boolean {
  return /^(C|POSIX)$/.test(LC_ALL || LC_CTYPE || LANG || '')
}

function whole(option: string, text: string, from: number, to: number, hint: string): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value < from || value > to) {
    throw new UsageError(`${option} '${text}': expected a whole number from ${from} to ${to}; ${hint}`)
  }
  return value
}
