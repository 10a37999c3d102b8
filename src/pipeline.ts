/** Captures to a summary: readers, analyzers, diagnosis. Awaits once per chunk, never per packet. */
import { Analysis, type AnalysisState } from './analyzers/analysis.ts'
import { FastPathBatch } from './analyzers/fast-path/packet-batch.ts'
import { checkFinish, finish } from './analyzers/summary/finish.ts'
import { checkLimits, type Limits } from './analyzers/tables/limits.ts'
import { bytesInUse, MEGABYTE } from './analyzers/tables/memory.ts'
import { isoTime } from './analyzers/tables/time.ts'
import { type Batch, BatchWriter, viewOf } from './batch.ts'
import { CaptureError } from './capture/errors.ts'
import { MergedCaptures, type MergedCapturesOptions, type MergeInput } from './capture/merge/merge.ts'
import type { Origins } from './capture/merge/origins.ts'
import { CaptureReader, refill } from './capture/reader.ts'
import { ReadingProgress } from './capture/reading-progress.ts'
import { type ByteSource, interruptible, type StoredAs } from './capture/source.ts'
import { linkTypeName } from './codecs/link/linktype-names.ts'
import { tunnelPorts } from './codecs/walk/dissect.ts'
import { diagnose } from './diagnosis/index.ts'
import { type AnalyzerThread, EventQueue } from './event-queue.ts'
import { byFile } from './findings/by-file.ts'
import { rank } from './findings/finding.ts'
import type { AppendedFiles, CaptureIssue } from './issue.ts'
import { observePackets } from './observe.ts'
import {
  checkFunction,
  checkGiven,
  checkHas,
  checkInteger,
  checkList,
  checkNumber,
  checkObject,
  checkSignal,
  checkSource,
  checkString,
} from './option.ts'
import { checkAnalyzers, OwnAnalyzers } from './own-analyzers.ts'
import type { Extra, PacketAnalyzer, PacketAnalyzers } from './packet-analyzer.ts'
import { checkSelection, type Selection, selectionIn, timeOf } from './selection/selection.ts'
import { damagedState, StateError } from './state-error.ts'
import type { FileSummary, FilterSummary, PacketOrigin, Summary } from './summary.ts'

/** What is kept in the tables, the timeline and the findings, and how far tables may grow. */
export interface SummarizeOptions<Analyzers extends PacketAnalyzers = PacketAnalyzers> extends Selection {
  /** Further VXLAN destination ports, 1 to 65 535. */
  ports?: readonly number[]
  /** Rows of each table in the summary, `Infinity` for all; 10 000 unless told otherwise. */
  rows?: number
  /** The underlay's IP MTU in bytes, when known. */
  underlayMtu?: number
  /** Limits of the tables that differ from the default. */
  limits?: Partial<Limits>
  /** Analyzers of one's own, in the same pass: their results stand in the summary's `extra` under their names. */
  analyzers?: Analyzers
}

/** The options that say what is counted: those of a state are those it goes on with. */
export interface CountingOptions extends Selection {
  /** Further VXLAN destination ports, 1 to 65 535. */
  ports: readonly number[]
  /** Limits of all tables. */
  limits: Limits
}

/** The options that say what is shown of what was counted; a state can go on with others. */
export type PresentationOptions = Pick<SummarizeOptions, 'rows' | 'underlayMtu'>

/** A saved {@link Summarizer}: plain objects, lists and typed arrays, nothing that is of one process. */
export interface SummarizerState {
  /** The options that say what is counted. */
  counting: CountingOptions
  /** The files that were read, each with what is told of it. */
  files: ReadFile[]
  /** Every path that was given to be read, in order, unreadable ones too; empty where nobody said. */
  given: string[]
  /** The number that the next packet has. */
  nextNumber: number
  /** Whether everything that was begun was read to its end. */
  complete: boolean
  /** What the package's analyzers keep. */
  analysis: AnalysisState
  /** What analyzers of one's own saved, by their names; absent where there are none. */
  own?: Record<string, unknown>
}

/** No analyzers of one's own. */
export type NoAnalyzers = Record<never, PacketAnalyzer>

