/** `vxpcap fleet run`: folders of captures in, what all points say together out. */
import { CaptureError } from '../../capture/errors.ts'
import type { PointJob, PointOutcome, PointSettings, Shard } from '../../fleet/fleet-run.ts'
import { shareOf } from '../../fleet/fleet-run.ts'
import type { FleetStore, Manifest } from '../../fleet/node-store.ts'
import { plural } from '../../report/number.ts'
import { UsageError } from '../arguments.ts'
import { DONE, TROUBLE } from '../exit-status.ts'
import { complain, type Host, say } from '../host.ts'
import { STDIN } from '../inputs.ts'
import { Interruption } from '../interruption.ts'
import { progressOn } from '../progress.ts'
import { settingsOf } from '../reading.ts'
import { type FleetOptions, shardOf } from './options.ts'
import { pointsFile } from './points.ts'
import { show, verdict } from './show.ts'

type Edges = Awaited<ReturnType<Host['fleet']>>

/** Runs it. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function fleetRun(given: string[], options: FleetOptions, host: Host): Promise<number> {
  if (given.length === 0) throw new UsageError('fleet run needs a folder of captures; see vxpcap fleet --help')
  if (given.includes(STDIN))
    throw new UsageError("'-': a fleet is read from folders and files, not from standard input")
  if (options.resume && options.out === undefined)
    throw new UsageError('--resume goes on with a run that has --out; name it')
  const shard = shardOf(options, host)
  const { rows, ...settings } = settingsOf(options, options.rows)
  const counting: PointSettings = {
    ...settings,
    rows: rows === undefined || rows === Number.POSITIVE_INFINITY ? null : rows,
  }
  const interruption = new Interruption(host)
  const edges = await host.fleet()
  let temporary: FleetStore | null = null
  try {
    const folder = options.out ?? (await edges.temporaryFolder())
    const store = new edges.FleetStore(folder)
    if (options.out === undefined) temporary = store
    return await new Run(given, options, counting, shard, store, edges, host, interruption).run()
  } catch (error) {
    if (interruption.signal.aborted && error === interruption.signal.reason) {
      await complain(host, 'interrupted before there was anything to read')
      return interruption.status(false) ?? TROUBLE
    }
    if (!(error instanceof CaptureError)) throw error
    await complain(
      host,
      error.code === 'unwritable' ? `${options.out ?? 'temporary folder'}: ${error.message}` : error.message,
    )
    return interruption.status(false) ?? TROUBLE
  } finally {
    await temporary?.remove()
    interruption.release()
  }
}

class Run {
  constructor(
    private readonly given: string[],
    private readonly options: FleetOptions,
    private readonly settings: PointSettings,
    private readonly shard: Shard | null,
    private readonly store: FleetStore,
    private readonly edges: Edges,
    private readonly host: Host,
    private readonly interruption: Interruption,
  ) {}

  async run(): Promise<number> {
    const { edges, options, host, shard, store, interruption } = this
    const { signal } = interruption
    const vteps = await pointsFile(this.given, options, edges)
    const points = await edges.pointsIn(this.given, { signal, leftOut: store.folder })
    const all: PointJob[] = points.map((point) => ({ ...point, vteps: listOf(vteps.get(point.name)) }))
    for (const name of vteps.keys()) {
      if (!all.some((point) => point.name === name)) await complain(host, `points.json: there is no point ${name}`)
    }
    await this.#begin(all.map(({ name }) => name))
    const jobs = shard === null ? all : shareOf(all, shard)
    let outcomes: Map<string, PointOutcome>
    try {
      outcomes = await this.#read(jobs)
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) throw error
      return this.#interrupted(jobs)
    }
    const isTrouble = await this.#complain(jobs, outcomes)
    if (shard !== null) {
      if (!options.json && !options.quiet) await say(host, this.#part(jobs, shard))
      return isTrouble ? TROUBLE : DONE
    }
    const merge = new edges.FleetMerge()
    for (const { name } of jobs) {
      signal.throwIfAborted()
      const failed = outcomes.get(name)?.failed ?? null
      if (failed === null) merge.add(await store.document(name))
      else merge.fail(name, failed)
    }
    const fleet = merge.fleet()
    await show(fleet, options, host)
    return verdict(fleet, isTrouble, options.failOn, host)
  }

  /** Says in the folder what is run, or that it is what was begun there. @throws CaptureError where that was something else. */
  async #begin(points: string[]): Promise<void> {
    const { store, settings, options, shard } = this
    const manifest: Manifest = { schema: 'vxpcap.fleet-run/1', settings, points }
    await store.create()
    const before = await store.manifest()
    if (before === null) return store.writeManifest(manifest)
    const { folder } = store
    if (!options.resume && shard === null) {
      throw new CaptureError(
        'unsupported',
        `${folder} holds a run already; go on with it with --resume, or name another folder`,
      )
    }
    if (JSON.stringify(before.settings) !== JSON.stringify(settings)) {
      throw new CaptureError(
        'unsupported',
        `${folder} holds a run with other options; give the same, or name another folder`,
      )
    }
    if (JSON.stringify(before.points) === JSON.stringify(points)) return
    // Each part must mean the same points, or some would be in none.
    if (shard !== null) {
      throw new CaptureError('unsupported', `${folder} holds a run of other points; all parts need the same captures`)
    }
    store.writeManifest(manifest)
  }

  async #read(jobs: readonly PointJob[]): Promise<Map<string, PointOutcome>> {
    const { edges, host, options, settings, store, interruption } = this
    const progress = progressOn(host, options)
    const total =
      progress === undefined
        ? null
        : await host.size(jobs.flatMap(({ folder, files }) => files.map((file) => `${folder}/${file}`)))
    const read = new Map<string, number>()
    let sum = 0
    const onBytes = (name: string, bytes: number): void => {
      sum += bytes - (read.get(name) ?? 0)
      read.set(name, bytes)
      progress?.update(sum, total)
    }
    const { signal } = interruption
    try {
      if (options.engine === 'bullmq') return await this.#readOverRedis(jobs, onBytes)
      return await edges.readPoints(jobs, settings, store, {
        workers: options.workers ?? edges.cores(),
        signal,
        onBytes,
      })
    } finally {
      progress?.stop()
    }
  }

  /** Has the points read by workers elsewhere; without one it waits, and says so. */
  async #readOverRedis(
    jobs: readonly PointJob[],
    onBytes: (name: string, bytes: number) => void,
  ): Promise<Map<string, PointOutcome>> {
    const { edges, host, options, settings, store, interruption } = this
    const [{ readOverRedis }, { connectRedis }] = await Promise.all([import('./bullmq.ts'), import('./redis.ts')])
    const refusal = (message: string): Error => new UsageError(message)
    const redis = await connectRedis(options.redis!, () => {}, refusal)
    let hasSaid = false
    try {
      return await readOverRedis(redis, jobs, settings, store, edges, {
        signal: interruption.signal,
        refusal,
        onBytes,
        onNobody() {
          if (!hasSaid) void complain(host, 'no worker is there; waiting for one: vxpcap fleet worker --redis URL')
          hasSaid = true
        },
      })
    } finally {
      redis.disconnect()
    }
  }

  async #interrupted(jobs: readonly PointJob[]): Promise<number> {
    const { host, options, store, interruption } = this
    let done = 0
    for (const { name } of jobs) if ((await store.record(name))?.done === true) done++
    const way = options.out === undefined ? 'nothing is kept without --out' : `go on with --resume --out ${options.out}`
    await complain(host, `interrupted: ${done} of ${plural(jobs.length, 'point')} read; ${way}`)
    return interruption.status(false) ?? TROUBLE
  }

  /** Says what could not be read. @returns Whether anything could not. */
  async #complain(jobs: readonly PointJob[], outcomes: ReadonlyMap<string, PointOutcome>): Promise<boolean> {
    let isTrouble = false
    for (const { name } of jobs) {
      const { failed, troubles } = outcomes.get(name)!
      if (failed !== null) await complain(this.host, `${name}: failed: ${failed}`)
      for (const line of troubles) await complain(this.host, `${name}/${line}`)
      isTrouble ||= failed !== null || troubles.length > 0
    }
    return isTrouble
  }

  #part(jobs: readonly PointJob[], { index, count }: Shard): string {
    const { folder } = this.store
    return `part ${index + 1} of ${count}: ${plural(jobs.length, 'point')} in ${folder}; when all parts are there: vxpcap fleet merge ${folder}`
  }
}

function listOf(vteps: readonly string[] | undefined): string[] | null {
  return vteps === undefined ? null : [...vteps]
}
