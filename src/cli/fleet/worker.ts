/** `vxpcap fleet worker`: reads points for runs on other machines, as Redis has them, until Ctrl-C. */
import { UsageError } from '../arguments.ts'
import { DONE } from '../exit-status.ts'
import { complain, type Host } from '../host.ts'
import { Interruption } from '../interruption.ts'
import type { FleetOptions } from './options.ts'
import type { Redis } from './redis.ts'

/** Runs it. @returns Exit status. @throws UsageError. */
export async function fleetWorker(given: string[], options: FleetOptions, host: Host): Promise<number> {
  if (given.length > 0) throw new UsageError('fleet worker takes no path: runs say what there is to read')
  if (options.redis === undefined)
    throw new UsageError('fleet worker needs --redis, such as --redis redis://127.0.0.1:6379')
  const interruption = new Interruption(host)
  const edges = await host.fleet()
  const log = (line: string): void => {
    if (!options.quiet) void complain(host, line)
  }
  const refusal = (message: string): Error => new UsageError(message)
  let redis: Redis | null = null
  try {
    const [{ serveRedis }, { connectRedis }] = await Promise.all([import('./bullmq.ts'), import('./redis.ts')])
    redis = await connectRedis(
      options.redis,
      () => {
        if (!interruption.signal.aborted) log('Redis has gone; trying to reach it again')
      },
      refusal,
    )
    const workers = options.workers ?? edges.cores()
    log(`waiting for points, ${workers} at a time`)
    await serveRedis(redis, edges, {
      workers,
      signal: interruption.signal,
      refusal,
      onPoint: (name, what) => log(`${name}: ${what}`),
    })
    return interruption.status(true) ?? DONE
  } finally {
    redis?.disconnect()
    interruption.release()
  }
}
