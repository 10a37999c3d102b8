/** A process that is none: streams that remember, a summarizer that answers as told. */
import { CaptureError } from '../../src/capture/errors.ts'
import { bytesSource } from '../../src/capture/source.ts'
import type { StopSignal } from '../../src/cli/exit-status.ts'
import type { Host, Output, SummarizeFiles, SummarizeFilesOptions } from '../../src/cli/host.ts'
import { compareCaptures } from '../../src/compare/index.ts'
import { labSummary } from '../report/summaries.ts'

/** A host with everything it was told and asked. */
export interface FakeHost extends Host {
  out: () => string
  err: () => string
  /** The one call of the summarizer. */
  asked: { paths: string[]; options: SummarizeFilesOptions } | undefined
  /** Presses Ctrl-C; false when nobody listens. */
  interrupt: (signal?: StopSignal) => boolean
}

/** What a test sets otherwise. */
export interface FakeOptions {
  summarize?: SummarizeFiles
  env?: Record<string, string>
  stdoutIsTerminal?: boolean
  columns?: number
  stdinIsTerminal?: boolean
  /** What the captures hold, by path; others do not exist. */
  captures?: Record<string, Uint8Array>
  /** What writing to standard output fails with. */
  failWith?: Error
}

/** A host whose summarizer gives the reference lab unless told otherwise. */
export function fakeHost(options: FakeOptions = {}): FakeHost {
  const out: string[] = []
  const err: string[] = []
  const listeners = new Set<(signal: StopSignal) => void>()
  const stdout = { ...output(out, options.failWith), isTTY: options.stdoutIsTerminal, columns: options.columns }
  const host: FakeHost = {
    stdout,
    stderr: output(err),
    env: options.env ?? {},
    stdinIsTerminal: options.stdinIsTerminal ?? false,
    version: '1.2.3',
    summarizer: async () => async (paths, settings) => {
      host.asked = { paths, options: settings }
      return options.summarize === undefined ? labSummary() : options.summarize(paths, settings)
    },
    async open(path) {
      const bytes = options.captures?.[path]
      if (bytes === undefined) throw new CaptureError('unreadable', 'does not exist; check the path')
      return bytesSource(bytes)
    },
    expand: async (paths) => ({ paths, expansions: [], unreadable: [] }),
    size: async () => null,
    comparer: async () => compareCaptures,
    async follower() {
      throw new TypeError('nothing is followed here')
    },
    fleet: () => import('../../src/cli/fleet/edges.ts'),
    async output() {
      throw new CaptureError('unwritable', 'cannot be written: there is no disk here')
    },
    onInterrupt(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    out: () => out.join(''),
    err: () => err.join(''),
    asked: undefined,
    interrupt(signal = 'SIGINT') {
      for (const listener of listeners) listener(signal)
      return listeners.size > 0
    },
  }
  return host
}

function output(chunks: string[], failWith?: Error): Output {
  return {
    write(chunk, done) {
      if (failWith === undefined) chunks.push(chunk)
      setImmediate(done, failWith)
      return true
    },
  }
}
