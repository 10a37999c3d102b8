/** A worker process: reads one capture point after the other, as it is told. Signals are the business of whoever has started it. */

import { CaptureError } from '../capture/errors.ts'
import { fail, readPoint } from '../fleet/node-point-job.ts'
import { FleetStore } from '../fleet/node-store.ts'
import type { PointMessage, PointRequest } from './point-messages.ts'

/** Milliseconds between two messages of how far it is. */
const NEWS_MS = 100

process.on('SIGINT', () => {})
process.on('SIGHUP', () => {})
// Whoever has started it is gone.
process.on('disconnect', () => process.exit(0))
process.on('message', (request: PointRequest) => void work(request))

async function work({ job, settings, folder }: PointRequest): Promise<void> {
  let said = 0
  const store = new FleetStore(folder)
  try {
    const outcome = await readPoint(job, settings, store, {
      onBytes(bytes) {
        const now = Date.now()
        if (now - said < NEWS_MS) return
        said = now
        tell({ bytes })
      },
      onFile: (files) => tell({ files }),
    })
    tell({ outcome })
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    if (error instanceof CaptureError) tell({ error: message })
    // A point with which something is wrong that nobody has thought of does not end the others.
    else tell({ outcome: await fail(job, store, [], `unexpected error, please report it: ${message}`) })
  }
}

function tell(message: PointMessage): void {
  if (process.connected) process.send?.(message)
}
