/**
 * Several captures as one, interleaved by time: always the packet that is earliest among those at the front of each file.
 * Records that run backwards within a file stay behind their predecessors; packets without a time follow theirs at once; equal
 * times go in argument order. Memory is one window for each file whose times overlap.
 */
import { checkFunction, checkGiven, checkInteger, checkList, checkObject } from '../option.ts'
import { NO_TIME, type PacketInfo } from '../packet.ts'
import { WINDOW_LENGTH } from './bounds.ts'
import { CaptureError } from './errors.ts'
import { Origins } from './origins.ts'
import { CaptureReader, type PacketStream, refill } from './reader.ts'
import type { ByteSource } from './source.ts'

/** One file to be merged. */
export interface MergeInput {
  /** Opens the file at its beginning. Called a second time when {@link again} says that this is possible. */
  open(): Promise<ByteSource>
  /** Whether it can be opened again: true of a file, false of a stream. Many files are then not all kept open. */
  readonly again: boolean
}

/** Files that are kept open from the start; of more, only those whose time has come. */
export const MOST_OPEN = 64

/** Bytes of all windows together at the start. */
const WINDOWS = 32 * 1024 * 1024
const SMALLEST_WINDOW = 64 * 1024

/** How far a file is. */
const State = {
  /** Looked at and closed again: only the time of its first packet is known. */
  Closed: 0,
  /** Open; more bytes are needed before its next packet is known. */
  Starved: 1,
  /** Open, with a packet at the front. */
  Ready: 2,
  Done: 3,
} as const

interface Member {
  readonly index: number
  readonly input: MergeInput
  reader: CaptureReader
  source: ByteSource | null
  state: number
  /** Time of the packet at the front; the first of them is what is compared. */
  seconds: number
  nanoseconds: number
  /** Numbers of the file's packets that have been handed out. */
  passed: number
  error: CaptureError | null
}

/** A stretch of packets from one file, read as a capture is. */
export interface MergedRun extends PacketStream {
  /** Index of the file. */
  readonly file: number
  /** The number within the file that would be 1 in the merged stream; may be below 1. */
  readonly firstNumber: number
}

/**
 * Merges captures by time.
 *
 * ```ts
 * const merged = new MergedCaptures(inputs)
 * await merged.open()
 * while (!merged.done) {
 *   while (merged.step()) while (merged.run.next()) observe(merged.run)
 *   await merged.refill()
 * }
 * ```
 */
export class MergedCaptures {
  /** The file of every packet number handed out. */
  readonly origins: Origins
  /** The stretch that `step` found. */
  readonly run: MergedRun
  readonly #members: Member[]
  readonly #windowLength: number
  #current: Member | null = null
  /** Whether the current member's front packet has been handed out. */
  #taken = false
  #limitSeconds = 0
  #limitNanoseconds = 0
  #limitIndex = 0
  /** How many numbers of the merged stream come before the current stretch. */
  #numbers = 0

