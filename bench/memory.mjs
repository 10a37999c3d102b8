/**
 * Does memory depend on the size of the capture? Generates two captures with the same flows, one of 100 MB and one of 1 GB (seeded;
 * in the folder for temporary files, removed afterwards), summarizes each in a process of its own, and prints the peak resident
 * memory of both with their ratio. Needs a build: `npm run bench:memory` makes it.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const SIZES = [100e6, 1000e6]
const FLOWS = 20_000
const VNIS = 16
const VTEPS = 8
/** Largest growth from the small capture to the large one that counts as none. */
const ALLOWED = 1.2

const BIN = fileURLToPath(new URL('../dist/cli/main.js', import.meta.url))

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

const HEADERS = 14 + 20 + 8 + 8 + 14 + 20 + 20

/** TCP flows in VXLAN: every one of them appears within the first hundred megabytes, sequence numbers and times advance. */
function generate(path, size) {
  const next = random(7)
  const file = openSync(path, 'w')
  const chunk = Buffer.alloc(1 << 20)
  let at = chunk.writeUInt32LE(0xa1b2c3d4, 0)
  at = chunk.writeUInt16LE(2, at)
  at = chunk.writeUInt16LE(4, at)
  at += 8
  at = chunk.writeUInt32LE(262_144, at)
  at = chunk.writeUInt32LE(1, at)
  const sequences = new Uint32Array(FLOWS)
  let written = 0
  let packets = 0
  while (written + at < size) {
    // First every flow once, then some far more often than others.
    const flow = packets < FLOWS ? packets : Math.floor(next() ** 3 * FLOWS)
    const payload = Math.floor(next() * 1380)
    if (at + 16 + HEADERS + payload > chunk.length) {
      writeSync(file, chunk, 0, at)
      written += at
      at = 0
    }
    at = record(chunk, at, packets++, flow, sequences[flow], payload)
    sequences[flow] += payload
  }
  writeSync(file, chunk, 0, at)
  closeSync(file)
  return packets
}

function record(chunk, start, packet, flow, sequence, payload) {
  const length = HEADERS + payload
  const from = flow % VTEPS
  const to = (from + 1 + (flow % (VTEPS - 1))) % VTEPS
  let at = chunk.writeUInt32LE(1_700_000_000 + Math.floor(packet / 10_000), start)
  at = chunk.writeUInt32LE((packet % 10_000) * 100, at)
  at = chunk.writeUInt32LE(length, at)
  at = chunk.writeUInt32LE(length, at)
  at = ethernet(chunk, at, to, from)
  at = ipv4(chunk, at, length - 14, packet, 17, 0x0a000001 + from, 0x0a000001 + to)
  at = chunk.writeUInt16BE(49_152 + (flow & 0x3fff), at)
  at = chunk.writeUInt16BE(4789, at)
  at = chunk.writeUInt16BE(length - 34, at)
  at = chunk.writeUInt16BE(0, at)
  at = chunk.writeUInt32BE(0x0800_0000, at)
  at = chunk.writeUInt32BE((flow % VNIS) << 8, at)
  at = ethernet(chunk, at, 0x10000 + (flow >> 3), 0x20000 + (flow >> 4))
  at = ipv4(chunk, at, 40 + payload, packet, 6, 0xc0a80000 + (flow >> 4), 0xac100000 + (flow >> 3))
  at = chunk.writeUInt16BE(1024 + (flow & 0x7fff), at)
  at = chunk.writeUInt16BE(443, at)
  at = chunk.writeUInt32BE(sequence, at)
  at = chunk.writeUInt32BE(1, at)
  at = chunk.writeUInt32BE(0x5010_ffff, at)
  at = chunk.writeUInt32BE(0, at)
  chunk.fill(packet & 0xff, at, at + payload)
  return at + payload
}

function ethernet(chunk, start, to, from) {
  let at = chunk.writeUIntBE(0x020000000000 + to, start, 6)
  at = chunk.writeUIntBE(0x020000000000 + from, at, 6)
  return chunk.writeUInt16BE(0x0800, at)
}

function ipv4(chunk, start, length, packet, protocol, from, to) {
  let at = chunk.writeUInt16BE(0x4500, start)
  at = chunk.writeUInt16BE(length, at)
  at = chunk.writeUInt16BE((packet & 0x7fff) + 1, at)
  at = chunk.writeUInt16BE(0, at)
  at = chunk.writeUInt16BE(0x4000 | protocol, at)
  at = chunk.writeUInt16BE(0, at)
  at = chunk.writeUInt32BE(from, at)
  at = chunk.writeUInt32BE(to, at)
  let sum = 0
  for (let word = start; word < at; word += 2) sum += chunk.readUInt16BE(word)
  sum = (sum & 0xffff) + (sum >>> 16)
  sum = (sum & 0xffff) + (sum >>> 16)
  chunk.writeUInt16BE(~sum & 0xffff, start + 10)
  return at
}

/** Writes the peak resident memory, in bytes, to file descriptor 3 at the end. Linux's own figure leaves the parent's out. */
const AT_EXIT = `
import { readFileSync, writeSync } from 'node:fs'
process.on('exit', () => {
  let peak = process.resourceUsage().maxRSS
  try { peak = Number(/VmHWM:\\s*(\\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) } catch {}
  writeSync(3, String(peak * 1024))
})`

/** Peak resident memory of a run in bytes, and how long it took in seconds. */
function measure(path, options) {
  const started = process.hrtime.bigint()
  const preload = `data:text/javascript,${encodeURIComponent(AT_EXIT)}`
  const argv = ['--import', preload, BIN, 'summarize', '--json', '--no-progress', ...options, path]
  const { status, output, stderr } = spawnSync(process.execPath, argv, {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(`vxpcap ended with ${status}: ${stderr}`)
  return { peak: Number(output[3]), seconds: Number(process.hrtime.bigint() - started) / 1e9 }
}

const megabytes = (bytes) => (bytes / 1e6).toFixed(1).padStart(8)

if (!readFileSync(BIN, 'utf8')) throw new Error(`${BIN} is empty`)
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-memory-'))
try {
  const captures = SIZES.map((size, index) => {
    const path = join(folder, `${index}.pcap`)
    return { path, packets: generate(path, size), bytes: statSync(path).size }
  })
  let flat = true
  for (const [title, options] of [
    ['one thread', ['--threads', '1']],
    ['as many threads as it chooses', []],
  ]) {
    console.log(`${title}, ${FLOWS.toLocaleString('en-US')} flows`)
    const peaks = captures.map(({ path, packets, bytes }) => {
      const { peak, seconds } = measure(path, options)
      const count = packets.toLocaleString('en-US').padStart(9)
      console.log(`  ${megabytes(bytes)} MB  ${count} packets  ${megabytes(peak)} MB peak  ${seconds.toFixed(2)} s`)
      return peak
    })
    const ratio = peaks[1] / peaks[0]
    flat &&= ratio <= ALLOWED
    console.log(`  ratio ${ratio.toFixed(3)}`)
  }
  console.log(flat ? 'Memory does not depend on the size of the capture.' : `More than ${ALLOWED}: it does.`)
  process.exitCode = flat ? 0 : 1
} finally {
  rmSync(folder, { recursive: true, force: true })
}