/** A summary, with the results of analyzers of one's own where there are any. */
export type SummaryWith<Analyzers extends PacketAnalyzers> = [keyof Analyzers] extends [never]
  ? Summary
  : string extends keyof Analyzers
    ? Summary
    : Omit<Summary, 'extra'> & {
        /** What each of those analyzers gave, by its name. */
        extra: Extra<Analyzers>
      }

/**
 * Refuses options that a {@link Summarizer} cannot do with.
 * @throws RangeError for one out of range, TypeError for one of a wrong type.
 */
export function checkSummarizeOptions(options: SummarizeOptions): void {
  checkObject('options', options)
  tunnelPorts(options.ports)
  checkSelection(options)
  checkFinish(options)
  checkLimits('limits', options.limits)
  checkAnalyzers('analyzers', options.analyzers)
}

/** Rows of each table unless told otherwise. */
export const DEFAULT_ROWS = 10_000

/** Reads packets elsewhere: on worker threads, say. */
export interface BatchReaders {
  /** Batches that it works on at a time. */
  readonly size: number
  /** Reads the packets of a batch, and gives it back. */
  read(request: { batch: Batch; file: number }): Promise<Batch>
}

/** Other threads that take a part of the work; the summary does not depend on them. */
export interface Threads {
  readers?: BatchReaders
  analyzer?: AnalyzerThread
  /** Bytes of tables up to which that thread analyzes, {@link MOST_ANALYZED_ELSEWHERE} unless told otherwise. */
  mostAnalyzedElsewhere?: number
}

function checkThreads(threads: Threads): void {
  checkObject('threads', threads)
  const { readers, analyzer, mostAnalyzedElsewhere } = threads
  checkNumber('mostAnalyzedElsewhere', mostAnalyzedElsewhere, 0, Number.POSITIVE_INFINITY)
  if (readers !== undefined) {
    checkHas('readers', readers, 'read', 'readers of batches, with a read()')
    checkGiven('readers.size', readers.size)
    checkInteger('readers.size', readers.size, 1)
  }
  if (analyzer !== undefined) {
    for (const method of ['analyze', 'finish'])
      checkHas('analyzer', analyzer, method, 'a thread, with an analyze() and a finish()')
  }
}

/** Batches on their way through other threads, in order. */
interface ReadAhead {
  readers: BatchReaders
  writer: BatchWriter
  underWay: { file: number; answer: Promise<Batch> }[]
  /** Batches whose buffers can be used again. */
  spent: Batch[]
}

/**
 * Bytes of tables up to which another thread runs the stateful analyzers. It has a copy of the keys, and what its stateful analyzers keep
 * is there twice while it is handed over; with more, judging goes on here.
 */
export const MOST_ANALYZED_ELSEWHERE = 128 * MEGABYTE

/** Packets and bytes of a batch. */
const BATCH_PACKETS = 8_192
const BATCH_LENGTH = 2_097_152

function startReadAhead(readers: BatchReaders): ReadAhead {
  return { readers, writer: new BatchWriter(BATCH_PACKETS, BATCH_LENGTH), underWay: [], spent: [] }
}

/** A capture to be merged with others by time. */
export interface NamedInput extends MergeInput {
  /** How its user knows it. */
  readonly name: string
}

