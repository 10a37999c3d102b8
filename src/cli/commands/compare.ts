/** `vxpcap compare`: captures of two places in, what became of the traffic between them out. */
import { limitsFor } from '../../analyzers/tables/memory.ts'
import { CaptureError } from '../../capture/errors.ts'
import type { OutputFile } from '../../capture/files/node-output.ts'
import { PACKET_COLUMNS, packetRow } from '../../compare/account/packet-rows.ts'
import { type CompareInput, type CompareOptions as CoreOptions, windowFor } from '../../compare/options.ts'
import type { Comparison, Place } from '../../comparison.ts'
import { formatComparison } from '../../report/compare/text.ts'
import { writeDocument } from '../../report/json.ts'
import { plural } from '../../report/number.ts'
import { troubleLine } from '../../report/trouble.ts'
import { type FailOn, isAtLeast, UsageError } from '../arguments.ts'
import { DONE, FOUND, TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printJson, say } from '../host.ts'
import { Interruption } from '../interruption.ts'
import { LostCapture } from '../lost-capture.ts'
import { progressOn, type Wanted } from '../progress.ts'
import { drawn, type ScreenOptions, screenOf } from '../screen.ts'
import { type SelectionOptions, selectionOf } from '../selection.ts'
import { type SideInput, type SideOptions, type Sides, sidesGiven, sidesOf } from '../sides.ts'

/** The options as the command line gives them. */
export interface CompareOptions extends SideOptions, SelectionOptions, ScreenOptions, Wanted {
  json?: boolean | undefined
  csv?: string | undefined
  output?: string | undefined
  sameClock?: boolean | undefined
  top: number
  failOn: FailOn
  port?: number[] | undefined
  underlayMtu?: number | undefined
  memory?: number | undefined
}

const STDOUT = '-'
/** Names of files of other formats than pcapng. */
const OTHER_FORMATS = /\.(csv|html?|jsonl?|md|parquet|svg|txt)$/i
/** Readings of every capture: each side alone, the survey, and the matching. */
const READINGS = 3
/** Where a time is selected: both once more before it is, and the far side by its own clock. */
const TIMED_READINGS = 5
/** Characters of CSV that are gathered before they are handed on. */
const CHUNK = 65_536

/** Runs the command. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function compare(given: string[], options: CompareOptions, host: Host): Promise<number> {
  const asked = sidesGiven(given, options)
  checkOutputs(options, host)
  const interruption = new Interruption(host)
  const { signal } = interruption
  const work = new Work(options, host, signal)
  try {
    const sides = await sidesOf(asked, host, signal, options.quiet, () => work.drain())
    work.troubles.push(...sides.troubles)
    if (sides.near.length + sides.far.length === 0) return await complainAll(work.troubles, host)
    await work.open(sides)
    const comparison = await work.compare(sides)
    const isPartial = !comparison.near.complete || !comparison.far.complete
    if (!isPartial) await work.finish(sides, comparison)
    if (!work.takesStandardOutput) await show(comparison, options, host)
    for (const line of work.said) await say(host, line)
    const isTrouble = await complainOf(comparison, work.troubles, host)
    if (isPartial) for (const line of work.unwritten()) await complain(host, line)
    return interruption.status(!isPartial) ?? (isTrouble ? TROUBLE : verdict(comparison, options.failOn))
  } catch (error) {
    if (signal.aborted && isAbort(error)) {
      const lines = work.unwritten()
      await complainAll(lines.length > 0 ? lines : ['interrupted before anything was read'], host)
      return interruption.status(false) ?? TROUBLE
    }
    if (!(error instanceof CaptureError)) throw error
    if (isClosedPipe(error)) return DONE
    await complainAll(work.troubles, host)
    if (error.code === 'unwritable' || work.troubles.length === 0)
      await complain(host, `${work.writing}${error.message}`)
    return interruption.status(false) ?? TROUBLE
  } finally {
    work.abort()
    interruption.release()
  }
}

/** Refuses more than one thing on standard output, and bytes on a terminal. */
function checkOutputs({ json, csv, output }: CompareOptions, host: Host): void {
  const takers = [json && '--json', csv === STDOUT && '--csv -', output === STDOUT && '-o -'].filter(Boolean)
  if (takers.length > 1)
    throw new UsageError(`${takers.join(' and ')} both write to standard output; name a file for one`)
  if (output !== undefined && OTHER_FORMATS.test(output)) {
    throw new UsageError(
      `-o '${output}': the lost packets are written to it as pcapng; name a file that ends so, or use --csv or --json`,
    )
  }
  if (output === STDOUT && host.stdout.isTTY === true) {
    throw new UsageError("-o '-': standard output is a terminal; name a file, or: vxpcap compare … -o - | tshark -r -")
  }
}

