/**
 * Several captures as one, interleaved by time: always the packet that is earliest among those at the front of each file.
 * Records that run backwards within a file stay behind their predecessors; packets without a time follow theirs at once; equal
 * times go in argument order. With many files windows are smaller, what does not fit is given back and read again
 * (`merge-room.ts`), and time grows with the number of packets and files alone (`merge-queue.ts`).
 */
import {
  checkBoolean,
  checkFunction,
  checkGiven,
  checkInteger,
  checkList,
  checkObject,
  checkRead,
  checkSource,
} from '../../option.ts'
import { NO_TIME, type PacketInfo } from '../../packet.ts'
import { MAX_INTERFACES, MAX_TEXT, WINDOW_LENGTH } from '../bounds.ts'
import { CaptureError, isShortage } from '../errors.ts'
import { CaptureReader, type PacketStream, refill } from '../reader.ts'
import { ReadingProgress } from '../reading-progress.ts'
import type { ByteSource, StoredAs } from '../source.ts'
import { isDueBefore, MergeQueue } from './merge-queue.ts'
import { LEAST_MERGE_BYTES, LEAST_WINDOW, MERGE_BYTES, MergeRoom, MOST_WINDOWS, type Taken } from './merge-room.ts'
import { MOST_FILES, Origins } from './origins.ts'

/** One file to be merged. */
export interface MergeInput {
  /** Opens the file at its beginning. Called a second time when {@link again} says that this is possible. */
  open(): Promise<ByteSource>
  /** Whether it can be opened again: true of a file, false of a stream. Many files are then not all kept open. */
  readonly again: boolean
}

/** How a merge is set up. */
export interface MergedCapturesOptions {
  /** Bytes that windows and decompressors may take, 128 MiB and more; 512 MiB unless told otherwise. */
  bytes?: number
}

/** Files up to which all are kept open with all that they need; of more, only those whose time has come, with what there is room for. */
export const MOST_OPEN = 16

/** Interfaces, sections and names described by all files together. */
export const MOST_DESCRIBED = 8 * MAX_INTERFACES

/** Bytes that may be decompressed a second time because there was no room for the decompressor: 16 GiB. */
export const MOST_REPEATED = 16 * 1024 ** 3

/** Reads without a packet after which others have their turn: a sparse file may have nothing but zeros for a long while. */
const READS_A_TURN = 16

/** Files whose first packets are looked for at once, before others have their turn. */
const FILES_A_TURN = 256

/** Bytes at once of what is stepped over. */
const STEP = 64 * 1024

/** Largest window of a file that is decompressed once more for each: 4 MiB. */
const LARGEST_WINDOW = 4 * 1024 * 1024

/** What a decompressor is taken to need before it has shown it. */
const USUAL_DECOMPRESSOR = 128 * 1024

const TOO_MUCH_DESCRIBED = `captures that describe more than ${MOST_DESCRIBED} interfaces, sections and names cannot be merged by time; merge fewer, or read them one after the other`

/** How far a file is. */
const State = {
  /** Looked at and closed again: only the time of its first packet is known. */
  Closed: 0,
  /** Not opened yet, or open; more bytes are needed before its next packet is known. */
  Starved: 1,
  /** Open, with a packet at the front. */
  Ready: 2,
  /** With a packet at the front that was evicted and is to be read once more. */
  Evicted: 3,
  Done: 4,
} as const

