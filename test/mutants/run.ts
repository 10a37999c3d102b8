/**
 * `npm run mutants`: plants mutants in copies of the project, runs the tests that must notice, and prints who did.
 * MUTANTS_PER_FILE (12 unless given, or `all`), MUTANTS_SEED, MUTANTS_ONLY (a regular expression on paths). Exit status 1 when one survives
 * that equivalents.ts does not list, or when there are too few places for them.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { EQUIVALENTS } from './equivalents.ts'
import type { Answer, Order } from './host.ts'
import { chosen, type Mutant, mutantsOf, planted } from './operators.ts'
import { TARGETS, type Target } from './targets.ts'

const ROOT = process.cwd()
const HOST = new URL('./host.js', import.meta.url).pathname
/** Milliseconds after which a mutant counts as caught in an endless loop. */
const TIMEOUT_MS = 120_000
/** Fewest places for a mutant in a codec, a builder, or a subject of several files. */
const LEAST_PLACES = 10
/** Processes that plant at the same time. */
const PROCESSES = 2

const perFile =
  process.env.MUTANTS_PER_FILE === 'all' ? Number.POSITIVE_INFINITY : Number(process.env.MUTANTS_PER_FILE ?? 12)
const seed = Number(process.env.MUTANTS_SEED ?? 7348)
const only = new RegExp(process.env.MUTANTS_ONLY ?? '')

/** What became of one mutant. */
interface Fate {
  readonly mutant: Mutant
  readonly outcome: 'killed' | 'timeout' | 'survived' | 'equivalent'
}

/** A copy of the project with a process that runs its tests. */
class Copy {
  private readonly folder = mkdtempSync(join(tmpdir(), 'vxpcap-mutants-'))
  private child: ChildProcess | undefined

  constructor() {
    for (const name of ['src', 'test', 'fixtures', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      cpSync(join(ROOT, name), join(this.folder, name), { recursive: true })
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'))
    // Which input is the smallest that fails is of no interest here.
    writeFileSync(
      join(this.folder, 'no-shrinking.ts'),
      "import fc from 'fast-check'\nfc.configureGlobal({ endOnFailure: true, seed: 7348 })\n",
    )
  }

  /** Runs tests with a source as it is given. @returns `undefined` when they do not end. */
  async run(order: Order): Promise<Answer | undefined> {
    this.child ??= fork(HOST, [this.folder], {
      cwd: this.folder,
      detached: true,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const { child } = this
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.stop()
        resolve(undefined)
      }, TIMEOUT_MS)
      const ended = (code: number | null): void => {
        clearTimeout(timer)
        reject(new Error(`the process that runs the tests ended with ${code}`))
      }
      child.once('exit', ended)
      child.once('message', (answer: Answer) => {
        clearTimeout(timer)
        child.off('exit', ended)
        resolve(answer)
      })
      child.send(order)
    })
  }

  /** Ends the process and those that it started. */
  stop(): void {
    const { child } = this
    this.child = undefined
    if (child?.pid === undefined) return
    child.removeAllListeners()
    try {
      process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended by itself.
    }
  }

  remove(): void {
    this.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function isEquivalent(source: string, { code, change }: Mutant): boolean {
  return EQUIVALENTS.some((one) => one.source === source && one.code === code && one.change === change)
}

async function fatesOf(copy: Copy, target: Target): Promise<Fate[]> {
  const { source, tests, isTable } = target
  const text = readFileSync(join(ROOT, source), 'utf8')
  const unharmed = await copy.run({ source, text, tests })
  if (unharmed === undefined || unharmed.failed || unharmed.ran === 0) {
    throw new Error(`${tests.join(', ')} must pass on ${source} as it is, before mutants mean anything`)
  }
  const fates: Fate[] = []
  try {
    for (const mutant of chosen(mutantsOf(source, text, isTable), perFile, seed)) {
      const answer = await copy.run({ source, text: planted(text, mutant), tests })
      const killed = answer === undefined ? 'timeout' : answer.failed ? 'killed' : undefined
      fates.push({ mutant, outcome: killed ?? (isEquivalent(source, mutant) ? 'equivalent' : 'survived') })
    }
  } finally {
    await copy.run({ source, text, tests: [] })
  }
  return fates
}

/** What has fewer than {@link LEAST_PLACES}, however many of them are planted in this run. */
function tooSmall(): string[] {
  const places = new Map<string, number>()
  for (const { source, isTable, subject = source } of TARGETS) {
    const count = mutantsOf(source, readFileSync(join(ROOT, source), 'utf8'), isTable).length
    places.set(subject, (places.get(subject) ?? 0) + count)
  }
  return [...places].filter(([, count]) => count < LEAST_PLACES).map(([subject]) => subject)
}

function cell(text: string | number, width: number): string {
  return String(text).padStart(width)
}

async function main(): Promise<number> {
  const targets = TARGETS.filter(({ source }) => only.test(source))
  const begun = Date.now()
  const results = new Map<string, Fate[]>()
  const troubles: string[] = []
  const queue = [...targets]
  console.log(`${perFile} mutants for each of ${targets.length} files, seed ${seed}`)
  console.log('  mutants  killed  endless  equivalent  survived  file')
  const copies = Array.from({ length: PROCESSES }, () => new Copy())
  try {
    await Promise.all(
      copies.map(async (copy) => {
        for (let target = queue.shift(); target !== undefined; target = queue.shift()) {
          try {
            const fates = await fatesOf(copy, target)
            results.set(target.source, fates)
            const count = (outcome: Fate['outcome']): number => fates.filter((fate) => fate.outcome === outcome).length
            console.log(
              `${cell(fates.length, 9)}${cell(count('killed'), 8)}${cell(count('timeout'), 9)}${cell(count('equivalent'), 12)}${cell(count('survived'), 10)}  ${target.source}`,
            )
          } catch (error) {
            troubles.push(error instanceof Error ? error.message : String(error))
            copy.stop()
          }
        }
      }),
    )
  } finally {
    for (const copy of copies) copy.remove()
  }
  const all = [...results.values()].flat()
  let survivors = 0
  for (const [source, fates] of [...results].sort()) {
    for (const { mutant, outcome } of fates) {
      if (outcome !== 'survived') continue
      survivors++
      console.log(`survived: ${source}:${mutant.line}\n    ${mutant.code}\n    ${mutant.change}`)
    }
  }
  for (const trouble of troubles) console.log(`not tried: ${trouble}`)
  const small = tooSmall()
  if (small.length > 0) console.log(`fewer than ${LEAST_PLACES} places for a mutant: ${small.join(', ')}`)
  const seconds = Math.round((Date.now() - begun) / 1000)
  console.log(
    `${all.length} mutants, ${all.length - survivors} killed or equivalent, ${survivors} survived, in ${seconds} s`,
  )
  return survivors > 0 || troubles.length > 0 || small.length > 0 ? 1 : 0
}

process.exit(await main())
