/** `npm run bench`: runs subjects on captures in turn, prints what they took, stores it. */
import { analyzerNames, buildFolder, loadBuild } from './build.ts'
import { DEFAULT_CAPTURE } from './capture-options.ts'
import { type Capture, capture, discard, titleOf } from './captures.ts'
import { growthTables } from './growth.ts'
import { type BenchOptions, parseOptions } from './options.ts'
import { PEER_NAMES, peerSubject } from './peers.ts'
import { promises } from './promises.ts'
import { writeReadme } from './readme.ts'
import { loadResults, type Measurement, newResults, type Results, saveResults } from './results.ts'
import { measureStartUp } from './start-up.ts'
import {
  buildName,
  CASE_NAMES,
  COMMAND_NAMES,
  caseSubject,
  commandSubject,
  type Subject,
  startSeconds,
} from './subjects.ts'
import { type Plan, suite } from './suites.ts'
import {
  absences,
  analyzerTable,
  comparisonTable,
  formatPlain,
  heading,
  measurementTable,
  promiseTable,
} from './tables.ts'

const ONE_PACKET = { ...DEFAULT_CAPTURE, packets: 4, flows: 1, vnis: 1, others: 0, faults: 0 }

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2))
  if (options.from !== null) {
    report(loadResults(options.from), options)
    return
  }
  const folder = buildFolder(options.dist)
  const older = options.compare === null ? null : buildFolder(options.compare)
  const groups = await groupsOf(folder)
  if (options.list) {
    for (const [name, members] of Object.entries(groups)) process.stdout.write(`${name}: ${members.join(' ')}\n`)
    return
  }
  const start = await startSeconds(folder, capture(ONE_PACKET))
  const plan = plans(options)
  const results = newResults(buildName(folder), older === null ? null : buildName(older), start)
  if (options.suite !== null) results.suite = options.suite
  results.startUp = await measureStartUp(folder)
  for (const { options: captureOptions, subjects } of plan) {
    const generated = capture(captureOptions)
    process.stderr.write(`${titleOf(captureOptions)}\n`)
    const measurements = await measure(generated, expand(subjects, groups), folder, older, options)
    results.captures.push({ ...generated, measurements })
    saveResults(results)
    if (options.discard) discard(generated)
  }
  process.stderr.write(`stored in ${saveResults(results)}\n`)
  report(results, options)
}

/** Groups of subjects by name. */
async function groupsOf(folder: string): Promise<Record<string, readonly string[]>> {
  const analyzers = analyzerNames(await loadBuild(folder))
  return {
    cases: CASE_NAMES,
    analyzers: ['analyze', ...analyzers.map((name) => `without:${name}`)],
    commands: COMMAND_NAMES,
    peers: PEER_NAMES,
  }
}

function plans(options: BenchOptions): readonly Plan[] {
  if (options.suite !== null) return suite(options.suite, options.shrink)
  const subjects = options.subjects.length > 0 ? options.subjects : ['cases', 'commands', 'peers']
  return options.captures.map((captureOptions) => ({ options: captureOptions, subjects }))
}

function expand(names: readonly string[], groups: Record<string, readonly string[]>): string[] {
  const expanded = new Set(names.flatMap((name) => groups[name] ?? [name]))
  const known = new Set(Object.values(groups).flat())
  for (const name of expanded) if (!known.has(name)) throw new Error(`there is no subject ${name}; try --list`)
  return [...expanded]
}

async function subjectOf(name: string, folder: string): Promise<Subject> {
  if (COMMAND_NAMES.includes(name)) return commandSubject(name, folder)
  if (PEER_NAMES.includes(name)) {
    return peerSubject(name, (generated, format) => capture({ ...generated.options, format }))
  }
  return caseSubject(name, folder)
}

/** Runs every subject once, then every one again: what disturbs the machine for a while disturbs them all. */
async function measure(
  generated: Capture,
  names: readonly string[],
  folder: string,
  older: string | null,
  { runs, slowRuns, timeout }: BenchOptions,
): Promise<Measurement[]> {
  const entries = await Promise.all(
    names.map(async (name) => {
      const subject = await subjectOf(name, folder)
      const isPeer = PEER_NAMES.includes(name)
      const before = older === null || isPeer ? null : await subjectOf(name, older)
      const measurement: Measurement = { subject: name, title: subject.title, samples: [] }
      if (subject.unavailable !== null) measurement.unavailable = subject.unavailable
      return { subject, before, measurement }
    }),
  )
  for (let run = 0; run < runs; run++) {
    for (const { subject, before, measurement } of entries) {
      if (measurement.unavailable !== undefined || (subject.isSlow && run >= slowRuns)) continue
      process.stderr.write(`  ${run + 1}/${runs} ${subject.name} …\n`)
      const sample = await subject.run(generated, timeout)
      if ('unavailable' in sample) {
        measurement.unavailable = sample.unavailable
        measurement.samples = []
        continue
      }
      measurement.samples.push(sample)
      if (before === null || before.unavailable !== null) continue
      const past = await before.run(generated, timeout)
      if (!('unavailable' in past)) measurement.older = [...(measurement.older ?? []), past]
    }
  }
  const measurements = entries.map(({ measurement }) => measurement)
  checkCounts(generated, measurements)
  return measurements
}

/** Who counts other packets than the generator wrote does not do the same work: say so. */
function checkCounts({ totals }: Capture, measurements: readonly Measurement[]): void {
  for (const { subject, samples } of measurements) {
    for (const { counted } of samples.slice(0, 1)) {
      const { packets, flows } = counted
      if (packets !== undefined && packets !== totals.packets) {
        process.stderr.write(`  ${subject} counted ${packets} packets, not ${totals.packets}\n`)
      }
      // Damaged packets may hide a flow or two.
      if (flows !== undefined && Math.abs(flows - totals.flows) > totals.faultyPackets) {
        process.stderr.write(`  ${subject} counted ${flows} flows, not ${totals.flows}\n`)
      }
    }
  }
}

function report(results: Results, options: BenchOptions): void {
  const parts = [heading(results)]
  for (const captureResults of results.captures) {
    parts.push(`\n${captureResults.title}\n${formatPlain(measurementTable(captureResults))}`)
    parts.push(...absences(captureResults))
    for (const table of [analyzerTable(captureResults), comparisonTable(captureResults)]) {
      if (table !== null) parts.push(`\n${formatPlain(table)}`)
    }
  }
  for (const { title, table } of growthTables(results)) parts.push(`\n${title}\n${formatPlain(table)}`)
  const promised = promiseTable(promises(results))
  if (promised !== null) parts.push(`\n${formatPlain(promised)}`)
  process.stdout.write(`${parts.join('\n')}\n`)
  if (options.writeReadme) writeReadme(results)
}

try {
  await main()
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 2
}
