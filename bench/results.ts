/** What a run of the benchmark found, as it is stored. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'
import type { CaptureOptions } from './capture-options.ts'
import type { CaptureTotals } from './generate.ts'
import { RESULTS, ROOT } from './paths.ts'
import type { Sample } from './sample.ts'
import type { StartUp } from './start-up.ts'

/** One subject on one capture. */
export interface Measurement {
  subject: string
  title: string
  samples: Sample[]
  /** Runs of the older build, when two are compared. */
  older?: Sample[]
  /** Why there are no samples. */
  unavailable?: string
}

/** All subjects on one capture. */
export interface CaptureResults {
  title: string
  options: CaptureOptions
  totals: CaptureTotals
  measurements: Measurement[]
}

/** A run of the benchmark. */
export interface Results {
  schema: 'vxpcap.bench/1'
  date: string
  machine: { cpu: string; cores: number; memoryBytes: number; system: string; node: string }
  build: string
  commit: string | null
  comparedTo: string | null
  /** The suite that was run, if one was. */
  suite?: string
  /** Seconds that `vxpcap summarize` takes on a capture of one packet. */
  startSeconds: number
  /** Absent in older results. */
  startUp?: StartUp
  captures: CaptureResults[]
}

/** Results without captures yet. */
export function newResults(build: string, comparedTo: string | null, startSeconds: number): Results {
  const processors = cpus()
  return {
    schema: 'vxpcap.bench/1',
    date: new Date().toISOString(),
    machine: {
      cpu: processors[0]?.model ?? 'unknown',
      cores: processors.length,
      memoryBytes: totalmem(),
      system: `${type()} ${release()}`,
      node: process.version,
    },
    build,
    commit: commit(),
    comparedTo,
    startSeconds,
    captures: [],
  }
}

/** Stores results. @returns The file. */
export function saveResults(results: Results): string {
  mkdirSync(RESULTS, { recursive: true })
  const file = join(RESULTS, `${results.date.replace(/[:.]/g, '-')}.json`)
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
  return file
}

/** Reads stored results. @throws Error when the file is something else. */
export function loadResults(file: string): Results {
  const results: Results = JSON.parse(readFileSync(file, 'utf8'))
  if (results.schema !== 'vxpcap.bench/1') throw new Error(`${file} holds no results of this benchmark`)
  return results
}

function commit(): string | null {
  try {
    const git = (...args: string[]): string => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim()
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' with changes')
  } catch {
    return null
  }
}
