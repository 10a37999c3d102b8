/** `npm run bench:profile <case>`: a CPU profile of one case, and its ten hottest functions. */
import { mkdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildFolder } from './build.ts'
import { capture } from './captures.ts'
import { parseOptions } from './options.ts'
import { BUNDLE, RESULTS } from './paths.ts'
import { time } from './process.ts'
import { formatPlain } from './tables.ts'

/** Microseconds between samples. */
const INTERVAL = 250
const HOTTEST = 10

/** What V8 writes with --cpu-prof. */
interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[]
  samples: number[]
  timeDeltas: number[]
}

async function main(): Promise<void> {
  const { subjects, captures, dist, timeout } = parseOptions(process.argv.slice(2))
  const name = subjects[0] ?? 'summarize'
  const folder = buildFolder(dist)
  const generated = capture(captures[0]!)
  mkdirSync(RESULTS, { recursive: true })
  const file = `${name.replace(/\W/g, '-')}-${Date.now()}.cpuprofile`
  const flags = [
    '--cpu-prof',
    `--cpu-prof-dir=${RESULTS}`,
    `--cpu-prof-name=${file}`,
    `--cpu-prof-interval=${INTERVAL}`,
  ]
  const args = [...flags, join(BUNDLE, 'worker.js'), name, folder, generated.path]
  const timing = await time({ program: process.execPath, args, timeout, keepOutput: true })
  if (timing.status !== 0) throw new Error(timing.errors)
  const profile: CpuProfile = JSON.parse(readFileSync(join(RESULTS, file), 'utf8'))
  const seconds = `${timing.seconds.toFixed(2)} s with the profiler`
  process.stdout.write(
    `${name} on ${generated.title}: ${seconds}\n${formatPlain(hottest(profile, generated.totals.packets))}\n`,
  )
  process.stdout.write(`bench/results/${file} opens in Chrome DevTools\n`)
}

/** Functions by the time spent in themselves. */
function hottest({ nodes, samples, timeDeltas }: CpuProfile, packets: number): string[][] {
  const frames = new Map(nodes.map(({ id, callFrame }) => [id, callFrame]))
  const self = new Map<string, number>()
  let total = 0
  for (const [index, id] of samples.entries()) {
    const frame = frames.get(id)
    if (frame === undefined || frame.functionName === '(idle)') continue
    const name = nameOf(frame)
    const delta = timeDeltas[index] ?? 0
    self.set(name, (self.get(name) ?? 0) + delta)
    total += delta
  }
  const rows = [...self].sort((left, right) => right[1] - left[1]).slice(0, HOTTEST)
  return [
    ['function', 'self', 'ns/packet'],
    ...rows.map(([name, time]) => [
      name,
      `${((100 * time) / total).toFixed(1)} %`,
      ((time * 1000) / packets).toFixed(0),
    ]),
  ]
}

const sources = new Map<string, string[]>()

/** `KeyTable.row (chunk-QAIKK4LA.js:410)`: profiles know methods, not classes, so the class is looked up in the source. */
function nameOf({ functionName, url, lineNumber }: CpuProfile['nodes'][number]['callFrame']): string {
  const name = functionName || '(anonymous)'
  if (!url.startsWith('file:')) return name
  const path = fileURLToPath(url)
  let lines = sources.get(path)
  if (lines === undefined) {
    lines = readFileSync(path, 'utf8').split('\n')
    sources.set(path, lines)
  }
  // A method's line is indented; a function's is not. A bundle has `class X` and `X = class`.
  const isMethod = /^\s/.test(lines[lineNumber] ?? '')
  let owner = ''
  for (let line = lineNumber; isMethod && owner === '' && line >= 0; line--) {
    const [, assigned, declared] = /^\S.*?(\w+) = class\b|^(?:export )?class (\w+)/.exec(lines[line]!) ?? []
    owner = assigned ?? declared ?? ''
  }
  return `${owner === '' ? '' : `${owner}.`}${name} (${basename(path)}:${lineNumber + 1})`
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