/** One comparison with what it writes. */
class Work {
  /** What is said when all is done: a line for each file. */
  readonly said: string[] = []
  readonly troubles: string[] = []
  /** Name of the output at hand, before what is wrong with it. */
  writing = ''
  readonly #unreadable = new Set<unknown>()
  #csv: OutputFile | null = null
  #lost: OutputFile | null = null
  #capture: LostCapture | null = null
  #rows = 0
  #chunk = ''
  readonly #encoder = new TextEncoder()

  constructor(
    private readonly options: CompareOptions,
    private readonly host: Host,
    private readonly signal: AbortSignal,
  ) {}

  get takesStandardOutput(): boolean {
    return this.options.csv === STDOUT || this.options.output === STDOUT
  }

  /** Opens what is written before hours of reading. */
  async open({ near, far }: Sides): Promise<void> {
    const { options, host, signal } = this
    const inputs = [...near, ...far].map(({ path }) => path)
    if (options.csv !== undefined) {
      this.writing = `${outputName(options.csv)}: `
      this.#csv = await host.output(options.csv, inputs, signal)
      this.#chunk = `${PACKET_COLUMNS.join(',')}\r\n`
    }
    if (options.output !== undefined) {
      this.writing = `${outputName(options.output)}: `
      this.#lost = await host.output(options.output, inputs, signal)
      this.#capture = new LostCapture(this.#lost, {
        application: `vxpcap ${host.version} compare`,
        ports: options.port,
        signal,
      })
    }
    this.writing = ''
  }

  async compare(sides: Sides): Promise<Comparison> {
    const { options, host, signal } = this
    const progress = progressOn(host, options)
    const size = progress === undefined ? null : await host.size([...sides.near, ...sides.far].map(({ path }) => path))
    const total =
      size === null ? null : (options.from === undefined && options.to === undefined ? READINGS : TIMED_READINGS) * size
    const settings: CoreOptions = {
      ...selectionOf(options),
      ...(options.port !== undefined && { ports: options.port }),
      ...(options.underlayMtu !== undefined && { underlayMtu: options.underlayMtu }),
      ...(options.memory !== undefined && { limits: limitsFor(options.memory), window: windowFor(options.memory) }),
      sameClock: options.sameClock === true,
      signal,
      onUnreadable: (_, input, error) => {
        this.#unreadable.add(input)
        // Of a directory without captures that has been said.
        if (input !== NOTHING) this.troubles.push(troubleLine((input as SideInput).path, error as CaptureError))
      },
      ...(progress !== undefined && { onProgress: (bytes: number) => progress.update(bytes, total) }),
    }
    const isTold = this.#csv !== null || this.#capture !== null
    if (isTold) {
      settings.onPacket = (packet) => {
        this.#capture?.take(packet)
        if (this.#csv === null) return
        this.#rows++
        this.#chunk += packetRow(packet)
        if (this.#chunk.length >= CHUNK) this.#hand()
      }
    }
    const compareCaptures = await host.comparer()
    try {
      return await compareCaptures(inputsOf(sides.near), inputsOf(sides.far), settings)
    } finally {
      progress?.stop()
    }
  }

  /** Waits until a slow reader has taken the rows so far. */
  async drain(): Promise<void> {
    await this.#csv?.drain(this.signal)
  }

  /** Writes what is left, and names the files. */
  async finish(sides: Sides, comparison: Comparison): Promise<void> {
    const { options, signal } = this
    if (this.#csv !== null) {
      this.writing = `${outputName(options.csv!)}: `
      this.#hand()
      await this.#csv.drain(signal)
      this.#csv.commit()
      if (options.csv !== STDOUT) this.#say(`${options.csv}: ${plural(this.#rows, 'packet')}`)
      this.#csv = null
    }
    if (this.#capture !== null) {
      this.writing = `${outputName(options.output!)}: `
      const isReadable = (input: SideInput): boolean => !this.#unreadable.has(input)
      const readable = { near: sides.near.filter(isReadable), far: sides.far.filter(isReadable) }
      const { written, refused, refusal } = await this.#capture.write(readable, comparison)
      if (options.output !== STDOUT) this.#say(`${options.output}: ${plural(written, 'record')} of lost packets`)
      if (refused > 0) {
        this.troubles.push(`${plural(refused, 'record')} that pcapng cannot hold: left out (${refusal})`)
      }
      this.#lost = null
    }
  }

  /** Says of each output that was begun that nothing came of it. */
  unwritten(): string[] {
    const { csv, output } = this.options
    const paths = [this.#csv !== null && csv, this.#lost !== null && output].filter((path) => typeof path === 'string')
    return paths.map(
      (path) => `interrupted: ${outputName(path)} was not written${path === STDOUT ? ' to its end' : ''}`,
    )
  }

  /** Removes what is not whole. */
  abort(): void {
    this.#csv?.abort()
    this.#lost?.abort()
  }

  /** On standard output JSON stays alone. */
  #say(line: string): void {
    if (!this.options.json && !this.takesStandardOutput) this.said.push(line)
  }

  #hand(): void {
    const bytes = this.#encoder.encode(this.#chunk)
    this.#chunk = ''
    if (bytes.length > 0) this.#csv!.sink(bytes)
  }
}

