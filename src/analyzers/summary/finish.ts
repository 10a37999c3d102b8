/** Everything of the summary that the packets tell; files, filter and findings are the pipeline's. */
import { checkCount, checkInteger } from '../../option.ts'
import type { CaptureSummary, LimitSummary, Summary } from '../../summary.ts'
import type { Analysis } from '../analysis.ts'
import { pairMtuRows, underlayMtu as underlayMtuOf } from './mtu-rows.ts'
import { flowRows, macRows, pairOrder, vniRows, vtepPairRows } from './rows.ts'

/** The summary without what only the pipeline knows. */
export interface AnalysisSummary extends Omit<Summary, 'schema' | 'filter' | 'capture' | 'findings'> {
  /** Totals of the capture, without what only its files tell. */
  capture: Omit<CaptureSummary, 'files' | 'droppedByCapture' | 'receivedByCapture' | 'complete'>
}

/** What the summary is told beside the packets. */
export interface FinishOptions {
  /** Rows of each table, `Infinity` for all. */
  rows: number
  /** The underlay's IP MTU where the user knows it. */
  underlayMtu?: number | undefined
}

/** Least and largest MTU of IPv4 (RFC 791 §3.2, §3.1). */
const MIN_MTU = 68
const MAX_MTU = 65_535

/**
 * Refuses options that {@link finish} cannot do with.
 * @throws RangeError for one out of range, TypeError for one of a wrong type.
 */
export function checkFinish({ rows, underlayMtu }: Partial<FinishOptions>): void {
  checkCount('rows', rows, 0)
  checkInteger('underlayMtu', underlayMtu, MIN_MTU, MAX_MTU)
}

/**
 * Turns counters into the summary: the only place that divides and makes words of numbers.
 * @param analysis - Flushed: what still waits for fragments is not counted yet. See `Analysis.flush` and `Analysis.flushed`.
 */
export function finish(analysis: Analysis, { rows, underlayMtu }: FinishOptions): AnalysisSummary {
  checkFinish({ rows, underlayMtu })
  analysis.countPaths()
  // What follows needs the memory more; a capture that goes on fills them anew.
  analysis.paths.clear()
  const { keys, capture, tunnel } = analysis
  const { outerFragments } = analysis.stateful
  return {
    capture: {
      packets: capture.packets,
      capturedBytes: capture.capturedBytes,
      wireBytes: capture.wireBytes,
      firstTime: capture.firstTime,
      lastTime: capture.lastTime,
      truncatedPackets: capture.truncatedPackets,
      duplicatePackets: analysis.stateful.networkCopies.captureDuplicates,
    },
    tunnel: {
      vxlanPackets: tunnel.vxlanPackets,
      gpePackets: tunnel.gpePackets,
      genevePackets: tunnel.genevePackets,
      nvgrePackets: tunnel.nvgrePackets,
      otherPackets: tunnel.otherPackets,
      carriers: tunnel.carriers(),
      fragments: {
        firsts: tunnel.firstFragments,
        others: tunnel.otherFragments,
        reassembled: outerFragments.reassembled,
        incomplete: outerFragments.incomplete,
      },
      other: tunnel.other(),
      faults: tunnel.faults(),
    },
    vnisTotal: keys.vnis.count,
    vtepPairsTotal: keys.pairs.count,
    flowsTotal: keys.flows.count,
    macsTotal: keys.macs.count,
    vnis: vniRows(analysis, rows),
    vtepPairs: vtepPairRows(analysis, rows),
    flows: flowRows(analysis, rows),
    macs: macRows(analysis, rows),
    mtu: {
      ...underlayMtuOf(analysis, underlayMtu),
      perPair: pairMtuRows(analysis, pairOrder(analysis, rows)),
      sizes: analysis.stateful.sizes.histogram(outerFragments.earlySizes),
    },
    timeline: analysis.timeline.finish((row) => analysis.vnis.innerBytes(row)),
    limits: limits(analysis),
  }
}

/**
 * Every bounded table with its limit and what it dropped, by name. Rings that forget the past in the ordinary course of things (frames
 * remembered for copies) are none: nothing that they forget is missing from a figure.
 */
function limits(analysis: Analysis): LimitSummary[] {
  const rows = analysis.tables.map(({ name, limit, dropped }) => ({ table: name, limit, dropped }))
  rows.push({ table: 'fragments', limit: analysis.limits.datagrams, dropped: analysis.tinyFragments.dropped })
  return rows.sort((left, right) => (left.table < right.table ? -1 : 1))
}