  /** @param inputs - At least one, in argument order. */
  constructor(inputs: readonly MergeInput[]) {
    checkGiven('inputs', inputs)
    checkList('inputs', inputs, (name, input) => {
      checkObject(name, input)
      checkFunction(`${name}.open`, (input as MergeInput).open)
    })
    checkInteger('inputs.length', inputs.length, 1)
    this.origins = new Origins(inputs.length)
    const open = Math.min(inputs.length, MOST_OPEN)
    this.#windowLength = Math.max(SMALLEST_WINDOW, Math.min(WINDOW_LENGTH, Math.floor(WINDOWS / open)))
    this.#members = inputs.map((input, index) => ({
      index,
      input,
      reader: new CaptureReader({ windowLength: 0 }),
      source: null,
      state: State.Done,
      seconds: 0,
      nanoseconds: 0,
      passed: 0,
      error: null,
    }))
    this.run = this.#makeRun()
  }

  /** Whether every file has been read to its end. */
  get done(): boolean {
    return this.#members.every(({ state }) => state === State.Done)
  }

  /** The reader of a file: its format, interfaces and how it ended. */
  reader(file: number): CaptureReader {
    return this.#members[file]!.reader
  }

  /** Why a file could not be used at all, `null` when it could. */
  error(file: number): CaptureError | null {
    return this.#members[file]!.error
  }

  /** How the file's bytes are stored, as far as its source knows; valid until {@link close}, and after it. */
  stored(file: number): ByteSource['stored'] {
    return this.#members[file]!.source?.stored
  }

  /** Opens every file and reads up to its first packet. A file without a readable header is left out: see {@link error}. */
  async open(): Promise<void> {
    const many = this.#members.length > MOST_OPEN
    for (const member of this.#members) {
      await this.#begin(member)
      if (many && member.input.again && member.state === State.Ready) {
        await member.source?.close?.()
        member.reader = new CaptureReader({ windowLength: 0 })
        member.state = State.Closed
      }
    }
  }

  /**
   * Finds the next stretch of packets, {@link run}; the one before must be exhausted.
   * @returns `false` when bytes are needed: call {@link refill}, unless {@link done}.
   */
  step(): boolean {
    const members = this.#members
    let first: Member | null = null
    let second: Member | null = null
    for (const member of members) {
      if (member.state === State.Done) continue
      if (member.state === State.Starved) return false
      if (first === null || isBefore(member, first.seconds, first.nanoseconds, first.index)) {
        second = first
        first = member
      } else if (second === null || isBefore(member, second.seconds, second.nanoseconds, second.index)) {
        second = member
      }
    }
    if (first === null || first.state === State.Closed) return false
    this.#current = first
    this.#taken = false
    this.#limitSeconds = second === null ? Number.POSITIVE_INFINITY : second.seconds
    this.#limitNanoseconds = second === null ? 0 : second.nanoseconds
    this.#limitIndex = second === null ? 0 : second.index
    this.#numbers = this.origins.count - first.passed
    return true
  }

  /** Reads on where bytes are needed. */
  async refill(): Promise<void> {
    this.#current = null
    let starved = false
    for (const member of this.#members) {
      if (member.state !== State.Starved) continue
      starved = true
      await this.#feed(member)
    }
    if (starved) return
    // Everything that is open is known, and yet there was no step: the file whose time has come is still closed.
    let first: Member | null = null
    for (const member of this.#members) {
      if (member.state === State.Done) continue
      if (first === null || isBefore(member, first.seconds, first.nanoseconds, first.index)) first = member
    }
    if (first?.state === State.Closed) await this.#begin(first)
  }

  /** Closes every file. */
  async close(): Promise<void> {
    for (const { source } of this.#members) await source?.close?.()
  }

  /** Opens a file and steps onto its first packet. */
  async #begin(member: Member): Promise<void> {
    const again = member.state === State.Closed
    try {
      member.source = await member.input.open()
      member.reader = new CaptureReader({ windowLength: this.#windowLength })
      await this.#feed(member)
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error
      await member.source?.close?.()
      member.state = State.Done
      if (again) {
        // Its header was good a while ago: what it held counts as lost, not as never there.
        member.reader.issue = { kind: 'damaged', offset: 0, detail: `when its turn came, the file ${error.message}` }
      } else member.error = error
    }
  }

  /** Reads until there is a packet at the front, or the end. */
  async #feed(member: Member): Promise<void> {
    const { reader, source } = member
    for (;;) {
      if (this.#advance(member)) return
      if (reader.done) break
      await refill(reader, source!)
    }
    await source?.close?.()
  }

  /** Looks for the next packet among the bytes at hand. @returns Whether it is there. */
  #advance(member: Member): boolean {
    const { reader } = member
    if (!reader.next()) {
      member.state = reader.done ? State.Done : State.Starved
      // Blocks that are no packets take numbers too, also behind the last packet.
      if (reader.done) this.#pass(member, reader.nextNumber - 1)
      return false
    }
    member.state = State.Ready
    const { seconds, nanoseconds } = reader.packet
    member.seconds = nanoseconds === NO_TIME ? Number.NEGATIVE_INFINITY : seconds
    member.nanoseconds = nanoseconds
    return true
  }

  /** Notes that all numbers of the file up to `number` have been handed out. */
  #pass(member: Member, number: number): void {
    this.origins.add(member.index, number - member.passed)
    member.passed = number
  }

  #next(): boolean {
    const member = this.#current
    if (member === null) return false
    if (this.#taken) {
      if (!this.#advance(member) || !isBefore(member, this.#limitSeconds, this.#limitNanoseconds, this.#limitIndex)) {
        this.#current = null
        return false
      }
    }
    this.#taken = true
    this.#pass(member, member.reader.packet.number)
    return true
  }

  #makeRun(): MergedRun {
    const merged = this
    return {
      get file() {
        return merged.#current?.index ?? 0
      },
      get firstNumber() {
        return 1 - merged.#numbers
      },
      get view(): DataView {
        return merged.#current!.reader.view
      },
      get packet(): PacketInfo {
        return merged.#current!.reader.packet
      },
      next: () => this.#next(),
    }
  }
}

/** Whether the packet at the front of a file goes before a time in another one. */
function isBefore(member: Member, seconds: number, nanoseconds: number, index: number): boolean {
  if (member.seconds !== seconds) return member.seconds < seconds
  // Two packets without time are both due at once.
  if (member.nanoseconds !== nanoseconds) return member.nanoseconds < nanoseconds
  return member.index < index
}
