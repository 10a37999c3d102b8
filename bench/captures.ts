/** Generated captures on disk, each written once and known by its parameters. */
import { createHash } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { CaptureOptions } from './capture-options.ts'
import { type CaptureTotals, GENERATOR_VERSION, generate } from './generate.ts'
import { CACHE } from './paths.ts'

/** A generated capture. */
export interface Capture {
  /** `1M packets, 100k flows, snap 128`. */
  title: string
  path: string
  options: CaptureOptions
  totals: CaptureTotals
}

/** The capture with these options, generated unless it is in the cache. */
export function capture(options: CaptureOptions): Capture {
  const folder = join(CACHE, 'captures')
  const hash = createHash('sha256')
    .update(JSON.stringify([GENERATOR_VERSION, options, Object.keys(options)]))
    .digest('hex')
  const snap = options.snapLength === 0 ? 'full' : `s${options.snapLength}`
  const path = join(folder, `${options.packets}p-${options.flows}f-${snap}-${hash.slice(0, 8)}.${options.format}`)
  const totalsPath = `${path}.json`
  if (!existsSync(path) || !existsSync(totalsPath)) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(totalsPath, `${JSON.stringify(write(path, options))}\n`)
  }
  const totals: CaptureTotals = JSON.parse(readFileSync(totalsPath, 'utf8'))
  return { title: titleOf(options), path, options, totals }
}

/** Removes a capture from the cache. */
export function discard({ path }: Capture): void {
  for (const file of [path, `${path}.json`]) rmSync(file, { force: true })
}

/** What a capture is called in tables. */
export function titleOf({ packets, flows, snapLength, format, traffic }: CaptureOptions): string {
  const frames = snapLength === 0 ? 'full frames' : `snap ${snapLength}`
  const words = [
    `${short(packets)} packets`,
    `${short(flows)} flows`,
    frames,
    ...(traffic === 'mixed' ? ['mixed'] : []),
  ]
  return (format === 'pcap' ? words : [...words, format]).join(', ')
}

/** `7M`, `100k`, `1234`. */
export function short(count: number): string {
  if (count >= 1_000_000 && count % 100_000 === 0) return `${count / 1_000_000}M`
  if (count >= 1_000 && count % 1_000 === 0) return `${count / 1_000}k`
  return String(count)
}

/** Writes the file under another name first: an interrupted run leaves no half capture behind. */
function write(path: string, options: CaptureOptions): CaptureTotals {
  process.stderr.write(`generating ${titleOf(options)} …\n`)
  const partial = `${path}.partial`
  const file = openSync(partial, 'w')
  let totals: CaptureTotals
  try {
    totals = generate(options, (bytes) => {
      for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
    })
  } finally {
    closeSync(file)
  }
  renameSync(partial, path)
  return totals
}
