/** `vxpcap fleet status`: how far a run has come, of which the folder says it. */
import { CaptureError } from '../../capture/errors.ts'
import type { PointRecord } from '../../fleet/node-store.ts'
import { integer, plural } from '../../report/number.ts'
import { printable } from '../../report/printable.ts'
import { type Column, type DrawTable, table } from '../../report/table.ts'
import { UsageError } from '../arguments.ts'
import { DONE, TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printJson } from '../host.ts'
import { drawn, screenOf } from '../screen.ts'
import type { FleetOptions } from './options.ts'

/** How far a point is. */
interface PointStatus {
  name: string
  status: 'done' | 'failed' | 'begun' | 'waiting'
  /** Captures read to their end. */
  filesRead: number
  /** Captures that there are; `null` before it was begun. */
  files: number | null
  /** The capture at which it is; `null` where it is at none. */
  file: string | null
  /** Why it failed. */
  failed: string | null
}

/** Runs it. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function fleetStatus(given: string[], options: FleetOptions, host: Host): Promise<number> {
  const [folder] = given
  if (folder === undefined || given.length > 1)
    throw new UsageError('fleet status takes one folder: the --out of a run')
  const { FleetStore } = await host.fleet()
  const store = new FleetStore(folder)
  const points: PointStatus[] = []
  try {
    const manifest = await store.manifest()
    if (manifest === null)
      throw new CaptureError('unreadable', 'is no folder of a run; name the --out of vxpcap fleet run')
    for (const name of manifest.points) points.push(statusOf(name, await store.record(name)))
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    await complain(host, `${folder}: ${error.message}`)
    return TROUBLE
  }
  const hasFailed = points.some(({ status }) => status === 'failed')
  if (options.json) await printJson(host, `${JSON.stringify({ schema: 'vxpcap.fleet-status/1', points }, null, 2)}\n`)
  else {
    const screen = screenOf(options, host)
    await print(host, await drawn((draw) => textOf(points, screen.width, draw)))
  }
  return hasFailed ? TROUBLE : DONE
}

function statusOf(name: string, record: PointRecord | null): PointStatus {
  if (record === null) return { name, status: 'waiting', filesRead: 0, files: null, file: null, failed: null }
  const { files, of, done, failed } = record
  const status = failed !== null ? 'failed' : done ? 'done' : 'begun'
  const isAt = status === 'begun' && files.length > 0
  return {
    name,
    status,
    filesRead: isAt ? files.length - 1 : status === 'failed' ? 0 : files.length,
    files: of,
    file: isAt ? files.at(-1)!.name : null,
    failed,
  }
}

const STATUSES: readonly PointStatus['status'][] = ['done', 'begun', 'waiting', 'failed']

function textOf(points: readonly PointStatus[], width: number, draw: DrawTable): string {
  const counts = STATUSES.map((status) => [points.filter((point) => point.status === status).length, status] as const)
  const said = counts.filter(([count]) => count > 0).map(([count, status]) => `${integer(count)} ${status}`)
  const rows = points.map((point) => [printable(point.name), point.status, printable(whereOf(point))])
  const columns: Column[] = [
    { head: 'point', align: 'left', names: true },
    { head: 'status', align: 'left' },
    { head: 'where', align: 'left', least: 20 },
  ]
  const lines = [
    `${plural(points.length, 'point')}: ${said.join(', ')}`,
    '',
    ...table({ columns, rows, width, draw, paintHead: plain, paintNote: plain }),
  ]
  return `${lines.join('\n')}\n`
}

function whereOf({ status, filesRead, files, file, failed }: PointStatus): string {
  if (status === 'failed') return failed ?? ''
  if (status === 'waiting' || files === null) return ''
  if (status === 'done') return plural(files, 'capture')
  return file === null ? 'at the beginning' : `at capture ${integer(filesRead + 1)} of ${integer(files)}: ${file}`
}

function plain(text: string): string {
  return text
}
