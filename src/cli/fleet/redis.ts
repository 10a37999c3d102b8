/**
 * A connection to Redis; the only user of ioredis, which is there only where a fleet is read over Redis. It imports nothing of ours, as
 * `bullmq.ts` does not: what they shared with other commands would be more files for every start.
 */

/** Milliseconds within which Redis must answer at first. */
const ANSWER_MS = 10_000
/** Milliseconds between two attempts to reach it again. */
const AGAIN_MS = 500

/** What is said where the packages are not there. */
export const NOT_INSTALLED = '--redis needs BullMQ beside vxpcap: npm install bullmq ioredis'

/** Makes an error of what is said. */
export type Refusal = (message: string) => Error

/** A connection of ioredis, as far as it is used here; BullMQ takes it as it is. */
export type Redis = import('ioredis').Redis

/**
 * Connects. Once it is there, a connection that breaks is made again, however long that takes.
 * @param onLost - Called when it breaks.
 * @param refusal - Makes the error that is thrown.
 * @throws what it makes, where Redis does not answer or ioredis is not installed. The message does not name the URL, which may hold a password.
 */
export async function connectRedis(url: string, onLost: () => void, refusal: Refusal): Promise<Redis> {
  const { Redis } = await import('ioredis').catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'ERR_MODULE_NOT_FOUND' ? refusal(NOT_INSTALLED) : error
  })
  const redis = new Redis(url, {
    maxRetriesPerRequest: null,
    connectTimeout: ANSWER_MS,
    retryStrategy: () => AGAIN_MS,
    lazyConnect: true,
  })
  let why: Error | null = null
  redis.on('error', (error) => {
    why = error
  })
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, ANSWER_MS, false)
  })
  try {
    // A first attempt that fails is made again meanwhile.
    redis.connect().catch(() => {})
    const isThere = await Promise.race([redis.ping().then(() => true), late])
    if (!isThere) throw why ?? new Error('no answer')
  } catch (error) {
    redis.disconnect()
    const message = (why as Error | null)?.message || (error as Error).message
    throw refusal(`Redis cannot be reached: ${message}`)
  } finally {
    clearTimeout(timer)
  }
  redis.on('close', onLost)
  return redis
}