/** How a capture is watched and stopped while a {@link Summarizer} reads it. */
export interface ReadOptions {
  /** Stops the reading, at once even where the source waits for bytes: what came before counts, and the summary says so. */
  signal?: AbortSignal
  /** Called now and then, and at the end, with the bytes read so far, as stored, and how many there are in all where that is known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
}

/** What {@link Summarizer.readMerged} tells while it reads. Its signal stops between two chunks; the total is never known. */
export interface MergeOptions<I extends NamedInput> extends MergedCapturesOptions, ReadOptions {
  /** Called now and then with the stored bytes read so far; `false` stops reading there. */
  onChunk?: (bytesRead: number) => boolean
  /** A capture without a readable file header; the others are read all the same. */
  onUnreadable?: (input: I, error: CaptureError) => void
}

/** One file as it was read. */
export interface ReadFile extends FileSummary {
  /** What is wrong with it: where it is damaged, or cut short. */
  issues: readonly CaptureIssue[]
  /** Packets that the capture itself lost and received, as the file says; `null` where it does not. */
  dropped: number | null
  /** See {@link dropped}. */
  received: number | null
  /** Number of the first packet whose time is damaged, 0 without one. */
  damagedTimeAt: number
  /** Files that were appended to it and cannot be read with it; `null` without. */
  appended: AppendedFiles | null
}

/**
 * Summarizes captures that come one after the other as one stream: feed each with {@link read}, then ask for
 * {@link summary}.
 */
export class Summarizer<Analyzers extends PacketAnalyzers = NoAnalyzers> {
  /** The analysis that the packets are counted in. */
  readonly analysis: Analysis
  readonly #own: OwnAnalyzers | null
  /** Every path that was given to be read, those that turned out to be unreadable included: for whoever names files by their paths. */
  readonly given: string[] = []
  readonly #options: SummarizeOptions
  readonly #readAhead: ReadAhead | null
  #eventQueue: EventQueue | null = null
  readonly #mostAnalyzedElsewhere: number
  readonly #files: ReadFile[] = []
  #nextNumber = 1
  /** Whether a capture is being read, or several are. */
  #reading = false
  #complete = true
  /** The file that is being read, for a summary in the midst of it. */
  #open: (() => ReadFile) | null = null
  /** Which file a packet is from, where they are interleaved, and which of the files in the summary each of those is. */
  #origins: Origins | null = null
  readonly #merged = new Map<number, number>()
  /** How files are called in the summary that are called otherwise than they were read. */
  #names: ReadonlyMap<string, string> = new Map()
  /** Whether it goes on from a state, in which anything may stand. */
  #isResumed = false

