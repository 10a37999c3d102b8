/** Runs of the built program whose peak of memory is measured. */
import { spawn } from 'node:child_process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Run } from './built-bin.ts'

/** Arguments of Node by which a process reports its peak on standard error when it ends. */
export const REPORT_PEAK = [
  '--import',
  `data:text/javascript,process.on('exit',()=>process.stderr.write('peak '+process.resourceUsage().maxRSS*1024+'\\n'))`,
]

/** Takes the report out of what a process wrote on standard error. @returns The peak in bytes, and the rest. */
export function peakOf(stderr: string): { peak: number; err: string } {
  return { peak: Number(/^peak (\d+)$/m.exec(stderr)?.[1]), err: stderr.replace(/^peak \d+\n/m, '') }
}

/** Runs a script on what comes in on standard input. */
export async function measured(
  script: string,
  argv: readonly string[],
  chunks: Iterable<Uint8Array>,
): Promise<Run & { peak: number }> {
  const child = spawn(process.execPath, [...REPORT_PEAK, script, ...argv], { stdio: 'pipe' })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    err += text
  })
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve))
  // A program that stops reading, at damage for one, closes the pipe.
  await pipeline(Readable.from(chunks, { highWaterMark: 1 }), child.stdin).catch(() => {})
  return { status: await closed, out, ...peakOf(err) }
}
