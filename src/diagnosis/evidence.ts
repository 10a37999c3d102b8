/** What a diagnosis rests on: the analysis, the files as they were read, and what both tell of the capture as a whole. Types only. */
import type { Analysis } from '../analyzers/analysis.ts'
import type { AppendedFiles, CaptureIssue } from '../issue.ts'
import type { FileSummary, MtuSummary } from '../summary.ts'
import type { Sides } from './capture/sides.ts'
import type { RoundTrips } from './round-trips.ts'

/** One file as it was read. */
export interface ReadFile {
  name: string
  packets: number
  /** What is wrong with the file itself. */
  issues: readonly CaptureIssue[]
  /** Packets that the capture system lost, `null` when the file cannot tell. */
  dropped: number | null
  /** Packets that the capture system received, those it lost included; `null` when the file cannot tell. */
  received: number | null
  /** Number of the first packet in nanoseconds under the microsecond magic, 0 when there is none. */
  damagedTimeAt: number
  /** Number of the file's first packet. */
  firstPacket: number
  compression: FileSummary['compression']
  /** Classic files that were appended to the first one in it. */
  appended: AppendedFiles | null
}

/** What a diagnosis rests on. */
export interface Evidence {
  analysis: Analysis
  files: readonly ReadFile[]
  /** Packets that the capture lost in all files, `null` when none can tell. */
  dropped: number | null
  /** Sizes and path MTUs, as the summary prints them. */
  mtu: MtuSummary
  /** Which directions are answered outside the capture. */
  sides: Sides
  /** How long answers may take. */
  trips: RoundTrips
}