  /**
   * @param threads - where another one runs the stateful analyzers, {@link join} is to be called before {@link summary}.
   * @throws RangeError for an option out of range or a VTEP that is not an address, TypeError for an option of a wrong type.
   */
  constructor(options: SummarizeOptions<Analyzers> = {}, threads: Threads = {}) {
    checkSummarizeOptions(options)
    checkThreads(threads)
    const { readers, analyzer, mostAnalyzedElsewhere } = threads
    this.#options = options
    const { limits, analyzers = {} } = options
    const filter = selectionIn(options)
    const ports = tunnelPorts(options.ports)
    this.analysis = new Analysis({
      ...(filter && { filter }),
      ports,
      ...(limits && { limits }),
      ...(analyzer && { analyzeElsewhere: (keys) => (this.#eventQueue = new EventQueue(analyzer, keys)) }),
    })
    const hasOwn = Object.keys(analyzers).length > 0
    this.#own = hasOwn ? new OwnAnalyzers(analyzers, ports, this.analysis.criteria) : null
    this.#mostAnalyzedElsewhere = mostAnalyzedElsewhere ?? MOST_ANALYZED_ELSEWHERE
    this.#readAhead = readers === undefined ? null : startReadAhead(readers)
  }

  /**
   * Reads one capture to its end.
   * @param name - How its user knows it.
   * @param source - Closed at the end.
   * @param options - Signal and progress; or a function that is called after each chunk with the stored bytes read so far, and at the
   * end: `false` stops reading there. Of a run of records of zeros half counts as read before it is counted.
   * @throws CaptureError when it has no readable file header; nothing was counted then.
   * @throws the signal's reason, an AbortError unless told otherwise, where it had come before: `source` is left as it is then. Later
   * it ends the reading, and the summary says so (`capture.complete`).
   * @throws TypeError after {@link readMerged}, and while another capture is being read: `source` is left as it is then.
   */
  async read(
    name: string,
    source: ByteSource,
    options: ReadOptions | ((bytesRead: number) => boolean) = {},
  ): Promise<void> {
    checkGiven('name', name)
    checkString('name', name)
    checkSource('source', source)
    if (typeof options === 'function') return this.#readWhole(name, source, options)
    checkObject('options', options)
    const { signal, onProgress } = options
    checkSignal('signal', signal)
    checkFunction('onProgress', onProgress)
    signal?.throwIfAborted()
    const watched = interruptible(source, signal)
    const isStopped = (): boolean => signal?.aborted === true && watched.stopped === true
    try {
      await this.#readWhole(name, watched, (bytesRead) => {
        onProgress?.(bytesRead, source.stored?.bytesTotal ?? null)
        return signal?.aborted !== true
      })
    } catch (error) {
      // It was not given the time to show its header.
      if (!isStopped() || !(error instanceof CaptureError)) throw error
    }
    if (!isStopped()) return
    this.stop()
    // It may still wait, and close only when its bytes come.
    source.close?.().catch(() => {})
  }

  async #readWhole(name: string, source: ByteSource, onChunk: (bytesRead: number) => boolean): Promise<void> {
    if (this.#origins !== null) throw new TypeError('captures that were merged by time can have no successor')
    await this.#alone(() => this.#read(name, source, onChunk))
  }

  async #read(name: string, source: ByteSource, onChunk: (bytesRead: number) => boolean): Promise<void> {
    const reader = new CaptureReader({ firstNumber: this.#nextNumber })
    const firstPacket = this.#nextNumber
    const progress = new ReadingProgress()
    this.#open = () => describe(name, reader, firstPacket, source.stored)
    try {
      while (!reader.done) {
        await this.#drain(reader)
        await this.#flush()
        if (reader.done) {
          onChunk(source.stored?.bytesRead ?? reader.bytesRead)
          break
        }
        const bytesRead = progress.bytes(reader, source.stored?.bytesRead)
        if (reader.headerRead && onChunk(bytesRead) === false) {
          this.stop()
          break
        }
        await refill(reader, source)
      }
    } finally {
      this.#open = null
      await source.close?.()
    }
    const readAhead = this.#readAhead
    if (readAhead !== null) {
      await this.#dispatch(readAhead, this.#files.length)
      while (readAhead.underWay.length > 0) await this.#collect(readAhead)
    }
    // Fragments of different files do not belong together.
    this.#used(() => this.analysis.flush())
    // Blocks that are no packets take numbers too, also behind the last packet.
    this.analysis.numbers = reader.nextNumber - 1
    this.#files.push(describe(name, reader, firstPacket, source.stored))
    this.#nextNumber = reader.nextNumber
  }

  /**
   * Reads captures to their ends, interleaved by time; packet numbers run on in that order, and the summary's `origins` say
   * where each one is that it names. Packets are read here.
   * @throws CaptureError when none of them has a readable file header.
   * @throws the signal's reason, where it had come before; later it ends the reading, and the summary says so (`capture.complete`).
   * @throws TypeError when something has been read before, or is being read.
   */
  async readMerged<I extends NamedInput>(inputs: readonly I[], options: MergeOptions<I> = {}): Promise<void> {
    checkGiven('inputs', inputs)
    checkList('inputs', inputs, (name, input) => {
      checkObject(name, input)
      checkGiven(`${name}.name`, (input as NamedInput).name)
      checkString(`${name}.name`, (input as NamedInput).name)
    })
    checkObject('options', options)
    checkFunction('onChunk', options.onChunk)
    checkFunction('onProgress', options.onProgress)
    checkSignal('signal', options.signal)
    options.signal?.throwIfAborted()
    checkFunction('onUnreadable', options.onUnreadable)
    await this.#alone(() => this.#readMerged(inputs, options))
  }

  /** Reads, unless something is being read already: two captures would be taken for one. */
  async #alone(read: () => Promise<void>): Promise<void> {
    if (this.#reading) throw new TypeError('another capture is being read; wait for its read() before the next one')
    this.#reading = true
    try {
      await read()
    } finally {
      this.#reading = false
    }
  }

  async #readMerged<I extends NamedInput>(
    inputs: readonly I[],
    { onChunk, onProgress, onUnreadable, signal, bytes }: MergeOptions<I>,
  ): Promise<void> {
    if (this.#nextNumber > 1 || this.#files.length > 0)
      throw new TypeError('merging by time needs all captures at once')
    const merged = new MergedCaptures(inputs, bytes === undefined ? {} : { bytes })
    const firsts = new Map<number, number>()
    try {
      await merged.open()
      while (!merged.done) {
        while (merged.step()) {
          const { run } = merged
          if (!firsts.has(run.file)) firsts.set(run.file, merged.origins.count + 1)
          observePackets(this.analysis, run, run.file, run.firstNumber, this.#own)
        }
        await this.#flush()
        const goesOn = onChunk?.(merged.bytesRead) !== false && signal?.aborted !== true
        onProgress?.(merged.bytesRead, null)
        if (merged.done) break
        if (!goesOn) {
          this.stop()
          break
        }
        await merged.refill()
      }
    } finally {
      await merged.close()
    }
    this.#origins = merged.origins
    this.analysis.flush()
    this.analysis.numbers = merged.origins.count
    let unreadable: CaptureError | null = null
    for (const [file, input] of inputs.entries()) {
      const error = merged.error(file)
      if (error !== null) {
        unreadable ??= error
        onUnreadable?.(input, error)
        continue
      }
      // Reading was stopped before it had its turn.
      if (!this.#complete && !merged.reader(file).headerRead) continue
      const first = firsts.get(file) ?? merged.origins.count + 1
      this.#merged.set(file, this.#files.length)
      this.#files.push(describe(input.name, merged.reader(file), first, merged.stored(file)))
    }
    if (this.#files.length === 0 && unreadable !== null && this.#complete) throw unreadable
  }

  /**
   * Everything so far, to go on from elsewhere: what is read after {@link restore} gives the summary that reading all of it at once
   * does, byte for byte. To be called between two files. Of analyzers on another thread {@link join} comes first.
   * @throws TypeError in the midst of a file, with analyzers of one's own that have no `save` and `restore`, after {@link readMerged}, and
   * while packets are judged on another thread.
   */
  save(): SummarizerState {
    if (this.#reading) throw new TypeError('a capture is being read; wait for its read() before save()')
    if (this.#origins !== null) throw new TypeError('captures that were merged by time can have no successor')
    if (this.#eventQueue !== null) throw new TypeError('join() comes first where packets are judged on another thread')
    const { ports = [] } = this.#options
    const own = this.#own?.save()
    return {
      counting: {
        ports: unique(ports).sort((left, right) => left - right),
        ...selectionIn(this.#options),
        limits: { ...this.analysis.limits },
      },
      files: structuredClone(this.#files),
      given: [...this.given],
      nextNumber: this.#nextNumber,
      complete: this.#complete,
      analysis: this.#used(() => this.analysis.save()),
      ...(own !== undefined && { own }),
    }
  }

  /**
   * Takes up where {@link save} left off.
   * @param state - Of this version; one from elsewhere goes through `resumeState`, which checks it first.
   * @param options - What is shown may be other than it was; what is counted is in the state. Analyzers of one's own are new ones of the
   * same names, which take up what theirs saved.
   * @throws StateError `damaged` for one that no analysis can have come to, as far as that is known at once; what shows later is thrown
   * by {@link read} and {@link summary}.
   */
  static restore<Analyzers extends PacketAnalyzers = NoAnalyzers>(
    state: SummarizerState,
    { rows, underlayMtu, analyzers }: PresentationOptions & Pick<SummarizeOptions<Analyzers>, 'analyzers'> = {},
  ): Summarizer<Analyzers> {
    const shown = {
      ...(rows !== undefined && { rows }),
      ...(underlayMtu !== undefined && { underlayMtu }),
      ...(analyzers !== undefined && { analyzers }),
    }
    checkSummarizeOptions(shown)
    checkSameAnalyzers(state.own, analyzers)
    try {
      const summarizer = new Summarizer<Analyzers>({ ...state.counting, ...shown })
      summarizer.#takeUp(state)
      return summarizer
    } catch (error) {
      throw error instanceof StateError ? error : damagedState(error)
    }
  }

  #takeUp({ files, given, nextNumber, complete, analysis, own }: SummarizerState): void {
    this.#isResumed = true
    for (const file of structuredClone(files)) this.#files.push(file)
    for (const path of given) this.given.push(path)
    this.#nextNumber = nextNumber
    this.#complete = complete
    this.analysis.restore(analysis)
    if (own !== undefined) this.#own?.restore(own, nextNumber - 1)
  }

  /** What a state from elsewhere holds may be wrong in ways that only show in use. */
  #used<T>(work: () => T): T {
    if (!this.#isResumed) return work()
    try {
      return work()
    } catch (error) {
      throw error instanceof TypeError || error instanceof RangeError ? damagedState(error) : error
    }
  }

  /** Has files called otherwise in the summary than they were read. @param names - By the name that each was read as. */
  rename(names: ReadonlyMap<string, string>): void {
    this.#names = names
  }

  /** Says that the input was not read to its end: its summary is not complete. */
  stop(): void {
    this.#complete = false
  }

  /** Takes over what the thread of the stateful analyzers has come to; from now on packets are judged here. */
  async join(): Promise<void> {
    if (this.#eventQueue === null) return
    this.analysis.drain()
    this.analysis.adoptStateful(await this.#eventQueue.finish())
    this.#eventQueue = null
  }

  /**
   * The summary of what has been read so far; in the midst of a file too.
   * @throws TypeError while packets are judged on another thread.
   */
  summary(): SummaryWith<Analyzers> {
    if (this.#eventQueue !== null) throw new TypeError('join() comes first where packets are judged on another thread')
    return this.#used(() => this.#summary())
  }

  #summary(): SummaryWith<Analyzers> {
    const { rows = DEFAULT_ROWS, underlayMtu } = this.#options
    const analysis = this.analysis.flushed()
    const { capture, ...rest } = finish(analysis, { rows, underlayMtu })
    const read = this.#open === null ? this.#files : [...this.#files, this.#open()]
    const files = read.map((file) => ({ ...file, name: this.#names.get(file.name) ?? file.name }))
    const losses = files.map((file) => file.dropped)
    const dropped = losses.includes(null) ? null : losses.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    const summary: Summary = {
      schema: 'vxpcap.summary/1',
      filter: filterOf(this.#options),
      capture: {
        files: files.map(({ issues, dropped, received, damagedTimeAt, appended, ...file }) => file),
        ...capture,
        droppedByCapture: dropped,
        receivedByCapture: files.reduce<number | null>(addReceived, null),
        complete: this.#complete,
      },
      tunnel: rest.tunnel,
      vnisTotal: rest.vnisTotal,
      vtepPairsTotal: rest.vtepPairsTotal,
      flowsTotal: rest.flowsTotal,
      macsTotal: rest.macsTotal,
      vnis: rest.vnis,
      vtepPairs: rest.vtepPairs,
      flows: rest.flows,
      macs: rest.macs,
      mtu: rest.mtu,
      timeline: rest.timeline,
      findings: diagnose({ analysis, files, dropped: lostByCapture(dropped, files), mtu: rest.mtu }),
      limits: rest.limits,
      ...(this.#own !== null && { extra: this.#own.extra() }),
    }
    if (this.#own !== null) summary.findings = rank([...summary.findings, ...this.#own.findings()])
    if (this.#origins !== null) {
      const { count, dropped } = this.#origins
      summary.capture.origins = origins(summary, this.#origins, this.#merged)
      summary.limits.push({ table: 'origins', limit: dropped === 0 ? count : count - dropped, dropped })
      summary.limits.sort((left, right) => (left.table < right.table ? -1 : 1))
    }
    const readable = files.map(({ appended }) => appended?.packetsBefore ?? Number.POSITIVE_INFINITY)
    summary.findings = byFile(summary.findings, summary.capture.files, summary.capture.origins, readable)
    return summary as SummaryWith<Analyzers>
  }

  /** Lets the thread of the stateful analyzers catch up; does without it once the tables are large. */
  async #flush(): Promise<void> {
    if (this.#eventQueue === null) return
    await this.#eventQueue.flush()
    if (bytesInUse(this.analysis.keys.tables) > this.#mostAnalyzedElsewhere) await this.join()
  }

  /** Observes the packets at hand; other threads read them first, if there are any. */
  async #drain(reader: CaptureReader): Promise<void> {
    const file = this.#files.length
    const readAhead = this.#readAhead
    if (readAhead === null) {
      this.#used(() => observePackets(this.analysis, reader, file, 1, this.#own))
      return
    }
    const { writer } = readAhead
    while (reader.next()) {
      if (writer.isFull(reader.packet)) await this.#dispatch(readAhead, file)
      writer.add(reader.view, reader.packet)
      this.#own?.observe(reader.view, reader.packet, reader.packet.number, file)
    }
    writer.copy()
  }

  /** Hands the batch at hand to another thread; takes the oldest one in when enough are under way. */
  async #dispatch(readAhead: ReadAhead, file: number): Promise<void> {
    const { readers, writer, underWay, spent } = readAhead
    if (writer.isEmpty) return
    if (underWay.length > readers.size) await this.#collect(readAhead)
    const batch = writer.take(spent.pop())
    const answer = readers.read({ batch, file })
    // Whoever collects it is told of a failure; until then nobody waits for it.
    answer.catch(() => {})
    underWay.push({ file, answer })
  }

  /** Counts the oldest batch. */
  async #collect({ underWay, spent }: ReadAhead): Promise<void> {
    const oldest = underWay.shift()
    if (oldest === undefined) return
    const batch = await oldest.answer
    this.analysis.takeBatch(new FastPathBatch(batch.headers), batch.count, viewOf(batch), oldest.file)
    spent.push(batch)
    await this.#flush()
  }
}

/** Refuses a state of other analyzers of one's own than these. */
function checkSameAnalyzers(saved: Readonly<Record<string, unknown>> = {}, given: PacketAnalyzers = {}): void {
  const names = Object.keys(saved).sort()
  if (names.join('\n') === Object.keys(given).sort().join('\n')) return
  const why = names.length === 0 ? 'without them' : `with ${names.join(', ')} (a state of vxpcap fleet has its own)`
  throw new StateError(
    'other-options',
    `the state was saved with other analyzers: ${why}; begin anew from the captures`,
  )
}

/** What there is to say about one file after it was read. */
function describe(name: string, reader: CaptureReader, firstPacket: number, stored: StoredAs | undefined): ReadFile {
  const readable = reader.interfaces.filter(({ isDamaged }) => isDamaged !== true)
  const linkTypes = new Set(readable.map(({ linkType }) => linkType))
  return {
    name,
    format: reader.format,
    bytes: stored?.bytes ?? reader.bytesRead,
    packets: reader.packets,
    firstPacket,
    linkTypes: [...linkTypes].sort((left, right) => left - right).map(linkTypeName),
    compression: stored?.compression ?? 'none',
    issues: reader.issues,
    dropped: reader.droppedByCapture(),
    received: reader.receivedByCapture(),
    damagedTimeAt: reader.damagedTimeAt,
    appended: reader.appended,
  }
}

/**
 * Where every packet is that the summary names by number.
 * @param files - Indexes in the summary of the files that were merged: those that could not be read have none.
 */
function origins(
  { capture, tunnel, findings }: Summary,
  from: Origins,
  files: ReadonlyMap<number, number>,
): PacketOrigin[] {
  const named = [
    ...capture.files.map(({ firstPacket }) => firstPacket),
    ...tunnel.faults.map(({ firstPacket }) => firstPacket),
    ...findings.flatMap(({ packets }) => packets),
  ]
  return unique(named)
    .sort((left, right) => left - right)
    .flatMap((packet) => {
      const origin = from.find(packet)
      const file = origin === null ? undefined : files.get(origin.file)
      return origin === null || file === undefined ? [] : [{ packet, file, number: origin.number }]
    })
}

/** Packets that the capture lost, those in damaged blocks included: what is missing may have been among them. */
function lostByCapture(dropped: number | null, files: readonly ReadFile[]): number | null {
  const damaged = files.flatMap(({ issues }) => issues).reduce((sum, { packets = 0 }) => sum + packets, 0)
  return damaged === 0 ? dropped : (dropped ?? 0) + damaged
}

function addReceived(sum: number | null, { received }: ReadFile): number | null {
  return received === null ? sum : (sum ?? 0) + received
}

/** The selection as the document states it: VNIs ascending, everything else as it was asked for. */
function filterOf({ vnis = [], vniRanges = [], vteps = [], ips = [], macs = [], from, to }: Selection): FilterSummary {
  const start = timeOf(from)
  const end = timeOf(to)
  return {
    vnis: unique(vnis).sort((left, right) => left - right),
    vniRanges: vniRanges
      .map(([first, last]): [number, number] => [first, last])
      .sort((left, right) => left[0] - right[0] || left[1] - right[1]),
    vteps: [...vteps],
    ips: [...ips],
    macs: [...macs],
    from: start && isoTime(start.seconds, start.nanoseconds),
    to: end && isoTime(end.seconds, end.nanoseconds),
  }
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)]
}