interface Member {
  readonly index: number
  readonly input: MergeInput
  reader: CaptureReader | null
  /** `null` while there is no room for its decompressor, before the first opening, and after the end. */
  source: ByteSource | null
  stored: StoredAs | undefined
  state: number
  /** Whether its first packet has been looked at before. */
  again: boolean
  /** Time of the packet at the front; the first of them is what is compared. */
  seconds: number
  nanoseconds: number
  /** Numbers of the file's packets that have been handed out. */
  passed: number
  /** Bytes of its window. */
  readonly window: Taken
  /** Bytes of its decompressor. */
  readonly decompressor: Taken
  /** Most bytes that its decompressor took. */
  held: number
  /** Stored bytes of it that have been read, those that were read again left out. */
  storedRead: number
  /** Those of them that are done with. */
  bytesRead: number
  progress: ReadingProgress
  described: number
  /** Bytes to be filled in before its packet can be looked at, in {@link State.Evicted}. */
  evicted: number
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
  /** Files with a packet at the front, and closed ones. */
  readonly #queue = new MergeQueue<Member>()
  #starved: Member[] = []
  /** Files, from the first one on, of which the first packet is known. */
  #begun = 0
  /** Files that came to their end among the packets at hand, still open. */
  #ended: Member[] = []
  readonly #bytes: number
  readonly #windows: MergeRoom
  readonly #decompressors: MergeRoom
  /** Whether what does not fit is given back. */
  readonly #many: boolean
  #bytesRead = 0
  #described = 0
  /** Bytes that were decompressed once more, and what was said when they were too many. */
  #repeated = 0
  #tooMany: CaptureError | null = null
  #current: Member | null = null
  /** Whether the current member's front packet has been handed out. */
  #taken = false
  #limit: Member | null = null
  /** How many numbers of the merged stream come before the current stretch. */
  #numbers = 0

