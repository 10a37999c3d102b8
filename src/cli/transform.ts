/** Captures in, one capture out: what `decap` and `filter` have in common. */
import { CaptureError } from '../capture/errors.ts'
import type { OutputFile } from '../capture/files/node-output.ts'
import type { Sink } from '../capture/formats/writer.ts'
import { CaptureReader, refill } from '../capture/reader.ts'
import { troubleLine } from '../report/trouble.ts'
import { UsageError } from './arguments.ts'
import { DONE, TROUBLE } from './exit-status.ts'
import { complain, type Host, say } from './host.ts'
import { checkStandardInput, expandInputs, STDIN } from './inputs.ts'
import { Interruption } from './interruption.ts'
import { progressOn, type Wanted } from './progress.ts'

/** What turns packets into another capture. */
export interface Transform {
  /** Called before each capture with the name that tells it from the others, empty when there is only one. */
  begin?(name: string): void
  /** Takes the packet at hand of capture number `file`. */
  observe(reader: CaptureReader, file: number): void
  /** Ends the output. */
  finish(): void
  /** What to say afterwards: the result in one sentence, and whatever else is worth a line. */
  report(): { result: string; remarks: string[] }
}

/** The argument that means standard output. */
const STDOUT = '-'

/**
 * Runs a transform over captures. The output appears under its name only when it is whole.
 * @param start - Makes the transform; not called before the output is known to be writable.
 * @returns Exit status.
 * @throws UsageError.
 */
export async function runTransform(
  command: string,
  given: readonly string[],
  outputPath: string,
  host: Host,
  wanted: Wanted,
  start: (sink: Sink) => Transform,
): Promise<number> {
  checkStandardInput(given, host, command)
  if (outputPath === STDOUT && host.stdout.isTTY === true) {
    throw new UsageError(
      `-o '-': standard output is a terminal; name a file, or: vxpcap ${command} … -o - | tshark -r -`,
    )
  }
  const { paths, troubles } = await expandInputs(given, host, wanted.quiet)
  const interruption = new Interruption(host)
  const { signal } = interruption
  let isUsual = paths.includes(STDIN)
  const outputName = outputPath === STDOUT ? 'standard output' : outputPath
  let status = troubles.length > 0 ? TROUBLE : DONE
  const progress = progressOn(host, wanted)
  const total = progress === undefined ? null : await host.size(paths)
  try {
    const output = await host.output(outputPath, paths, signal)
    try {
      const transform = start(output.sink)
      let readable = 0
      let before = 0
      for (const [file, path] of paths.entries()) {
        if (signal.aborted) break
        let bytesRead = 0
        transform.begin?.(paths.length > 1 ? nameOf(path, paths) : '')
        try {
          const { issues } = await readCapture(path, file, transform, output, host, signal, (bytes) => {
            bytesRead = bytes
            progress?.update(before + bytes, total)
          })
          readable++
          for (const { kind, detail, offset } of issues) {
            troubles.push(troubleLine(path, { message: detail, offset }))
            if (kind === 'damaged') status = TROUBLE
          }
        } catch (error) {
          if (!(error instanceof CaptureError) || error.code === 'unwritable') throw error
          if (signal.aborted && path !== STDIN) break
          troubles.push(troubleLine(path, error))
          status = TROUBLE
        }
        before += bytesRead
      }
      progress?.stop()
      if (signal.aborted && !isUsual) {
        troubles.push(`interrupted: ${outputName} was not written`)
      } else if (readable > 0) {
        transform.finish()
        await output.drain(signal)
        output.commit()
        const { result, remarks } = transform.report()
        if (outputPath !== STDOUT) await say(host, `${outputPath}: ${result}`)
        troubles.push(...remarks)
      }
    } finally {
      // Does nothing after a commit.
      output.abort()
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    if (isClosedPipe(error)) return DONE
    troubles.push(signal.aborted ? `interrupted: ${outputName} was not written` : `${outputName}: ${error.message}`)
    status = TROUBLE
    isUsual = false
  } finally {
    progress?.stop()
    interruption.release()
  }
  for (const line of troubles) await complain(host, line)
  return interruption.status(isUsual) ?? status
}

async function readCapture(
  path: string,
  file: number,
  transform: Transform,
  output: Pick<OutputFile, 'drain'>,
  host: Host,
  signal: AbortSignal,
  onRead: (bytes: number) => void,
): Promise<CaptureReader> {
  const source = await host.open(path, signal)
  const reader = new CaptureReader()
  try {
    while (!reader.done && !(signal.aborted && path !== STDIN)) {
      while (reader.next()) transform.observe(reader, file)
      await output.drain(signal)
      await refill(reader, source)
      onRead(source.stored?.bytesRead ?? reader.bytesRead)
    }
  } finally {
    await source.close?.()
  }
  return reader
}

/** The last part of a path, or all of it where that does not tell captures apart. */
function nameOf(path: string, paths: readonly string[]): string {
  const last = (name: string): string => name.slice(name.lastIndexOf('/') + 1)
  return paths.filter((other) => last(other) === last(path)).length > 1 ? path : last(path)
}

/** Whether whoever read standard output has gone. */
function isClosedPipe({ cause }: CaptureError): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EPIPE'
}
