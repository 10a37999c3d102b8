/** What the page and its worker say to each other. */
import type { Place } from '../src/comparison.ts'
import type { ComparisonData } from '../src/page/comparison/data.ts'
import type { PageData } from '../src/page/data.ts'
import type { PacketWords } from '../src/report/packet-text.ts'

/** A capture, under the name that the summary gives it. */
export interface Input {
  name: string
  blob: Blob
}

/** What may be asked of the reading: the options of the command that people need most. */
export interface Settings {
  /** Further VXLAN ports, as `--port`. */
  ports: readonly number[]
  /** As `--underlay-mtu`; `null` where it is not known. */
  underlayMtu: number | null
  /** As `--merge-by-time`. */
  mergeByTime: boolean
}

/** Two captures of the same traffic, and how they are compared. */
export interface Ends {
  near: Input
  far: Input
  /** As `--same-clock`. */
  sameClock: boolean
}

/** How far reading is. */
export interface Progress {
  /** Bytes read, as stored. */
  bytes: number
  /** Bytes in all; `null` where it is not known, as captures that are compared are read several times. */
  total: number | null
  /** Packets read; 0 where they are not counted. */
  packets: number
}

/** What came of reading. */
export interface ReadingResult {
  /** Whether it was stopped before its end. */
  isStopped: boolean
  /** Whether one of the captures at least can be read. */
  isReadable: boolean
  /** What the command would say on standard error, a line each. */
  troubles: string[]
  progress: Progress
}

/** What files are, by their first bytes. */
export interface LookResult {
  /** Whether one of them at least is a capture. */
  isReadable: boolean
  /** Why the others are none, as the command would say it, a line each. */
  troubles: string[]
}

/** A packet that was read again. */
export interface OpenedPacket {
  /** `Packet 12`, `Packet b.pcap:3`. */
  title: string
  /** What `vxpcap decode` prints of it. */
  words: PacketWords
  /** What `vxpcap decode --hex` prints of its bytes. */
  bytes: string[]
}

/** What can be asked of the worker, and what it answers. */
export interface Tasks {
  look: { asked: { inputs: Input[] }; answer: LookResult }
  read: { asked: { inputs: Input[]; settings: Settings }; answer: ReadingResult }
  page: { asked: null; answer: PageData }
  compare: { asked: { ends: Ends; settings: Settings }; answer: Pick<ReadingResult, 'isReadable' | 'troubles'> }
  comparison: { asked: null; answer: ComparisonData }
  /** Of a side where two were compared. */
  packet: { asked: { packet: number; side?: Place | undefined }; answer: OpenedPacket }
  json: { asked: null; answer: Blob }
  report: { asked: null; answer: Blob }
}

/** To the worker: a task, or that it is to be stopped. */
export type ToWorker =
  | { [Name in keyof Tasks]: { id: number; task: Name; asked: Tasks[Name]['asked'] } }[keyof Tasks]
  | { id: number; task: 'stop' }

/** From the worker: what came of a task, or how far it is. */
export type FromWorker =
  | { id: number; answer: Tasks[keyof Tasks]['answer'] }
  | { id: number; progress: Progress }
  | { id: number; error: { message: string; isStop: boolean } }
