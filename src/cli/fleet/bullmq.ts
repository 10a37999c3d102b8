/**
 * The engine on many machines: jobs in Redis, by BullMQ, of which this is the only user. A flow has one job a point; states and documents are
 * in the folder of the run, which all machines share, and never in Redis. A worker that dies, or that Redis does not hear of any more, loses
 * its lock, and its point goes on elsewhere from its last state.
 */
import { randomUUID } from 'node:crypto'
import { resolve } from 'node:path'
import type { Job, WorkerOptions } from 'bullmq'
import type { PointJob, PointOutcome, PointSettings } from '../../fleet/fleet-run.ts'
import type { FleetStore } from '../../fleet/node-store.ts'
import type { Host } from '../host.ts'
import { NOT_INSTALLED, type Redis, type Refusal } from './redis.ts'

type Edges = Awaited<ReturnType<Host['fleet']>>

/** The queue of all points; that of a run's own job has the run's name. */
const POINTS = 'vxpcap-fleet-points'
/** Milliseconds after which a worker that was not heard of has lost its job, and between two looks for such jobs. */
const LOCK_MS = 10_000
const LOOK_MS = 5_000
/** How often a job may be lost by workers, and how often it is tried again after an error that is no fault of the captures. */
const MOST_LOST = 3
const MOST_TRIED = 3
/** Milliseconds between two looks whether there is a worker, and between two messages of how far a job is. */
const NOBODY_MS = 2_000
const NEWS_MS = 1_000
/** Milliseconds that are given to take leave of Redis. */
const LEAVE_MS = 2_000

/** What is in a job. */
interface PointData {
  job: PointJob
  settings: PointSettings
  folder: string
}

/** How a run over Redis is watched. */
export interface OverRedisOptions {
  signal: AbortSignal
  onBytes: (name: string, bytes: number) => void
  /** There is no worker. */
  onNobody: () => void
  /** Makes an error of what is said. */
  refusal: Refusal
}

