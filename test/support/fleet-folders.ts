/** Folders of capture points for tests, and the processes that read them. */
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Bin, Run } from './built-bin.ts'
import { FIXTURES, fixture } from './goldens.ts'
import { packetsOf, rotated } from './rotated.ts'

/** Writes so many points into a folder, each a chain of up to three captures of a fixture. @returns Their names, in order. */
export function putPoints(folder: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `leaf-${String(index + 1).padStart(2, '0')}`
    const capture = fixture(FIXTURES[index % FIXTURES.length]!)
    const packets = packetsOf(capture)
    const cuts = [Math.floor(packets / 3), Math.floor(packets / 2)].slice(0, index % 3)
    rotated(capture, [...new Set(cuts)], join(folder, name))
    return name
  })
}

/** Bytes from which on a capture takes a while. */
const LONG = 48 * 1024 * 1024

/** Writes a point of two captures, of which reading the second one takes a while. */
export function putLongPoint(folder: string, bytes = LONG): void {
  mkdirSync(folder, { recursive: true })
  copyFileSync(fixture('kv-mixed-h1.pcap'), join(folder, 'a.pcap0'))
  const capture = readFileSync(fixture('kv-mixed-h1.pcap'))
  const records = capture.subarray(24)
  const times = Math.ceil(bytes / records.length)
  writeFileSync(join(folder, 'a.pcap1'), Buffer.concat([capture.subarray(0, 24), ...Array(times).fill(records)]))
}

/** A program under way. */
export interface Started {
  child: ChildProcess
  ended: Promise<Run>
}

/** Starts the program, and does not wait for its end. */
export function start(bin: Bin, argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Started {
  const child = spawn(process.execPath, [bin.script, ...argv], { stdio: ['ignore', 'pipe', 'pipe'], env })
  const result: Run = { status: null, out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    result.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    result.err += text
  })
  const ended = new Promise<Run>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (status) => resolve({ ...result, status }))
  })
  return { child, ended }
}

/** Processes that a process has started, as Linux tells. */
export function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
        const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
        return Number(ppid) === parent && state !== 'Z'
      } catch {
        return false
      }
    })
    .map(Number)
}

/** Waits until something is so. @throws Error where it is not within a minute. */
export async function until(isSo: () => boolean, what: string): Promise<void> {
  for (let waited = 0; !isSo(); waited += 5) {
    if (waited > 60_000) throw new Error(`it did not come to that: ${what}`)
    await sleep(5)
  }
}

/** Puts a file where its folder may not be yet. */
export function put(path: string, bytes: string | Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, bytes)
}