  /**
   * @param inputs - At least one, in argument order, and at most 65 536.
   * @throws RangeError for an option out of range, TypeError for one of a wrong type.
   */
  constructor(inputs: readonly MergeInput[], options: MergedCapturesOptions = {}) {
    checkGiven('inputs', inputs)
    checkList('inputs', inputs, (name, input) => {
      checkObject(name, input)
      const { open, again } = input as MergeInput
      checkGiven(`${name}.open`, open)
      checkFunction(`${name}.open`, open)
      checkBoolean(`${name}.again`, again)
    })
    checkInteger('inputs.length', inputs.length, 1, MOST_FILES)
    checkObject('options', options)
    checkInteger('bytes', options.bytes, LEAST_MERGE_BYTES)
    this.origins = new Origins(inputs.length)
    this.#bytes = options.bytes ?? MERGE_BYTES
    this.#windows = new MergeRoom(MOST_WINDOWS, inputs.length)
    this.#decompressors = new MergeRoom(this.#bytes - MOST_WINDOWS, inputs.length)
    this.#many = inputs.length > MOST_OPEN
    this.#members = inputs.map((input, index) => ({
      index,
      input,
      reader: null,
      source: null,
      stored: undefined,
      state: State.Starved,
      again: false,
      seconds: 0,
      nanoseconds: 0,
      passed: 0,
      window: { bytes: 0, extra: 0 },
      decompressor: { bytes: 0, extra: 0 },
      held: USUAL_DECOMPRESSOR,
      storedRead: 0,
      bytesRead: 0,
      progress: new ReadingProgress(),
      described: 0,
      evicted: 0,
      error: null,
    }))
    this.run = this.#makeRun()
  }

  /** Whether every file has been read to its end. */
  get done(): boolean {
    return this.#queue.length === 0 && this.#starved.length === 0 && this.#isBegun
  }

  /** Stored bytes of all files that have been read so far. */
  get bytesRead(): number {
    return this.#bytesRead
  }

  /** The reader of a file: its format, interfaces and how it ended. */
  reader(file: number): CaptureReader {
    return this.#members[file]!.reader ?? new CaptureReader({ windowLength: 0 })
  }

  /** Why a file could not be used at all, `null` when it could. */
  error(file: number): CaptureError | null {
    return this.#members[file]!.error
  }

  /** How the file's bytes are stored, as far as its source knows; valid until {@link close}, and after it. */
  stored(file: number): ByteSource['stored'] {
    return this.#members[file]!.stored
  }

  /**
   * Opens files and reads up to their first packets; where that takes long, {@link refill} goes on with it. A file without a
   * readable header is left out: see {@link error}.
   */
  async open(): Promise<void> {
    const most = Math.min(this.#members.length, this.#begun + FILES_A_TURN)
    while (this.#begun < most) {
      const member = this.#members[this.#begun]!
      await this.#begin(member)
      if (member.state === State.Starved) return
      this.#begun++
      if (this.#many && member.input.again && member.state === State.Ready) {
        await this.#end(member)
        this.#bytesRead -= member.bytesRead
        member.reader = null
        member.storedRead = 0
        member.bytesRead = 0
        member.progress = new ReadingProgress()
        member.state = State.Closed
        member.again = true
      }
      if (member.state !== State.Done) this.#queue.add(member)
    }
  }

  /**
   * Finds the next stretch of packets, {@link run}; the one before must be exhausted.
   * @returns `false` when bytes are needed: call {@link refill}, unless {@link done}.
   */
  step(): boolean {
    if (this.#starved.length > 0 || !this.#isBegun) return false
    const { first, second } = this.#queue
    if (first === null || first.state !== State.Ready) return false
    this.#current = first
    this.#taken = false
    this.#limit = second
    this.#numbers = this.origins.count - first.passed
    return true
  }

  /**
   * Reads on where bytes are needed.
   * @throws CaptureError `unreadable` where so many cannot be merged: for want of file handles, or of memory.
   */
  async refill(): Promise<void> {
    this.#current = null
    for (const member of this.#ended.splice(0)) await this.#end(member)
    if (!this.#isBegun) return this.open()
    const [starved] = this.#starved
    if (starved !== undefined) {
      await this.#feed(starved)
      if (starved.state === State.Starved) return
      this.#starved.shift()
      if (starved.state !== State.Done) this.#queue.add(starved)
      return
    }
    // Everything that is open is known, and yet there was no step: the file whose time has come has nothing at hand.
    const { first } = this.#queue
    if (first === null || first.state === State.Ready) return
    if (first.state === State.Evicted) await this.#reload(first)
    else await this.#begin(first)
    if ((first.state as number) === State.Starved) return
    if ((first.state as number) === State.Done) this.#queue.removeFirst()
    else this.#queue.settleFirst()
  }

  /** Closes every file. */
  async close(): Promise<void> {
    for (const { source } of this.#members) await source?.close?.()
  }

  /** Whether the first packet of every file is known. */
  get #isBegun(): boolean {
    return this.#begun === this.#members.length
  }

  /** Opens a file, or goes on with it, and steps onto its first packet. */
  async #begin(member: Member): Promise<void> {
    const { again } = member
    try {
      if (member.reader === null) {
        member.reader = new CaptureReader({ windowLength: 0 })
        member.reader.mostText = this.#many ? Math.floor((MOST_OPEN * MAX_TEXT) / this.#members.length) : MAX_TEXT
        member.source = await openedFrom(member)
        member.stored = member.source.stored
      }
      await this.#feed(member, this.#many && member.input.again && !again)
    } catch (error) {
      if (!(error instanceof CaptureError) || (again && isShortage(error))) throw error
      if (again) this.#lose(member, error)
      else member.error = error
      member.state = State.Done
      await this.#end(member)
    }
  }

  /**
   * Reads until there is a packet at the front, or the end, or others are to have their turn: in {@link State.Starved}.
   * @param isLook - Whether nothing but the first packet is wanted.
   */
  async #feed(member: Member, isLook = false): Promise<void> {
    const reader = member.reader!
    const canReturn = this.#many && member.input.again && !isLook
    for (let reads = 0; reads < READS_A_TURN; reads++) {
      const source = member.source ?? (await this.#reopen(member))
      if (source === null) break
      const isReadAnew = canReturn && !isPlain(source) && !this.#hasRoom(member)
      const length = isLook ? LEAST_WINDOW : this.#windowFor(member, isReadAnew)
      resize(reader, length, this.#many)
      await refill(reader, source)
      // All that fits, since what comes before it is read once more the next time.
      if (isReadAnew)
        for (let before = -1; before < reader.bytesRead; await refill(reader, source)) before = reader.bytesRead
      const found = this.#advance(member)
      this.#account(member)
      if (found) {
        if (canReturn) await this.#giveBack(member, length)
        return
      }
      if (reader.done) break
    }
    if (member.state === State.Starved) return
    await this.#end(member)
  }

  /** Gives back what a file takes beyond its share. @param length - The window that it was given. */
  async #giveBack(member: Member, length: number): Promise<void> {
    const reader = member.reader!
    const { source } = member
    if (!isPlain(source!) && !this.#hasRoom(member)) {
      this.#forget(member)
      await source!.close?.()
      this.#account(member)
    }
    // Few records are so large that a window grows for them; of those that did, not all can wait with it.
    if (reader.windowLength > length && (this.#windows.isOver || this.#decompressors.isOver)) {
      member.evicted = reader.evict()
      member.state = State.Evicted
      this.#account(member)
    }
  }

  /** Whether a decompressor may stay while the file waits for its turn. */
  #hasRoom({ held, decompressor }: Member): boolean {
    return held <= this.#decompressors.allowance(decompressor)
  }

  /** Bytes for a file's window. @param isReadAnew - Whether its decompressor has no room: what there is for that is added. */
  #windowFor({ window, decompressor }: Member, isReadAnew: boolean): number {
    const room = this.#windows.allowance(window) + (isReadAnew ? this.#decompressors.allowance(decompressor) : 0)
    const pages = Math.floor(room / LEAST_WINDOW)
    return LEAST_WINDOW * Math.max(1, Math.min(pages, (isReadAnew ? LARGEST_WINDOW : WINDOW_LENGTH) / LEAST_WINDOW))
  }

  /** Reads an evicted packet once more. */
  async #reload(member: Member): Promise<void> {
    const reader = member.reader!
    try {
      const bytes = new Uint8Array(member.evicted)
      const source = member.source ?? (await this.#opened(member))
      source.seek?.(reader.bytesRead)
      for (let there = 0; there < bytes.length; ) {
        const count = await source.read(bytes.subarray(there))
        checkRead(count, bytes.length - there)
        if (count === 0) throw new CaptureError('unreadable', 'is shorter than it was')
        there += count
      }
      reader.reload(bytes)
      member.state = State.Ready
      this.#account(member)
    } catch (error) {
      if (!(error instanceof CaptureError) || isShortage(error) || error === this.#tooMany) throw error
      this.#lose(member, error)
      await this.#end(member)
    }
  }

  /** Opens a file again for what comes next in it. @returns `null` when it cannot be: its reader is done. */
  async #reopen(member: Member): Promise<ByteSource | null> {
    try {
      return await this.#opened(member)
    } catch (error) {
      if (!(error instanceof CaptureError) || isShortage(error) || error === this.#tooMany) throw error
      this.#lose(member, error)
      return null
    }
  }

  /** Opens a file again where its reader is. */
  async #opened(member: Member): Promise<ByteSource> {
    const { bytesRead } = member.reader!
    const source = await openedFrom(member)
    member.source = source
    member.stored = source.stored
    if (source.seek !== undefined) source.seek(bytesRead)
    else {
      const passed = new Uint8Array(Math.min(STEP, bytesRead))
      for (let left = bytesRead; left > 0; ) {
        const room = passed.subarray(0, left)
        const count = await source.read(room)
        checkRead(count, room.length)
        if (count === 0) break
        left -= count
        this.#repeated += count
        if (this.#repeated > MOST_REPEATED) {
          this.#tooMany = this.#refusal(member.held)
          throw this.#tooMany
        }
      }
    }
    return source
  }

  /** What to say where decompressors have no room, and reading anew takes too long. */
  #refusal(held: number): CaptureError {
    const fitting = Math.max(MOST_OPEN, Math.floor((this.#bytes - MOST_WINDOWS) / Math.max(1, held)))
    const megabytes = Math.round(this.#bytes / 1e6)
    return new CaptureError(
      'unreadable',
      `${this.#members.length} captures cannot be merged by time in ${megabytes} MB: as they are compressed, about ${fitting} can be read at once; decompress them, or merge fewer`,
    )
  }

  /** What a file still had is lost: its header was good a while ago. */
  #lose(member: Member, { message }: CaptureError): void {
    member.reader ??= new CaptureReader({ windowLength: 0 })
    const { reader } = member
    reader.issue = { kind: 'damaged', offset: reader.bytesRead, detail: `when its turn came, the file ${message}` }
    reader.done = true
    member.state = State.Done
    this.#pass(member, Math.max(member.passed, reader.nextNumber - 1))
  }

  /** Closes a file that has nothing at hand any more. */
  async #end(member: Member): Promise<void> {
    const { source, reader } = member
    reader?.release()
    this.#account(member)
    this.#forget(member)
    this.#account(member)
    if (member.state === State.Done) {
      this.#windows.leave()
      this.#decompressors.leave()
    }
    await source?.close?.()
  }

  /** Lets go of a file's source, and of all that is behind it. */
  #forget(member: Member): void {
    const { stored } = member
    member.source = null
    if (stored === undefined) return
    const { compression, bytes, bytesRead } = stored
    member.stored = { compression, bytes, bytesRead }
  }

  /** Notes what a file takes, and what was read of it. */
  #account(member: Member): void {
    const { source, reader, stored } = member
    const held = source?.held ?? 0
    const length = reader?.windowLength ?? 0
    // A window that has the room of a decompressor counts there, as far as it is larger than others.
    const usual = source === null ? Math.min(length, Math.floor(this.#windows.allowance(member.window))) : length
    member.held = Math.max(member.held, held)
    this.#windows.take(member.window, usual)
    this.#decompressors.take(member.decompressor, held + length - usual)
    member.storedRead = Math.max(member.storedRead, stored?.bytesRead ?? reader?.bytesRead ?? 0)
    const bytesRead = reader === null ? 0 : member.progress.bytes(reader, member.storedRead)
    this.#bytesRead += bytesRead - member.bytesRead
    member.bytesRead = bytesRead
    const described = reader === null ? 0 : reader.interfaces.length + reader.sections.length + reader.names.length
    this.#described += described - member.described
    member.described = described
    if (this.#described <= MOST_DESCRIBED) return
    throw new CaptureError('unreadable', TOO_MUCH_DESCRIBED)
  }

  /** Looks for the next packet among the bytes at hand. @returns Whether it is there. */
  #advance(member: Member): boolean {
    const reader = member.reader!
    if (!reader.next()) {
      member.state = reader.done ? State.Done : State.Starved
      // Blocks that are no packets take numbers too, also behind the last packet.
      if (reader.done) this.#pass(member, reader.nextNumber - 1)
      return false
    }
    member.state = State.Ready
    const { seconds, nanoseconds } = reader.packet
    // Two packets without time are both due at once.
    member.seconds = nanoseconds === NO_TIME ? Number.NEGATIVE_INFINITY : seconds
    member.nanoseconds = nanoseconds
    return true
  }

  /** Notes that all numbers of the file up to `number` have been handed out. */
  #pass(member: Member, number: number): void {
    this.origins.put(member.index, number - member.passed)
    member.passed = number
  }

  #next(): boolean {
    const member = this.#current
    if (member === null) return false
    if (this.#taken) {
      if (!this.#advance(member)) {
        this.#current = null
        this.#queue.removeFirst()
        if (member.state === State.Starved) this.#starved.push(member)
        else this.#ended.push(member)
        return false
      }
      if (this.#limit !== null && !isDueBefore(member, this.#limit)) {
        this.#current = null
        this.#queue.settleFirst()
        return false
      }
    }
    this.#taken = true
    this.#pass(member, member.reader!.packet.number)
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
        return merged.#current!.reader!.view
      },
      get packet(): PacketInfo {
        return merged.#current!.reader!.packet
      },
      next: () => this.#next(),
    }
  }
}

/** Opens the source of a file. @throws TypeError where that gives something else. */
async function openedFrom({ input, index }: Member): Promise<ByteSource> {
  const source = await input.open()
  checkSource(`what inputs[${index}].open() gives`, source)
  return source
}

/** Whether a source takes no memory beside the window. */
function isPlain({ seek, held = 0 }: ByteSource): boolean {
  return seek !== undefined || held === 0
}

/** Gives a reader a window of about so many bytes; one that is too large is made smaller only where many files have to get along. */
function resize(reader: CaptureReader, length: number, many: boolean): void {
  const there = reader.windowLength
  if (there > length ? many : there < length - length / 4) reader.resizeWindow(length)
}
