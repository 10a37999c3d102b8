/** What the command line needs from the process around it; a test puts its own in place. */
import type { Limits } from '../analyzers/tables/limits.ts'
import type { CaptureError } from '../capture/errors.ts'
import type { OutputFile } from '../capture/files/node-output.ts'
import type { ExpandedPaths } from '../capture/files/node-paths.ts'
import type { ByteSource } from '../capture/source.ts'
import type { compareCaptures } from '../compare/index.ts'
import type { followFile } from '../node-follow.ts'
import { toAscii } from '../report/ascii.ts'
import { printable, printableJson, printableLines, printableRows } from '../report/printable.ts'
import type { Selection } from '../selection/selection.ts'
import type { Summary } from '../summary.ts'
import { isAsciiLocale } from './arguments.ts'
import type { StopSignal } from './exit-status.ts'

/** A stream that text is written to. */
export interface Output {
  readonly isTTY?: boolean | undefined
  /** Columns of the terminal. */
  readonly columns?: number | undefined
  write(chunk: string, done: (error?: Error | null) => void): boolean
}

/** Options of {@link SummarizeFiles}; each defaults as the contract says. */
export interface SummarizeFilesOptions extends Selection {
  /** Further VXLAN destination ports. */
  ports?: number[]
  /** Rows of each table, `Infinity` for all. */
  rows?: number
  /** The underlay's IP MTU in bytes. */
  underlayMtu?: number
  /** Most rows of the tables. */
  limits?: Partial<Limits>
  /** Interleave the captures by time. */
  mergeByTime?: boolean
  /** Bytes that windows and decompressors may take meanwhile. */
  mergeBytes?: number
  threads?: number
  /** Path of the state to go on from. */
  resume?: string
  /** Path of the state to write at the end. */
  save?: string
  /** Stop reading and summarize what there is so far. */
  signal?: AbortSignal
  /** Bytes read so far, and in all where that is known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
  /** An input without a readable header; the others are read all the same. */
  onUnreadable?: (path: string, error: CaptureError) => void
}

/** Reads captures in order as one stream, `-` being standard input. Throws CaptureError when not one is readable, StateError. */
export type SummarizeFiles = (paths: string[], options: SummarizeFilesOptions) => Promise<Summary>

/** The process as the commands see it. */
export interface Host {
  stdout: Output
  stderr: Output
  env: Readonly<Record<string, string | undefined>>
  stdinIsTerminal: boolean
  version: string
  /** Loads what reads captures; not before it is needed. */
  summarizer: () => Promise<SummarizeFiles>
  /**
   * Opens a capture, decompressed; `-` is standard input, which the signal ends, and it and pipes are streams. Throws CaptureError when
   * it cannot be read.
   */
  open: (path: string, signal: AbortSignal) => Promise<ByteSource & { isStream?: boolean }>
  /** Replaces directories and patterns by the captures in them. */
  expand: (paths: readonly string[]) => Promise<ExpandedPaths>
  /** Bytes of captures as stored; `null` where one is a stream. */
  size: (paths: readonly string[]) => Promise<number | null>
  /** Loads what compares captures of two places. */
  comparer: () => Promise<typeof compareCaptures>
  /** Loads what follows a capture that is being written. */
  follower: () => Promise<typeof followFile>
  /** Loads what the commands of a fleet need of Node. */
  fleet: () => Promise<typeof import('./fleet/edges.ts')>
  /**
   * Opens a file to be written, which must be none of the inputs; `-` is standard output. Waits for the reader of a named pipe until
   * the signal comes. Throws CaptureError `unwritable`, also from its sink and commit.
   */
  output: (path: string, inputs: readonly string[], signal: AbortSignal) => Promise<OutputFile>
  /** Calls back on the first Ctrl-C (or SIGTERM, SIGHUP) only, so that a second one ends the program. @returns Ends the listening. */
  onInterrupt: (listener: (signal: StopSignal) => void) => () => void
}

/** Writes text and waits until it is handed over. @throws the stream's error, EPIPE among them. */
function write(stream: Output, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()))
  })
}

/** Prints one line on standard output. Nothing in it drives a terminal or begins another line. @throws as {@link print}. */
export function say(host: Host, line: string): Promise<void> {
  return write(host.stdout, `${shown(host, line)}\n`)
}

/** How text is printed. */
export interface PrintOptions {
  /** Let colours through. */
  color?: boolean
  /** Begin with an empty screen. */
  clear?: boolean
}

/** Clears a terminal and puts the cursor at its upper left corner. */
const CLEAR = '\u001b[2J\u001b[3J\u001b[H'

/** Prints lines on standard output, in which names are escaped already. @throws the stream's error, EPIPE among them. */
export function print(host: Host, text: string, { color = false, clear = false }: PrintOptions = {}): Promise<void> {
  return write(host.stdout, (clear ? CLEAR : '') + printableLines(text, color))
}

/** Prints a JSON document, or a part of one. @throws as {@link print}. */
export function printJson(host: Host, json: string): Promise<void> {
  return write(host.stdout, printableJson(json))
}

/** Prints rows for other programs, in which nothing drives a terminal any more. @throws as {@link print}. */
export function printRows(host: Host, rows: string): Promise<void> {
  return write(host.stdout, printableRows(rows))
}

/** Writes one line on standard error; a standard error that nobody reads is not a reason to fail. */
export async function complain(host: Host, line: string): Promise<void> {
  try {
    await write(host.stderr, `vxpcap: ${shown(host, line)}\n`)
  } catch {
    // There is nowhere left to say it.
  }
}

/** A line that nothing in it drives a terminal with, in the characters of the locale. */
function shown({ env }: Host, line: string): string {
  const text = printable(line)
  return isAsciiLocale(env) ? toAscii(text) : text
}

/** True for the error of a pipe whose reader has gone. */
export function isClosedPipe(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED'
}
