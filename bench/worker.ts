/** One case in a process of its own: `worker.js <case> <build> <capture>` prints its sample as JSON. */
import { loadBuild } from './build.ts'
import { caseOf, Unavailable } from './cases.ts'
import type { Sample } from './sample.ts'

/** What a worker prints: a sample, or why there is none. */
export type WorkerAnswer = Sample | { unavailable: string }

async function main([name = '', folder = '', path = '']: string[]): Promise<WorkerAnswer> {
  const build = await loadBuild(folder)
  const run = caseOf(name)
  const begin = process.hrtime.bigint()
  const before = process.cpuUsage()
  try {
    const { counted, heapBytes } = await run(build, path)
    const seconds = Number(process.hrtime.bigint() - begin) / 1e9
    const { user, system } = process.cpuUsage(before)
    return {
      seconds,
      cpuSeconds: (user + system) / 1e6,
      heapBytes,
      peakBytes: process.resourceUsage().maxRSS * 1024,
      counted,
    }
  } catch (error) {
    // An older build may lack what a case uses.
    if (error instanceof Unavailable || error instanceof TypeError) return { unavailable: error.message }
    throw error
  }
}

process.stdout.write(`${JSON.stringify(await main(process.argv.slice(2)))}\n`)
