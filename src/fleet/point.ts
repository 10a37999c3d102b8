/** What one capture point says of itself: its summary, and what the fleet needs beyond it. */
import { Digest } from '../analyzers/tables/hash.ts'
import type { ByteSource } from '../capture/source.ts'
import { parseAddress } from '../codecs/core/address.ts'
import type { PointDocument } from '../fleet-document.ts'
import { checkGiven, checkList, checkObject, checkString, checkTexts } from '../option.ts'
import type { PacketAnalyzer } from '../packet-analyzer.ts'
import { type ReadOptions, type SummarizeOptions, Summarizer } from '../pipeline.ts'
import type { Summary } from '../summary.ts'
import { PointAnalyzer, type PointCounts } from './point-analyzer.ts'

/** Name under which a point's analyzer stands in a summary's `extra`. */
export const FLEET = 'fleet'

/** Analyzers with which a summary is the summary of a point. */
export interface PointAnalyzers extends Readonly<Record<string, PacketAnalyzer>> {
  /** Counts what a fleet needs. */
  [FLEET]: PointAnalyzer
}

/** One capture of a point. */
export interface PointSource {
  /** How its user knows it. */
  readonly name: string
  /** Opens it at its beginning; called once. */
  open(): Promise<ByteSource>
}

/** How a point is read. */
export interface PointOptions extends Omit<SummarizeOptions, 'analyzers'>, Pick<ReadOptions, 'signal'> {
  /** Addresses of the VTEPs at the point, where that is known. */
  vteps?: readonly string[]
}

/**
 * The analyzers with which a `Summarizer` counts what a fleet needs: give them as its option `analyzers`, and its summary to
 * {@link pointDocument}.
 */
export function pointAnalyzers(): PointAnalyzers {
  return { [FLEET]: new PointAnalyzer() }
}

/**
 * What a point says of itself.
 * @param name - Name of the point.
 * @param summary - Made with {@link pointAnalyzers}.
 * @param vteps - Addresses of the VTEPs at the point, where that is known.
 * @throws TypeError for a summary without what a fleet needs.
 */
export function pointDocument(name: string, summary: Summary, vteps: readonly string[] | null = null): PointDocument {
  checkGiven('name', name)
  checkString('name', name)
  if (vteps !== null) checkTexts('vteps', vteps, parseAddress)
  const { extra = {}, ...own } = summary
  const { [FLEET]: counts, ...others } = extra as { [FLEET]?: PointCounts }
  if (counts === undefined) throw new TypeError('summary must be one that was made with the analyzers of a point')
  const kept: Summary = Object.keys(others).length === 0 ? own : { ...own, extra: others }
  const told = vteps === null ? null : [...new Set(vteps)].sort()
  return {
    schema: 'vxpcap.point/1',
    name,
    id: idOf(name, told, counts, kept),
    vteps: told,
    stepMs: counts.stepMs,
    directions: counts.directions,
    withoutDirection: counts.withoutDirection,
    sample: counts.sample,
    summary: kept,
  }
}

/**
 * Reads the captures of a point, one after the other as one stream, and says what a fleet needs to know of it.
 *
 * ```ts
 * const point = await pointOf('leaf-1', [{ name: '0.pcap', open: async () => bytesSource(bytes) }])
 * ```
 * @param name - Name of the point.
 * @param sources - Its captures, in order.
 * @throws CaptureError for a capture without a readable file header.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 * @throws the signal's reason, where it had come before anything was read; later it ends the reading, and the document says so.
 */
export async function pointOf(
  name: string,
  sources: readonly PointSource[],
  options: PointOptions = {},
): Promise<PointDocument> {
  checkGiven('name', name)
  checkString('name', name)
  checkList('sources', sources, checkObject)
  checkObject('options', options)
  const { vteps, signal, ...rest } = options
  signal?.throwIfAborted()
  const summarizer = new Summarizer({ ...rest, analyzers: pointAnalyzers() })
  for (const source of sources) {
    if (signal?.aborted === true) {
      summarizer.stop()
      break
    }
    await summarizer.read(source.name, await source.open(), signal === undefined ? {} : { signal })
  }
  return pointDocument(name, summarizer.summary() as unknown as Summary, vteps ?? null)
}

/** A digest of what a point is and what was counted there: the same captures give the same one, whatever reads them and wherever. */
function idOf(name: string, vteps: readonly string[] | null, counts: PointCounts, summary: Summary): string {
  const { filter, capture, tunnel } = summary
  const { packets, capturedBytes, wireBytes, firstTime, lastTime, complete } = capture
  const totals = [summary.vnisTotal, summary.vtepPairsTotal, summary.flowsTotal, summary.macsTotal]
  const rows = [summary.vnis.length, summary.vtepPairs.length, summary.flows.length, summary.macs.length]
  const read = { packets, capturedBytes, wireBytes, firstTime, lastTime, complete }
  const bytes = new TextEncoder().encode(JSON.stringify([name, vteps, filter, read, tunnel, totals, rows, counts]))
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const digest = new Digest()
  return [0, 1]
    .flatMap((word) => {
      digest.reset()
      digest.word(word)
      digest.bytes(view, 0, bytes.length)
      return [digest.high, digest.low]
    })
    .map((half) => (half >>> 0).toString(16).padStart(8, '0'))
    .join('')
}
