/** Captures to a summary: readers, analyzers, diagnosis. Awaits once per chunk, never per packet. */
import { Analysis, type AnalysisOptions, type AnalysisState } from './analyzers/analysis.ts'
import type { FilterOptions } from './analyzers/filter.ts'
import { finish } from './analyzers/finish.ts'
import type { Limits } from './analyzers/limits.ts'
import { type Batch, BatchReader, BatchWriter, lastNumber } from './batch.ts'
import type { CaptureError } from './capture/errors.ts'
import { MergedCaptures, type MergeInput } from './capture/merge.ts'
import type { Origins } from './capture/origins.ts'
import { CaptureReader, refill } from './capture/reader.ts'
import type { ByteSource, StoredAs } from './capture/source.ts'
import { type TunnelPorts, tunnelPorts } from './codecs/dissect.ts'
import { linkTypeName } from './codecs/linktype.ts'
import { diagnose } from './diagnosis/index.ts'
import type { CaptureIssue } from './issue.ts'
import { observePackets } from './observe.ts'
import type { FileSummary, PacketOrigin, Summary } from './summary.ts'

/** What is kept, and how far tables may grow. */
export interface SummarizeOptions {
  /** Further VXLAN destination ports, 1 to 65 535. */
  ports?: readonly number[]
  /** Keep only these VNIs in the tables. */
  vnis?: readonly number[]
  /** Keep only packets from or to these VTEPs in the tables. */
  vteps?: readonly string[]
  /** Rows of each table in the summary, `Infinity` for all; 10 000 unless told otherwise. */
  rows?: number
  /** The underlay's IP MTU in bytes, when known. */
  underlayMtu?: number
  /** Limits of the tables that differ from the default. */
  limits?: Partial<Limits>
}

/** Rows of each table unless told otherwise. */
export const DEFAULT_ROWS = 10_000

/** Analyzes parts of a capture elsewhere: on worker threads, say. */
export interface PartAnalyzer {
  /** Parts that it works on at a time. */
  readonly size: number
  /** Analyzes a batch as a part that does not begin the capture, and gives the batch back. */
  analyze(request: { batch: Batch; file: number; firstNumber: number }): Promise<{ state: AnalysisState; batch: Batch }>
}

/** Parts on their way through other threads, in order. */
interface Parts {
  analyzer: PartAnalyzer
  writer: BatchWriter
  underWay: { file: number; firstNumber: number; answer: ReturnType<PartAnalyzer['analyze']> }[]
  /** Batches whose buffers can be used again. */
  spent: Batch[]
  /** The number after the last one handed out. */
  nextFirst: number
}

/** Packets and bytes of a part: below the events that a part may log. */
const PART_PACKETS = 65_536
const PART_LENGTH = 16_777_216

function startParts(analyzer: PartAnalyzer): Parts {
  return { analyzer, writer: new BatchWriter(PART_PACKETS, PART_LENGTH), underWay: [], spent: [], nextFirst: 1 }
}

/** A capture to be merged with others by time. */
export interface NamedInput extends MergeInput {
  /** How its user knows it. */
  readonly name: string
}

/** What {@link Summarizer.readMerged} tells while it reads. */
export interface MergeOptions<I extends NamedInput> {
  /** Called now and then with the stored bytes read so far; `false` stops reading there. */
  onChunk?: (bytesRead: number) => boolean
  /** A capture without a readable file header; the others are read all the same. */
  onUnreadable?: (input: I, error: CaptureError) => void
}

/** One file as it was read. */
interface ReadFile extends FileSummary {
  issue: CaptureIssue | null
  dropped: number | null
}

/**
 * Summarizes captures that come one after the other as one stream: feed each with {@link read}, then ask for
 * {@link summary}.
 */
export class Summarizer {
  readonly analysis: Analysis
  readonly #options: SummarizeOptions
  readonly #filter: FilterOptions
  readonly #ports: TunnelPorts
  readonly #analysisOptions: AnalysisOptions
  readonly #parts: Parts | null
  readonly #files: ReadFile[] = []
  #nextNumber = 1
  /** The file that is being read, for a summary in the midst of it. */
  #open: (() => ReadFile) | null = null
  /** Which file a packet is from, where they are interleaved. */
  #origins: Origins | null = null

