/** A capture taken into memory, and analyzed in one go or from saved state on: the ground of the law of saved states. */
import { readFileSync } from 'node:fs'
import { Analysis, type AnalysisOptions } from '../../src/analyzers/analysis.ts'
import { finish } from '../../src/analyzers/summary/finish.ts'
import { CaptureReader } from '../../src/capture/reader.ts'
import { tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import { diagnose } from '../../src/diagnosis/index.ts'
import type { PacketInfo } from '../../src/packet.ts'

/** One record, copied out of the reader. */
export interface Recorded {
  view: DataView
  packet: PacketInfo
}

/** Every packet of a capture file. */
export function recordsOf(path: string): Recorded[] {
  return recordsOfBytes(readFileSync(path))
}

/** Every packet of a capture in memory, handed to the reader `chunk` bytes at a time. */
export function recordsOfBytes(bytes: Uint8Array, chunk: number = bytes.length): Recorded[] {
  const reader = new CaptureReader()
  const records: Recorded[] = []
  let position = 0
  while (!reader.done) {
    while (reader.next()) {
      const { at, capturedLength } = reader.packet
      const from = reader.view.byteOffset + at
      const copy = reader.view.buffer.slice(from, from + capturedLength)
      records.push({ view: new DataView(copy), packet: { ...reader.packet, at: 0 } })
    }
    if (reader.done) break
    const room = reader.room()
    const length = Math.min(room.length, chunk, bytes.length - position)
    room.set(bytes.subarray(position, position + length))
    position += length
    if (length === 0) reader.finish()
    else reader.advance(length)
  }
  return records
}

const PORTS = tunnelPorts()

/** Lets an analysis read on over records; their numbers go on from `analysis.numbers`. */
export function readOn(analysis: Analysis, records: readonly Recorded[]): void {
  const offset = offsetOf(analysis, records)
  for (const { view, packet } of records) analysis.take(view, packet, 0, offset)
  analysis.drain()
}

/** The same with every packet going the slow path, none by the fast path. */
export function readOnTheLongWay(analysis: Analysis, records: readonly Recorded[]): void {
  const { observation } = analysis
  const offset = offsetOf(analysis, records)
  for (const { view, packet } of records) {
    observation.takeApart(view, packet, 0, offset, PORTS)
    analysis.observe()
  }
}

/** The number that counts as 1 when an analysis reads on over records. */
function offsetOf(analysis: Analysis, [first]: readonly Recorded[]): number {
  return first === undefined ? 1 : first.packet.number - analysis.numbers
}

/** The same records one behind the other in one buffer, as a reader has them: they are counted in groups then. */
export function together(records: readonly Recorded[]): Recorded[] {
  const length = records.reduce((sum, { view }) => sum + view.byteLength, 0)
  const bytes = new Uint8Array(length)
  const whole = new DataView(bytes.buffer)
  let at = 0
  return records.map(({ view, packet }) => {
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), at)
    const moved = { view: whole, packet: { ...packet, at: at + packet.at } }
    at += view.byteLength
    return moved
  })
}

/** Analyzes records in one go. */
export function analyze(records: readonly Recorded[], options: AnalysisOptions = {}): Analysis {
  const analysis = new Analysis(options)
  readOn(analysis, records)
  return analysis
}

/** An analysis with the state of another one, through what `postMessage` does to it. */
export function restored(analysis: Analysis, options: AnalysisOptions = {}): Analysis {
  const fresh = new Analysis(options)
  fresh.restore(structuredClone(analysis.save()))
  return fresh
}

/** Analyzes records up to each cut, and goes on from there with state that was saved and restored. */
export function resumed(
  records: readonly Recorded[],
  cuts: readonly number[],
  options: AnalysisOptions = {},
): Analysis {
  let analysis = new Analysis(options)
  let done = 0
  for (const cut of cuts) {
    readOn(analysis, records.slice(done, cut))
    analysis = restored(analysis, options)
    done = cut
  }
  readOn(analysis, records.slice(done))
  return analysis
}

/** What the analysis says, as the bytes that would be printed. */
export function printed(unsettled: Analysis): string {
  const analysis = unsettled.flushed()
  const summary = finish(analysis, { rows: Number.POSITIVE_INFINITY })
  const findings = diagnose({ analysis, files: [], dropped: null, mtu: summary.mtu })
  return JSON.stringify({ ...summary, findings }, null, 1)
}
