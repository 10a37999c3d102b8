/** `vxpcap fleet merge`: documents of points and fleets, and folders of runs, joined one after the other. */
import { CaptureError } from '../../capture/errors.ts'
import type { Fleet, PointDocument } from '../../fleet-document.ts'
import { UsageError } from '../arguments.ts'
import { TROUBLE } from '../exit-status.ts'
import { complain, type Host } from '../host.ts'
import { Interruption } from '../interruption.ts'
import type { FleetOptions } from './options.ts'
import { pointsFile } from './points.ts'
import { show, verdict } from './show.ts'

/** Runs it. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function fleetMerge(given: string[], options: FleetOptions, host: Host): Promise<number> {
  if (given.length === 0) {
    throw new UsageError('fleet merge needs documents of points or fleets (.json), or the --out folder of a run')
  }
  const interruption = new Interruption(host)
  const edges = await host.fleet()
  const { signal } = interruption
  let isTrouble = false
  const complainOf = (line: string): Promise<void> => {
    isTrouble = true
    return complain(host, line)
  }
  try {
    const merge = new edges.FleetMerge({ vteps: await pointsFile([], options, edges) })
    const add = async (path: string): Promise<void> => {
      signal.throwIfAborted()
      try {
        merge.add((await edges.documentAt(path)) as PointDocument | Fleet)
      } catch (error) {
        const isOfIt = error instanceof CaptureError || error instanceof RangeError || error instanceof TypeError
        if (!isOfIt) throw error
        await complainOf(`${path}: ${error.message}`)
      }
    }
    for (const path of given) {
      if (!(await edges.isFolder(path))) {
        await add(path)
        continue
      }
      const store = new edges.FleetStore(path)
      const manifest = await store.manifest().catch(() => null)
      if (manifest === null) {
        await complainOf(`${path}: is a folder without a run of vxpcap fleet run --out; name documents, or that folder`)
        continue
      }
      for (const name of manifest.points) {
        const record = await store.record(name)
        if (record !== null && record.failed !== null) {
          merge.fail(name, record.failed)
          await complainOf(`${name}: failed: ${record.failed}`)
        } else if (record?.done === true) {
          await add(store.documentPath(name))
          for (const line of record.troubles) await complainOf(`${name}/${line}`)
        } else await complainOf(`${name}: not read to its end yet, and left out; see vxpcap fleet status ${path}`)
      }
    }
    if (merge.count === 0) return TROUBLE
    const fleet = merge.fleet()
    await show(fleet, options, host)
    return await verdict(fleet, isTrouble, options.failOn, host)
  } catch (error) {
    if (signal.aborted && error === signal.reason) {
      await complain(host, 'interrupted: nothing is shown of documents that were not all joined')
      return interruption.status(false) ?? TROUBLE
    }
    if (!(error instanceof CaptureError)) throw error
    await complain(host, error.message)
    return TROUBLE
  } finally {
    interruption.release()
  }
}
