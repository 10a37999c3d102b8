/** What the command takes before it has anything to do, against Node doing nothing. */
import { join } from 'node:path'
import { ROOT } from './paths.ts'
import { time } from './process.ts'

/** Seconds from start to exit, minima. */
export interface StartUp {
  /** `node -e 0`. */
  node: number
  /** `vxpcap --version`. */
  version: number
  /** `vxpcap summarize` of 5 kB, as text. */
  summarize: number
}

/** Times each start so often, in turn. */
const RUNS = 10
/** 70 packets, 5.6 kB. */
const SMALL = 'fixtures/pcaps/kv-snap-64-h1.pcap'

/** Times the three. @throws Error when one of them fails. */
export async function measureStartUp(folder: string): Promise<StartUp> {
  const script = join(folder, 'cli/main.js')
  const starts = {
    node: ['-e', '0'],
    version: [script, '--version'],
    summarize: [script, 'summarize', join(ROOT, SMALL)],
  }
  const least: StartUp = { node: Infinity, version: Infinity, summarize: Infinity }
  for (let run = 0; run < RUNS; run++) {
    for (const name of ['node', 'version', 'summarize'] as const) {
      const { seconds, status, errors } = await time({ program: process.execPath, args: starts[name] })
      if (status !== 0) throw new Error(`${starts[name].join(' ')}: ${errors}`)
      least[name] = Math.min(least[name], seconds)
    }
  }
  return least
}