  /**
   * @param analyzer - Other threads to analyze parts on; the summary does not depend on it.
   * @throws RangeError for a port out of range or a VTEP that is no address.
   */
  constructor(options: SummarizeOptions = {}, analyzer: PartAnalyzer | null = null) {
    this.#options = options
    this.#filter = { vnis: unique(options.vnis ?? []), vteps: options.vteps ?? [] }
    this.#ports = tunnelPorts(options.ports)
    const { limits } = options
    this.#analysisOptions = { filter: this.#filter, ports: this.#ports, ...(limits && { limits }) }
    this.analysis = new Analysis(this.#analysisOptions)
    this.#parts = analyzer === null ? null : startParts(analyzer)
  }

  /**
   * Reads one capture to its end.
   * @param name - How its user knows it.
   * @param source - Closed at the end.
   * @param onChunk - Called after each chunk with the stored bytes read so far; `false` stops reading there.
   * @throws CaptureError when it has no readable file header; nothing was counted then.
   * @throws TypeError after {@link readMerged}.
   */
  async read(name: string, source: ByteSource, onChunk?: (bytesRead: number) => boolean): Promise<void> {
    if (this.#origins !== null) throw new TypeError('captures that were merged by time can have no successor')
    const reader = new CaptureReader({ firstNumber: this.#nextNumber })
    const firstPacket = this.#nextNumber
    this.#open = () => describe(name, reader, firstPacket, source.stored)
    try {
      while (!reader.done) {
        await this.#drain(reader)
        const bytesRead = source.stored?.bytesRead ?? reader.bytesRead
        if (reader.done || (reader.headerRead && onChunk?.(bytesRead) === false)) break
        await refill(reader, source)
      }
    } finally {
      this.#open = null
      await source.close?.()
    }
    const parts = this.#parts
    if (parts !== null) {
      await this.#dispatch(parts, this.#files.length)
      while (parts.underWay.length > 0) await this.#collect(parts)
      parts.nextFirst = reader.nextNumber
    }
    // Fragments of different files do not belong together.
    this.analysis.settle()
    // Blocks that are no packets take numbers too, also behind the last packet.
    this.analysis.numbers = reader.nextNumber - 1
    this.#files.push(describe(name, reader, firstPacket, source.stored))
    this.#nextNumber = reader.nextNumber
  }

  /**
   * Reads captures to their ends, interleaved by time; packet numbers run on in that order, and the summary's `origins` say
   * where each one is that it names. Threads are not used.
   * @throws CaptureError when none of them has a readable file header.
   * @throws TypeError when something has been read before.
   */
  async readMerged<I extends NamedInput>(
    inputs: readonly I[],
    { onChunk, onUnreadable }: MergeOptions<I> = {},
  ): Promise<void> {
    if (this.#nextNumber > 1 || this.#files.length > 0)
      throw new TypeError('merging by time wants all captures at once')
    const merged = new MergedCaptures(inputs)
    const firsts = new Map<number, number>()
    try {
      await merged.open()
      while (!merged.done) {
        while (merged.step()) {
          const { run } = merged
          if (!firsts.has(run.file)) firsts.set(run.file, merged.origins.count + 1)
          observePackets(this.analysis, run, this.#ports, run.file, run.firstNumber)
        }
        const read = inputs.reduce((sum, _, file) => sum + (merged.stored(file)?.bytesRead ?? 0), 0)
        if (onChunk?.(read) === false) break
        await merged.refill()
      }
    } finally {
      await merged.close()
    }
    this.#origins = merged.origins
    this.analysis.settle()
    this.analysis.numbers = merged.origins.count
    let unreadable: CaptureError | null = null
    for (const [file, input] of inputs.entries()) {
      const error = merged.error(file)
      if (error !== null) {
        unreadable ??= error
        onUnreadable?.(input, error)
        continue
      }
      const first = firsts.get(file) ?? merged.origins.count + 1
      this.#files.push(describe(input.name, merged.reader(file), first, merged.stored(file)))
    }
    if (this.#files.length === 0 && unreadable !== null) throw unreadable
  }

  /** The summary of what has been read so far; in the midst of a file too. */
  summary(): Summary {
    const { rows = DEFAULT_ROWS, underlayMtu } = this.#options
    const analysis = this.analysis.settled()
    const { capture, ...rest } = finish(analysis, { rows, underlayMtu })
    const files = this.#open === null ? this.#files : [...this.#files, this.#open()]
    const losses = files.map((file) => file.dropped)
    const dropped = losses.includes(null) ? null : losses.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    const summary: Summary = {
      schema: 'vxpcap.summary/1',
      filter: { vnis: [...this.#filter.vnis].sort((left, right) => left - right), vteps: [...this.#filter.vteps] },
      capture: {
        files: files.map(({ issue, dropped, ...file }) => file),
        ...capture,
        droppedByCapture: dropped,
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
      findings: diagnose({ analysis, files, dropped, mtu: rest.mtu }),
      limits: rest.limits,
    }
    if (this.#origins !== null) {
      const { count, dropped } = this.#origins
      summary.capture.origins = origins(summary, this.#origins)
      summary.limits.push({ table: 'origins', limit: dropped === 0 ? count : count - dropped, dropped })
      summary.limits.sort((left, right) => (left.table < right.table ? -1 : 1))
    }
    return summary
  }

  /** Observes the packets at hand, here or on other threads. */
  async #drain(reader: CaptureReader): Promise<void> {
    const file = this.#files.length
    const parts = this.#parts
    if (parts === null) {
      observePackets(this.analysis, reader, this.#ports, file, 1)
      return
    }
    while (reader.next()) {
      if (parts.writer.isFull(reader.packet.capturedLength)) await this.#dispatch(parts, file)
      parts.writer.add(reader.view, reader.packet)
    }
  }

  /** Hands the batch at hand to another thread; takes the oldest answer in when enough are under way. */
  async #dispatch(parts: Parts, file: number): Promise<void> {
    if (parts.writer.isEmpty) return
    if (parts.underWay.length > parts.analyzer.size) await this.#collect(parts)
    const batch = parts.writer.take(parts.spent.pop())
    const firstNumber = parts.nextFirst
    parts.nextFirst = lastNumber(batch) + 1
    parts.underWay.push({ file, firstNumber, answer: parts.analyzer.analyze({ batch, file, firstNumber }) })
  }

  /** Merges the oldest part; one that cannot be joined exactly is read again in order. */
  async #collect(parts: Parts): Promise<void> {
    const oldest = parts.underWay.shift()
    if (oldest === undefined) return
    const { state, batch } = await oldest.answer
    const later = new Analysis({ ...this.#analysisOptions, begins: false })
    later.restore(state)
    if (!this.analysis.merge(later)) {
      observePackets(this.analysis, new BatchReader(batch), this.#ports, oldest.file, 1)
    }
    parts.spent.push(batch)
  }
}

/** What there is to say about one file after it was read. */
function describe(name: string, reader: CaptureReader, firstPacket: number, stored: StoredAs | undefined): ReadFile {
  const linkTypes = new Set(reader.interfaces.map(({ linkType }) => linkType))
  return {
    name,
    format: reader.format,
    bytes: stored?.bytes ?? reader.bytesRead,
    packets: reader.packets,
    firstPacket,
    linkTypes: [...linkTypes].sort((left, right) => left - right).map(linkTypeName),
    compression: stored?.compression ?? 'none',
    issue: reader.issue,
    dropped: reader.droppedByCapture(),
  }
}

/** Where every packet is that the summary names by number. */
function origins({ capture, tunnel, findings }: Summary, from: Origins): PacketOrigin[] {
  const named = [
    ...capture.files.map(({ firstPacket }) => firstPacket),
    ...tunnel.faults.map(({ firstPacket }) => firstPacket),
    ...findings.flatMap(({ packets }) => packets),
  ]
  return unique(named)
    .sort((left, right) => left - right)
    .flatMap((packet) => {
      const origin = from.find(packet)
      return origin === null ? [] : [{ packet, ...origin }]
    })
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)]
}
