/** `vxpcap report`: captures, or a document that summarize or compare has written, in; one page of HTML out. */
import { CaptureError } from '../../capture/errors.ts'
import type { OutputFile } from '../../capture/files/node-output.ts'
import type { Comparison } from '../../comparison.ts'
import { plural } from '../../report/number.ts'
import type { Summary } from '../../summary.ts'
import { type FailOn, isAtLeast, UsageError } from '../arguments.ts'
import { DONE, FOUND, TROUBLE } from '../exit-status.ts'
import { complain, type Host, say } from '../host.ts'
import { STDIN } from '../inputs.ts'
import { Interruption } from '../interruption.ts'
import { type Reading, type ReadingOptions, readCaptures, verdict } from '../reading.ts'
import { isDocument, NoDocument, readDocument } from '../saved-document.ts'

/** The options as the command line gives them. */
export interface ReportOptions extends ReadingOptions {
  output: string
  rows?: number | undefined
  failOn: FailOn
}

const STDOUT = '-'
/** Rows of each table that are asked for where the page itself says how many there is room for. */
const MOST_ROWS = 10_000
/** Options that say how captures are read, which is done where a document is given. */
const OF_READING = [
  ['vni', '--vni'],
  ['vtep', '--vtep'],
  ['ip', '--ip'],
  ['mac', '--mac'],
  ['from', '--from'],
  ['to', '--to'],
  ['port', '--port'],
  ['underlayMtu', '--underlay-mtu'],
  ['mergeByTime', '--merge-by-time'],
] as const

/** Runs the command. @returns Exit status. @throws UsageError. */
export async function report(given: string[], options: ReportOptions, host: Host): Promise<number> {
  const { output, rows } = options
  if (output !== STDOUT && !/\.html?$/i.test(output)) {
    throw new UsageError(`-o '${output}': expected a name that ends in .html or .htm, or "-"`)
  }
  let file: OutputFile | undefined
  try {
    const prepare = async (paths: readonly string[], signal: AbortSignal): Promise<void> => {
      file = await host.output(output, paths, signal)
    }
    const reading = given.some(isDocument)
      ? await readSaved(given, options, host, prepare)
      : await readCaptures('report', given, options, rows ?? MOST_ROWS, host, prepare)
    if (typeof reading === 'number') return reading
    if ('comparison' in reading) {
      await write(reading.comparison, undefined, options, file!, host)
      return reading.comparison.findings.some(({ severity }) => isAtLeast(severity, options.failOn)) ? FOUND : DONE
    }
    const { summary, unreadable, interruption, share } = reading
    await write(summary, share, options, file!, host)
    const status = await verdict(summary, unreadable, options.failOn, host)
    const isPartial = !summary.capture.complete && !given.includes(STDIN)
    if (isPartial && interruption.by !== null) {
      await complain(host, 'interrupted: the page is of what was read so far')
    }
    return interruption.status(summary.capture.complete) ?? status
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    await complain(host, `${output}: ${error.message}`)
    return TROUBLE
  } finally {
    // Does nothing after a commit.
    file?.abort()
  }
}

/** Reads a document, which is done before anybody could interrupt it. */
async function readSaved(
  given: readonly string[],
  options: ReportOptions,
  host: Host,
  prepare: (paths: readonly string[], signal: AbortSignal) => Promise<void>,
): Promise<Reading | { comparison: Comparison } | number> {
  const [path] = given
  if (path === undefined || given.length > 1) {
    throw new UsageError('a document (.json) is read alone; give it, or the captures')
  }
  const pointless = OF_READING.filter(([name]) => options[name] !== undefined).map(([, option]) => option)
  if (pointless.length > 0) {
    throw new UsageError(
      `${pointless.join(', ')}: ${path} is a document, which was read and selected already; give the captures instead`,
    )
  }
  const interruption = new Interruption(host)
  try {
    const document = await readDocument(path, host, interruption.signal)
    await prepare([path], interruption.signal)
    if ('comparison' in document) return document
    return { ...document, unreadable: [], interruption, share: undefined }
  } catch (error) {
    if (!(error instanceof NoDocument)) throw error
    await complain(host, `${path}: ${error.message}`)
    return interruption.status(false) ?? TROUBLE
  } finally {
    interruption.release()
  }
}

/** Writes the page, which appears under its name when it is whole. */
async function write(
  document: Summary | Comparison,
  share: number | undefined,
  { output, rows }: ReportOptions,
  file: OutputFile,
  host: Host,
): Promise<void> {
  const { formatComparisonPage, formatPage } = await import('../../page/index.ts')
  const made = { version: host.version, ...(rows !== undefined && { rows }) }
  const page =
    'clock' in document
      ? await formatComparisonPage(document, made)
      : await formatPage(document, { ...made, ...(share !== undefined && { share }) })
  file.sink(new TextEncoder().encode(page))
  await file.drain()
  file.commit()
  const { findings } = document
  const found = findings.length === 0 ? 'no findings' : plural(findings.length, 'finding')
  if (output !== STDOUT) await say(host, `${output}: ${found}`)
}
