/** Analyzers of one's own, beside those of the package: what they see, and what becomes of what they say. Types only. */
import type { Layers } from './codecs/walk/layers.ts'
import type { PacketInfo } from './packet.ts'
import type { Severity, Subject } from './summary.ts'

/**
 * Takes the packets of a summary in one pass with the package's own analyzers.
 *
 * It sees what the selection of the summary keeps, in packet order, on the thread that reads, and each record once. Records that the
 * capture holds twice, and packets that are relayed, are seen as often as they were captured.
 *
 * A datagram in outer fragments shows its tunnel once, at the record that makes it whole (`PacketBatch.layers` says how), because nobody
 * can take it apart before. The package's own findings name its first fragment; `joined` has that number too.
 */
export interface PacketAnalyzer<Result = unknown> {
  /**
   * Takes a packet. `packet` and `layers` are overwritten by the next one: copy what must last.
   *
   * Of a datagram in outer fragments the record that makes it whole has the layers of the whole datagram; the records before it have
   * `layers.outerIp.isFragment` and no tunnel (`layers.tunnel` is 0). `joined[0] ?? packet.number` is the packet to name in a finding.
   * @param packet - The record; `number` is that of the summary, also over several captures.
   * @param layers - What is in it: offsets into `layers.view` (outer headers) and `layers.innerView` (what the tunnel carries).
   * @param joined - Numbers of the packets whose fragments were joined into `layers`, in order of arrival, this one included; empty for
   * a whole packet.
   */
  observe(packet: PacketInfo, layers: Layers, joined: readonly number[]): void
  /**
   * What it found so far, as it is to stand in the summary: what JSON can hold, where the summary is to be written as JSON. No promise,
   * which is refused. May be asked more than once, with more packets in between.
   */
  finish(): Result
  /** What it has to say about the traffic, in the summary's list of findings. May be asked more than once. */
  findings?(): readonly OwnFinding[]
  /**
   * All that it needs to go on from here, where the summary can be saved and gone on with: plain objects, lists and typed arrays, none of
   * which it changes afterwards.
   */
  save?(): unknown
  /**
   * Goes on from what {@link save} gave, before the first packet. A saved state is input: what cannot have been saved is to be refused.
   * @throws TypeError or RangeError for what it cannot go on from.
   */
  restore?(saved: unknown): void
}

/** Analyzers by the names under which their results stand in `summary.extra`. */
export type PacketAnalyzers = Readonly<Record<string, PacketAnalyzer>>

/** The results of analyzers, by name. */
export type Extra<Analyzers extends PacketAnalyzers> = {
  [Name in keyof Analyzers]: ReturnType<Analyzers[Name]['finish']>
}

/** A finding of one's own. Everything that is absent is filled in: see each. */
export interface OwnFinding {
  /** Stable code, `UPPER_SNAKE`, and none of the package's own. */
  code: string
  /** How bad it is, as of the package's own findings. */
  severity: Severity
  /** One sentence that a network engineer understands. */
  title: string
  /** What was seen, with figures. */
  observed: string
  /** What to do. */
  remedy: string
  /** What that implies; empty unless given. */
  inferred?: string
  /** What it is about; empty unless given. */
  subject?: Subject
  /** How often it was seen; as often as `packets` has numbers unless given, and once where it has none. */
  count?: number
  /** Numbers of packets that show it, none beyond the last one read; the first ten are kept. */
  packets?: readonly number[]
  /** A Wireshark display filter that selects at least the named packets; a list of their numbers unless given. */
  displayFilter?: string
}