/** Reads points by workers that there are, or will be. @returns How each ended, by name. @throws the signal's reason, once it has come. */
export async function readOverRedis(
  redis: Redis,
  jobs: readonly PointJob[],
  settings: PointSettings,
  store: FleetStore,
  { fail }: Pick<Edges, 'fail'>,
  { signal, onBytes, onNobody, refusal }: OverRedisOptions,
): Promise<Map<string, PointOutcome>> {
  const outcomes = new Map<string, PointOutcome>()
  if (jobs.length === 0) return outcomes
  const { FlowProducer, Queue, QueueEvents, Worker } = await bullmq(refusal)
  const name = `vxpcap-fleet-${randomUUID()}`
  const connection = redis
  const flow = new FlowProducer({ connection })
  const queue = new Queue<PointData>(POINTS, { connection })
  const own = new Queue(name, { connection })
  const events = new QueueEvents(POINTS, { connection: redis.duplicate() })
  // Its job is due when every point is read, or has failed for good.
  const parent = new Worker(name, async () => {}, { connection, autorun: false, ...LOCKS })
  const all = [flow, queue, own, events, parent]
  for (const each of all) (each as NodeJS.EventEmitter).on('error', () => {})
  const names = new Map<string, string>()
  events.on('progress', ({ jobId, data }) => {
    const point = names.get(jobId)
    if (point !== undefined && typeof data === 'number') onBytes(point, data)
  })
  const watch = setInterval(() => {
    queue.getWorkersCount().then(
      (count) => count === 0 && onNobody(),
      () => {},
    )
  }, NOBODY_MS)
  let added: Job | null = null
  try {
    const finished = new Promise<void>((resolve, reject) => {
      parent.on('completed', () => resolve())
      parent.on('failed', (_, error) => reject(error))
      if (signal.aborted) reject(signal.reason)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    finished.catch(() => {})
    const tree = await flow.add({
      name: 'fleet',
      queueName: name,
      opts: { removeOnComplete: true, removeOnFail: true, attempts: MOST_TRIED },
      children: jobs.map((job, index) => {
        const jobId = `${name}-${index}`
        names.set(jobId, job.name)
        return {
          name: 'point',
          queueName: POINTS,
          data: { job, settings, folder: resolve(store.folder) } satisfies PointData,
          // Without that a point that has failed would have its run wait for ever.
          opts: {
            jobId,
            attempts: MOST_TRIED,
            ignoreDependencyOnFailure: true,
            removeOnComplete: true,
            removeOnFail: true,
          },
        }
      }),
    })
    added = tree.job
    void parent.run().catch(() => {})
    await finished
  } catch (error) {
    await within(added?.removeUnprocessedChildren())
    await within(added?.remove())
    throw error
  } finally {
    clearInterval(watch)
    await within(parent.close(true))
    await within(own.obliterate({ force: true }))
    await within(Promise.all([flow, queue, own, events].map((each) => each.close())))
  }
  for (const job of jobs) outcomes.set(job.name, await outcomeOf(job, store, fail))
  return outcomes
}

/** How a point ended, as the folder of the run has it: of one that nobody could finish nothing else tells. */
async function outcomeOf(job: PointJob, store: FleetStore, fail: Edges['fail']): Promise<PointOutcome> {
  const record = await store.record(job.name)
  if (record?.done === true) return { failed: null, troubles: record.troubles }
  if (record !== null && record.failed !== null) return { failed: record.failed, troubles: [] }
  return fail(job, store, [], `what read it died, ${MOST_LOST} times at the same place`)
}

/** How points are read for others. */
export interface ServeOptions {
  /** Points side by side. */
  workers: number
  signal: AbortSignal
  /** A point was begun, or ended. */
  onPoint: (name: string, what: 'begun' | 'ended') => void
  /** Makes an error of what is said. */
  refusal: Refusal
}

/** Reads points for whoever asks for it in Redis, until the signal comes. */
export async function serveRedis(
  redis: Redis,
  { readPoints, FleetStore }: Pick<Edges, 'readPoints' | 'FleetStore'>,
  { workers, signal, onPoint, refusal }: ServeOptions,
): Promise<void> {
  const { Worker } = await bullmq(refusal)
  const underWay = new Map<string, AbortController>()
  const work = async (job: Job<PointData>): Promise<void> => {
    const { job: point, settings, folder } = job.data
    const controller = new AbortController()
    underWay.set(job.id!, controller)
    onPoint(point.name, 'begun')
    let said = 0
    try {
      await readPoints([point], settings, new FleetStore(folder), {
        workers: 1,
        signal: AbortSignal.any([signal, controller.signal]),
        onBytes(_, bytes) {
          const now = Date.now()
          if (now - said < NEWS_MS) return
          said = now
          job.updateProgress(bytes).catch(() => {})
        },
      })
      onPoint(point.name, 'ended')
    } finally {
      underWay.delete(job.id!)
    }
  }
  const worker = new Worker<PointData>(POINTS, work, { connection: redis, concurrency: workers, ...LOCKS })
  worker.on('error', () => {})
  // Somebody else has it by now.
  worker.on('lockRenewalFailed', (ids) => {
    for (const id of ids) underWay.get(id)?.abort()
  })
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => resolve(), { once: true })
  })
  await within(worker.close(true))
}

const LOCKS: Pick<WorkerOptions, 'lockDuration' | 'stalledInterval' | 'maxStalledCount'> = {
  lockDuration: LOCK_MS,
  stalledInterval: LOOK_MS,
  maxStalledCount: MOST_LOST,
}

/** @throws what `refusal` makes, where it is not installed. */
async function bullmq(refusal: Refusal): Promise<typeof import('bullmq')> {
  try {
    return await import('bullmq')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
    throw refusal(NOT_INSTALLED)
  }
}

/** Waits for something that Redis may never answer, and whose failure changes nothing. */
async function within(work: Promise<unknown> | undefined): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, LEAVE_MS)
  })
  await Promise.race([work, late]).catch(() => {})
  clearTimeout(timer)
}
