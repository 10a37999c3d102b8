/** `vxpcap flows|vteps|vnis|macs`: captures in, one table of the summary out, for people, spreadsheets or databases. */

import { CaptureError } from '../../capture/errors.ts'
import type { OutputFile } from '../../capture/files/node-output.ts'
import { bytes, plural } from '../../report/number.ts'
import { rowsOf, type TableName } from '../../report/tables/columns.ts'
import { rowsIn } from '../../report/tables/index.ts'
import { sorted, sortName, sortNames, VOLUME } from '../../report/tables/order.ts'
import { csv, jsonl } from '../../report/tables/rows-text.ts'
import { tableText } from '../../report/tables/text.ts'
import { DEFAULT_TOP } from '../../report/text.ts'
import { shortened } from '../../report/words.ts'
import type { Summary } from '../../summary.ts'
import { UsageError } from '../arguments.ts'
import { TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printRows, say } from '../host.ts'
import { STDIN } from '../inputs.ts'
import { complainOf, type ReadingOptions, readCaptures } from '../reading.ts'
import { drawn, type ScreenOptions, screenOf } from '../screen.ts'

/** The options as the command line gives them. */
export interface TableOptions extends ReadingOptions, ScreenOptions {
  csv?: boolean | undefined
  jsonl?: boolean | undefined
  output?: string | undefined
  sort?: string | undefined
  reverse?: boolean | undefined
  top?: number | undefined
  all?: boolean | undefined
}

type Format = 'text' | 'csv' | 'jsonl' | 'parquet'

const STDOUT = '-'
const ENDINGS = '.csv, .jsonl or .parquet'

/** Runs the command. @returns Exit status. @throws UsageError. */
export async function table(name: TableName, given: string[], asked: TableOptions, host: Host): Promise<number> {
  const format = formatOf(asked)
  const sort = asked.sort === undefined ? undefined : sortName(name, asked.sort)
  if (sort === undefined && asked.sort !== undefined) {
    throw new UsageError(`--sort '${asked.sort}': ${name} have no such column; there are ${sortNames(name).join(', ')}`)
  }
  const options: TableOptions = { ...asked, sort }
  if (options.all && options.top !== undefined) throw new UsageError('--all and --top exclude each other')
  let file: OutputFile | undefined
  try {
    const reading = await readCaptures(name, given, options, Number.POSITIVE_INFINITY, host, async (paths, signal) => {
      if (options.output !== undefined && options.output !== STDOUT) {
        file = await host.output(options.output, paths, signal)
      }
    })
    if (typeof reading === 'number') return reading
    const { summary, unreadable, interruption } = reading
    if (file === undefined) await show(name, summary, options, format, host)
    else await save(name, summary, options, format, file, host)
    const status = await complainOf(summary, unreadable, host)
    if (!options.quiet && summary.vnisTotal === 0) await sayWhatThereIs(given, options, host)
    const isPartial = !summary.capture.complete && !given.includes(STDIN)
    if (isPartial) await complain(host, 'interrupted: these are the rows of what was read so far')
    return interruption.status(summary.capture.complete) ?? status
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    await complain(host, `${options.output}: ${error.message}`)
    return TROUBLE
  } finally {
    // Does nothing after a commit.
    file?.abort()
  }
}

/** Most VNIs named where none is what was asked for. */
const MOST_NAMED = 10
/** Bytes of captures that are read again to name them. */
const LOOK = 64 * 1024 * 1024

/** Says on standard error which VNIs there are, where none of those is that were asked for. */
async function sayWhatThereIs(given: readonly string[], options: TableOptions, host: Host): Promise<void> {
  // What has gone by is not there to be read again.
  if (options.vni === undefined || given.includes(STDIN)) return
  const stop = new AbortController()
  const summarizeFiles = await host.summarizer()
  const { paths } = await host.expand(given)
  let isPart = false
  const { vnis, vnisTotal } = await summarizeFiles([...paths], {
    rows: MOST_NAMED,
    threads: 1,
    ...(options.port && { ports: options.port }),
    signal: stop.signal,
    onProgress(bytes) {
      isPart = bytes > LOOK
      if (isPart) stop.abort()
    },
    onUnreadable: () => {},
  })
  if (vnisTotal === 0) return
  const names = [...new Set(vnis.map(({ vni }) => vni))]
  const where = isPart
    ? `the first ${bytes(LOOK)} hold`
    : given.length === 1
      ? 'the capture holds'
      : 'the captures hold'
  await complain(
    host,
    `nothing is selected; ${where} ${names.length === 1 ? 'VNI' : 'VNIs'} ${shortened(names, MOST_NAMED)}${vnisTotal > vnis.length ? ` +${vnisTotal - vnis.length}` : ''}`,
  )
}

/** The explicit format, else the one of the output's ending, else text. */
function formatOf({ csv, jsonl, output }: TableOptions): Format {
  if (csv && jsonl) throw new UsageError('--csv and --jsonl are two formats; give one of them')
  const given = csv ? 'csv' : jsonl ? 'jsonl' : undefined
  if (output === undefined || output === STDOUT) return given ?? 'text'
  const ending = /\.(csv|jsonl|parquet)$/i.exec(output)?.[1]?.toLowerCase() as Format | undefined
  if (given !== undefined && ending !== undefined && ending !== given) {
    throw new UsageError(`-o '${output}': its ending says ${ending}, and --${given} something else`)
  }
  const format = given ?? ending
  if (format === undefined) throw new UsageError(`-o '${output}': expected a name that ends in ${ENDINGS}`)
  return format
}

/** Writes the table on standard output. */
async function show<Name extends TableName>(
  name: Name,
  summary: Summary,
  options: TableOptions,
  format: Format,
  host: Host,
): Promise<void> {
  if (format !== 'text') {
    const rows = rowsIn(summary, name, options)
    for (const chunk of format === 'csv' ? csv(name, rows) : jsonl(rows)) await printRows(host, chunk)
    return
  }
  const { sort: by = VOLUME[name], reverse = false, top = DEFAULT_TOP } = options
  const screen = screenOf(options, host)
  const layout = {
    ...screen,
    top: options.all ? Number.POSITIVE_INFINITY : top,
    order: reverse ? `${by}, reversed` : by,
  }
  const rows = sorted(name, rowsOf(summary, name).rows, by, reverse)
  return print(host, await drawn((draw) => tableText(name, rows, summary, { ...layout, draw })), screen)
}

/** Writes the table to a file, which appears under its name when it is whole. */
async function save<Name extends TableName>(
  name: Name,
  summary: Summary,
  options: TableOptions,
  format: Format,
  file: OutputFile,
  host: Host,
): Promise<void> {
  const rows = rowsIn(summary, name, options)
  if (format === 'parquet') {
    const { writeParquet } = await import('../../report/tables/parquet.ts')
    await writeParquet(name, rows, summary, file.sink)
  } else {
    const encoder = new TextEncoder()
    for (const chunk of format === 'csv' ? csv(name, rows) : jsonl(rows)) file.sink(encoder.encode(chunk))
  }
  await file.drain()
  file.commit()
  await say(host, `${options.output}: ${plural(rows.length, 'row')} of ${name}`)
}
