/** What a comparison is given: two sides, each a list of captures that can be opened more than once, and how they are compared. */
import { FIXED_MEGABYTES, MEGABYTE } from '../analyzers/tables/memory.ts'
import type { ByteSource } from '../capture/source.ts'
import type { Place } from '../comparison.ts'
import {
  checkBoolean,
  checkFunction,
  checkGiven,
  checkInteger,
  checkList,
  checkObject,
  checkSignal,
  checkString,
} from '../option.ts'
import { checkSummarizeOptions, type SummarizeOptions } from '../pipeline.ts'
import type { TunnelKind } from '../summary.ts'

/** One capture of a side. */
export interface CompareInput {
  /** How its user knows it. */
  readonly name: string
  /**
   * Opens it at its beginning. Called several times, one after the other: what can be read only once (standard input, a pipe) must be
   * kept first.
   */
  open(): Promise<ByteSource>
}

/**
 * What became of one packet. Of what was only seen to arrive `unsent` is what the capture at the sending side missed, `outside` what left
 * while that was not running, and `segment` TCP data of packets of another size.
 */
export type Fate = 'matched' | 'lost' | 'altered' | 'duplicated' | 'notJudged' | 'unsent' | 'outside' | 'segment'

/** One packet with what became of it. One object, overwritten for each: copy what must last. */
export interface PacketFate {
  /** What became of it. */
  fate: Fate
  /** Index of its direction in the document's `directions`, and of those that rows cut from it, behind these. */
  direction: number
  /** Outer source address of its direction. */
  from: string
  /** Outer destination address of its direction. */
  to: string
  /** VNI where it left. */
  vni: number
  /** Kind of its tunnel. */
  kind: TunnelKind
  /** The side that its direction passes first. */
  sentAt: Place
  /** Its number in the near captures, 0 where it is not there. */
  near: number
  /** Its number in the far captures, 0 where it is not there. */
  far: number
  /** Whole seconds since 1970 of its near record, by the near clock; `NaN` where it is not there. */
  nearSeconds: number
  /** The nanoseconds beyond them. */
  nearNanoseconds: number
  /** Whole seconds since 1970 of its far record, by the far clock; `NaN` where it is not there. */
  farSeconds: number
  /** The nanoseconds beyond them. */
  farNanoseconds: number
  /** One-way delay in milliseconds (RFC 7679); `NaN` where it is not known. */
  delayMs: number
  /** Outer IP length in bytes where it left, where it arrived if it was not seen to leave. */
  outerIpLength: number
  /** Bytes of the inner frame. */
  innerBytes: number
  /** Outer UDP source port. */
  sourcePort: number
  /** Whether equal packets came too close to each other to tell which is which. */
  oneOf: boolean
}

/** How captures are compared. */
export interface CompareOptions extends Omit<SummarizeOptions, 'analyzers' | 'rows'> {
  /** Whether both sides have one clock (one machine, or PTP): nothing is estimated then. `false` unless told otherwise. */
  sameClock?: boolean
  /** Whether both sides are diagnosed alone as well, so that findings are joined. `true` unless told otherwise. */
  findings?: boolean
  /** Directions in the document, `Infinity` for all, and packets in each of their lists; 10 000 and 1000 unless told otherwise. */
  rows?: number
  /** Packets in each list of a direction; 1000 unless told otherwise. */
  listed?: number
  /** Records of both sides that are held at a time to be matched: a power of two, 1 048 576 unless told otherwise. */
  window?: number
  /** Told of every packet, once its fate is known, by and large in order of time. */
  onPacket?: (packet: PacketFate) => void
  /** Ends the reading: the document is of what was read until then, and says so; packets that were not reached are told to nobody. */
  signal?: AbortSignal
  /** Bytes read so far of all readings, as stored; the total is not known. */
  onProgress?: (bytesRead: number, bytesTotal: number | null) => void
  /** A capture without a readable file header; the others are read all the same. */
  onUnreadable?: (side: Place, input: CompareInput, error: Error) => void
}

/** Records that are held at a time. */
export const WINDOW = 1_048_576
/** Records of the smallest window that a budget of memory gets. */
const LEAST_HELD = 65_536
/** Bytes of a record (`ring.ts`), and of what tells it when it leaves. */
const WINDOW_BYTES = 160

/** The window with which a process stays about within a budget: the tables of what each side says alone are gone by then. */
export function windowFor(megabytes: number): number {
  const room = Math.floor(((megabytes - FIXED_MEGABYTES) * MEGABYTE) / WINDOW_BYTES)
  return Math.min(WINDOW, Math.max(LEAST_HELD, 2 ** Math.floor(Math.log2(Math.max(1, room)))))
}

/** Packets listed of each kind in a direction. */
export const LISTED = 1000

/**
 * Refuses what cannot be compared.
 * @throws RangeError for an option out of range, TypeError for one of a wrong type.
 */
export function checkCompare(near: unknown, far: unknown, options: CompareOptions): void {
  checkInputs('near', near)
  checkInputs('far', far)
  checkObject('options', options)
  const { listed, window, rows: _, ...summarize } = options
  checkSummarizeOptions(summarize)
  checkBoolean('sameClock', options.sameClock)
  checkBoolean('findings', options.findings)
  checkInteger('listed', listed, 0)
  checkInteger('window', window, 64, 2 ** 24)
  if (options.rows !== Number.POSITIVE_INFINITY) checkInteger('rows', options.rows, 0)
  checkSignal('signal', options.signal)
  for (const name of ['onPacket', 'onProgress', 'onUnreadable'] as const) checkFunction(name, options[name])
}

function checkInputs(side: string, inputs: unknown): void {
  checkGiven(side, inputs)
  checkList(side, inputs, (name, input) => {
    checkObject(name, input)
    const { name: own, open } = input as CompareInput
    checkGiven(`${name}.name`, own)
    checkString(`${name}.name`, own)
    checkGiven(`${name}.open`, open)
    checkFunction(`${name}.open`, open)
  })
  checkInteger(`${side}.length`, (inputs as unknown[]).length, 1)
}