/** Stands for the captures of a side that has none. */
const NOTHING: CompareInput = {
  name: '',
  async open() {
    throw new CaptureError('unreadable', 'there is nothing to read')
  },
}

function inputsOf(inputs: readonly SideInput[]): readonly CompareInput[] {
  return inputs.length === 0 ? [NOTHING] : inputs
}

async function show(comparison: Comparison, options: CompareOptions, host: Host): Promise<void> {
  if (options.json) return writeDocument(comparison, (chunk) => printJson(host, chunk))
  const screen = screenOf(options, host)
  const text = await drawn((draw) => formatComparison(comparison, { ...screen, top: options.top, draw }))
  return print(host, text, { color: screen.color })
}

/** Says what was wrong with the captures. @returns Whether anything was. */
async function complainOf(comparison: Comparison, troubles: readonly string[], host: Host): Promise<boolean> {
  for (const line of troubles) await complain(host, line)
  const damaged = (['near', 'far'] as const).flatMap((place: Place) =>
    comparison[place].findings.filter(({ code }) => code === 'CAPTURE_DAMAGED'),
  )
  for (const { observed } of damaged) await complain(host, observed)
  return troubles.length + damaged.length > 0
}

function verdict({ findings }: Comparison, failOn: FailOn): number {
  return findings.some(({ severity }) => isAtLeast(severity, failOn)) ? FOUND : DONE
}

async function complainAll(lines: readonly string[], host: Host): Promise<number> {
  for (const line of lines) await complain(host, line)
  return TROUBLE
}

function outputName(path: string): string {
  return path === STDOUT ? 'standard output' : path
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || error instanceof CaptureError)
}

/** Whether whoever read standard output has gone. */
function isClosedPipe({ cause }: CaptureError): boolean {
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'EPIPE'
}
