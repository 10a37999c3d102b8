/** Reader × walk × analyzers: the only hot loop. Awaits once per chunk, never per packet. */
import { Analysis } from './analyzers/analysis.ts'
import type { FilterOptions } from './analyzers/filter.ts'
import { finish } from './analyzers/finish.ts'
import type { Limits } from './analyzers/limits.ts'
import { CaptureReader, refill } from './capture/reader.ts'
import type { ByteSource } from './capture/source.ts'
import { dissect, type TunnelPorts, tunnelPorts } from './codecs/dissect.ts'
import { linkTypeName } from './codecs/linktype.ts'
import { diagnose } from './diagnosis/index.ts'
import type { CaptureIssue } from './issue.ts'
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
  readonly #files: ReadFile[] = []
  #nextNumber = 1

  /** @throws RangeError for a port out of range or a VTEP that is no address. */
  constructor(options: SummarizeOptions = {}) {
    this.#options = options
    this.#filter = { vnis: unique(options.vnis ?? []), vteps: options.vteps ?? [] }
    this.#ports = tunnelPorts(options.ports)
    const { limits } = options
    this.analysis = new Analysis({ filter: this.#filter, ports: this.#ports, ...(limits && { limits }) })
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
        this.#drain(reader)
        if (reader.done || (reader.headerRead && onChunk?.(reader.bytesRead) === false)) break
        await refill(reader, source)
      }
    } finally {
      await source.close?.()
    }
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

  /** Observes every packet at hand. */
  #drain(reader: CaptureReader): void {
    const { analysis } = this
    const ports = this.#ports
    const { observation } = analysis
    const { layers } = observation
    const { packet } = reader
    const file = this.#files.length
    while (reader.next()) {
      const wireLength = Math.max(0, packet.wireLength - packet.fcsLength)
      dissect(layers, reader.view, packet.at, packet.capturedLength, wireLength, packet.linkType, ports)
      observation.record(packet, file, 1)
      analysis.observe()
    }
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
