/** What is timed: cases of a build in workers, commands of a build, and peers. All answer with a sample or with why not. */
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { buildFolder } from './build.ts'
import type { Capture } from './captures.ts'
import { BUNDLE, CACHE } from './paths.ts'
import { type Timing, time } from './process.ts'
import type { Sample } from './sample.ts'
import type { WorkerAnswer } from './worker.ts'

/** Something that can be timed on a capture. */
export interface Subject {
  /** Stable name, as on the command line. */
  name: string
  /** What it does, for tables. */
  title: string
  /** Once is enough: it takes minutes. */
  isSlow: boolean
  /** Why it cannot run here, `null` when it can. */
  unavailable: string | null
  run(capture: Capture, timeout: number): Promise<Sample | { unavailable: string }>
}

const CASE_TITLES: Readonly<Record<string, string>> = {
  read: 'read every record',
  walk: 'read, walk the layers',
  keys: 'read, walk, look up flow, VNI, VTEP pair and MAC',
  count: 'read, walk, look up, count',
  analyze: 'read, walk, every analyzer',
  summarize: 'summarize, file to JSON, in process',
  decapsulate: 'read, walk, find the inner frame to hand on',
  encode: 'read, walk, encode outer headers one by one',
  encapsulate: 'read, walk, encapsulate the inner frame again',
}

/** Cases that a worker runs, analyzers left out one by one not among them. */
export const CASE_NAMES: readonly string[] = Object.keys(CASE_TITLES)

/** A case of a build, in a worker. */
export function caseSubject(name: string, folder: string): Subject {
  const title = CASE_TITLES[name] ?? `every analyzer but ${name.split(':')[1]}`
  return {
    name,
    title,
    isSlow: false,
    unavailable: null,
    async run({ path }, timeout) {
      const args = [join(BUNDLE, 'worker.js'), name, folder, path]
      const timing = await time({ program: process.execPath, args, timeout, keepOutput: true })
      if (timing.timedOut) return { unavailable: `more than ${timeout} s` }
      if (timing.status !== 0) throw new Error(`case ${name} failed\n${timing.errors}`)
      return JSON.parse(timing.output) as WorkerAnswer
    },
  }
}

/** Commands of a build, by name. `%` stands for the capture, `&` for an output file. */
const COMMANDS: Readonly<Record<string, { title: string; args: readonly string[] }>> = {
  command: {
    title: 'vxpcap summarize --json',
    args: ['summarize', '--json', '--no-progress', '--threads', '1', '%'],
  },
  'command-2': {
    title: 'vxpcap summarize --json --threads 2',
    args: ['summarize', '--json', '--no-progress', '--threads', '2', '%'],
  },
  decap: { title: 'vxpcap decap', args: ['decap', '%', '-o', '&'] },
}

/** Names of the commands. */
export const COMMAND_NAMES: readonly string[] = Object.keys(COMMANDS)

/** A command of a build, timed from outside, start included. */
export async function commandSubject(name: string, folder: string): Promise<Subject> {
  const { title, args } = COMMANDS[name]!
  const script = join(folder, 'cli/main.js')
  const output = join(CACHE, 'output.pcapng')
  const help = await time({ program: process.execPath, args: [script, args[0]!, '--help'] })
  return {
    name,
    title,
    isSlow: false,
    unavailable: help.status === 0 ? null : `this build has no command ${args[0]}`,
    async run({ path, totals }, timeout) {
      mkdirSync(CACHE, { recursive: true })
      rmSync(output, { force: true })
      const words = args.map((word) => (word === '%' ? path : word === '&' ? output : word))
      const timing = await time({ program: process.execPath, args: [script, ...words], timeout })
      rmSync(output, { force: true })
      return sampleOf(timing, timeout, { packets: totals.packets })
    },
  }
}

/** Seconds that a build's command takes to start and end: the same command on a capture of one packet. */
export async function startSeconds(folder: string, onePacket: Capture): Promise<number> {
  const subject = await commandSubject('command', folder)
  const seconds: number[] = []
  for (let run = 0; run < 5; run++) {
    const sample = await subject.run(onePacket, 60)
    if ('unavailable' in sample) throw new Error(sample.unavailable)
    seconds.push(sample.seconds)
  }
  return Math.min(...seconds)
}

/** Name and version of the package that a build folder belongs to. */
export function buildName(path: string): string {
  const folder = buildFolder(path)
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, '../package.json'), 'utf8'))
    return `${name} ${version}`
  } catch {
    return folder
  }
}

/** What a program's run says from outside. */
export function sampleOf(
  timing: Timing,
  timeout: number,
  counted: Record<string, number>,
): Sample | { unavailable: string } {
  const { seconds, cpuSeconds, peakBytes, status, errors, timedOut } = timing
  if (timedOut) return { unavailable: `more than ${timeout} s` }
  if (status !== 0) return { unavailable: complaint(errors) }
  return { seconds, cpuSeconds, peakBytes, heapBytes: null, counted }
}

/** The line of what a program complained about that says most. */
export function complaint(errors: string): string {
  const lines = errors.trim().split('\n')
  return lines.find((line) => /^\w*Error\b/.test(line)) ?? (lines.at(-1) || 'failed without a word')
}
