/**
 * `npm run bench:compare`: what `vxpcap compare` takes for a capture and what arrived of it, beside `summarize` of both. The far side is
 * made of the near one: its clock is ahead, packets take a little while, and a hundredth of them is lost. Options are those of `npm run bench`.
 */
import { closeSync, existsSync, openSync, readSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { buildFolder } from './build.ts'
import { type Capture, capture } from './captures.ts'
import { parseOptions } from './options.ts'
import { time } from './process.ts'
import { Random } from './random.ts'
import { formatPlain } from './tables.ts'

const LOST = 0.01
/** Microseconds by which the far clock is ahead, and for which packets are under way. */
const AHEAD = 3_700_000
const DELAY = 200
const JITTER = 50

/** Lengths of classic pcap's headers in bytes, and how much is read at a time. */
const FILE_HEADER = 24
const RECORD_HEADER = 16
const CHUNK = 8 * 1024 * 1024

/** Classic pcap, little-endian, microseconds: as the generator writes it. */
const MAGIC = 0xa1b2_c3d4

/** Writes what arrives of a capture beside it, unless it is there. @returns Its path. */
function farSide({ path }: Capture): string {
  const far = path.replace(/\.pcap$/, '.far.pcap')
  if (existsSync(far)) return far
  const from = openSync(path, 'r')
  const to = openSync(`${far}.partial`, 'w')
  const random = new Random(1)
  const header = Buffer.alloc(FILE_HEADER)
  readSync(from, header, 0, FILE_HEADER, null)
  if (header.readUInt32LE(0) !== MAGIC) throw new Error(`${path} is no little-endian pcap file of microseconds`)
  writeSync(to, header)
  const chunk = Buffer.alloc(CHUNK)
  let held = 0
  for (;;) {
    const got = readSync(from, chunk, held, chunk.length - held, null)
    if (got === 0) break
    const end = held + got
    let at = 0
    let out = 0
    while (end - at >= RECORD_HEADER && end - at >= RECORD_HEADER + chunk.readUInt32LE(at + 8)) {
      const length = RECORD_HEADER + chunk.readUInt32LE(at + 8)
      if (random.fraction() >= LOST) {
        const time =
          chunk.readUInt32LE(at) * 1e6 +
          chunk.readUInt32LE(at + 4) +
          AHEAD +
          DELAY +
          Math.floor(random.fraction() * JITTER)
        chunk.writeUInt32LE(Math.floor(time / 1e6), at)
        chunk.writeUInt32LE(time % 1e6, at + 4)
        chunk.copyWithin(out, at, at + length)
        out += length
      }
      at += length
    }
    writeSync(to, chunk, 0, out)
    chunk.copyWithin(0, at, end)
    held = end - at
  }
  closeSync(from)
  closeSync(to)
  renameSync(`${far}.partial`, far)
  return far
}

interface Run {
  seconds: number
  peakMiB: number
}

async function run(dist: string, timeout: number, args: readonly string[]): Promise<Run> {
  const program = process.execPath
  const { status, seconds, peakBytes, errors } = await time({
    program,
    args: [join(dist, 'cli/main.js'), ...args, '--json', '--no-progress'],
    timeout,
  })
  if (status !== 0) throw new Error(`vxpcap ${args.join(' ')} ended with ${status}: ${errors}`)
  return { seconds, peakMiB: (peakBytes ?? 0) / 1024 / 1024 }
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1]!
}

async function main(): Promise<void> {
  const { captures, dist, runs, timeout } = parseOptions(process.argv.slice(2))
  const folder = buildFolder(dist)
  const rows = [['capture', 'summarize near s', 'far s', 'compare s', 'times both', 'peak MiB', 'of summarize']]
  for (const options of captures) {
    const near = capture(options)
    const far = farSide(near)
    const all: [Run, Run, Run][] = []
    for (let round = 0; round < runs; round++) {
      const one = ['summarize', '--threads', '1']
      all.push([
        await run(folder, timeout, [...one, near.path]),
        await run(folder, timeout, [...one, far]),
        await run(folder, timeout, ['compare', near.path, far]),
      ])
    }
    const seconds = (index: 0 | 1 | 2): number => median(all.map((round) => round[index].seconds))
    const peak = (index: 0 | 1 | 2): number => median(all.map((round) => round[index].peakMiB))
    const times = median(all.map(([one, other, both]) => both.seconds / (one.seconds + other.seconds)))
    const figures = [seconds(0), seconds(1), seconds(2), times].map((figure) => figure.toFixed(2))
    rows.push([near.title, ...figures, peak(2).toFixed(0), Math.max(peak(0), peak(1)).toFixed(0)])
  }
  process.stdout.write(`${formatPlain(rows)}\n`)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
