/** Captures to a summary: readers, analyzers, diagnosis. Awaits once per chunk, never per packet. */
import { Analysis, type AnalysisOptions, type AnalysisState } from './analyzers/analysis.ts'
import type { FilterOptions } from './analyzers/filter.ts'
import { finish } from './analyzers/finish.ts'
import type { Limits } from './analyzers/limits.ts'
import { type Batch, BatchReader, BatchWriter, lastNumber } from './batch.ts'
import { CaptureReader, refill } from './capture/reader.ts'
import type { ByteSource } from './capture/source.ts'
import { type TunnelPorts, tunnelPorts } from './codecs/dissect.ts'
import { linkTypeName } from './codecs/linktype.ts'
import { diagnose } from './diagnosis/index.ts'
import type { CaptureIssue } from './issue.ts'
import { observePackets } from './observe.ts'
import type { FileSummary, Summary } from './summary.ts'

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
   * @param onChunk - Called after each chunk with the bytes read so far; `false` stops reading there.
   * @throws CaptureError when it has no readable file header; nothing was counted then.
   */
  async read(name: string, source: ByteSource, onChunk?: (bytesRead: number) => boolean): Promise<void> {
    const reader = new CaptureReader({ firstNumber: this.#nextNumber })
    try {
      while (!reader.done) {
        await this.#drain(reader)
        if (reader.done || (reader.headerRead && onChunk?.(reader.bytesRead) === false)) break
        await refill(reader, source)
      }
    } finally {
      await source.close?.()
    }
    const parts = this.#parts
    if (parts !== null) {
      await this.#dispatch(parts, this.#files.length)
      while (parts.underWay.length > 0) await this.#collect(parts)
      parts.nextFirst = reader.nextNumber
    }
    // Blocks that are no packets take numbers too, also behind the last packet.
    this.analysis.numbers = reader.nextNumber - 1
    this.#files.push(describe(name, reader, this.#nextNumber))
    this.#nextNumber = reader.nextNumber
  }

  /** The summary of what has been read so far. */
  summary(): Summary {
    const { rows = DEFAULT_ROWS, underlayMtu } = this.#options
    const { capture, ...rest } = finish(this.analysis, { rows, underlayMtu })
    const files = this.#files
    const losses = files.map((file) => file.dropped)
    const dropped = losses.includes(null) ? null : losses.reduce<number>((sum, count) => sum + (count ?? 0), 0)
    return {
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
      findings: diagnose({ analysis: this.analysis, files, dropped, mtu: rest.mtu }),
      limits: rest.limits,
    }
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
function describe(name: string, reader: CaptureReader, firstPacket: number): ReadFile {
  const linkTypes = new Set(reader.interfaces.map(({ linkType }) => linkType))
  return {
    name,
    format: reader.format,
    bytes: reader.bytesRead,
    packets: reader.packets,
    firstPacket,
    linkTypes: [...linkTypes].sort((left, right) => left - right).map(linkTypeName),
    compression: 'none',
    issue: reader.issue,
    dropped: reader.droppedByCapture(),
  }
}

function unique(values: readonly number[]): number[] {
  return [...new Set(values)]
}
