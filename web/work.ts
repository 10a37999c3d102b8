/**
 * What is done with captures, away from the page: they are summarized or compared, packets of theirs are read again, and results are
 * written. Nothing of a browser but `Blob`, so that it runs in a worker and in tests alike.
 */
import { isoTime } from '../src/analyzers/tables/time.ts'
import { CaptureError } from '../src/capture/errors.ts'
import { blobSource } from '../src/capture/files/web-blob.ts'
import { CaptureReader, refill } from '../src/capture/reader.ts'
import { interruptible } from '../src/capture/source.ts'
import { describePacket } from '../src/codecs/describe/describe.ts'
import { tunnelPorts } from '../src/codecs/walk/dissect.ts'
import { frameLength } from '../src/codecs/walk/record-length.ts'
import { type CompareInput, compareCaptures } from '../src/compare/index.ts'
import type { Comparison, Place } from '../src/comparison.ts'
import { placer } from '../src/findings/by-file.ts'
import { type ComparisonData, packComparison, unpackComparison } from '../src/page/comparison/data.ts'
import { formatComparisonPage } from '../src/page/comparison/format.tsx'
import { comparisonMakingOf } from '../src/page/comparison/making.ts'
import { type PageData, pack, unpack } from '../src/page/data.ts'
import { formatPage } from '../src/page/format.tsx'
import { makingOf } from '../src/page/making.ts'
import { overlayLayout } from '../src/page/visuals/overlay-layout.ts'
import { Summarizer } from '../src/pipeline.ts'
import { hexDump } from '../src/report/hex-dump.ts'
import { writeDocument } from '../src/report/json.ts'
import { packetWords } from '../src/report/packet-text.ts'
import { printable } from '../src/report/printable.ts'
import { troubleLine } from '../src/report/trouble.ts'
import { fileNames } from '../src/report/words.ts'
import type { Summary } from '../src/summary.ts'
import { look } from './look.ts'
import type { Ends, Input, LookResult, OpenedPacket, Progress, ReadingResult, Settings } from './messages.ts'

/** How something is stopped and watched. */
export interface Watch<Told> {
  signal: AbortSignal
  onProgress: (progress: Told) => void
}

/** One analysis: reads, then answers. */
export class Work {
  readonly #version: string
  #summarizer = new Summarizer()
  #inputs: readonly Input[] = []
  #ports: readonly number[] = []
  #share = 1
  #summary: Summary | null = null
  #comparison: Comparison | null = null

  /** @param version - Of the program, which reports name. */
  constructor(version: string) {
    this.#version = version
  }

  /** Looks at what would be read, and reads nothing. */
  async look(inputs: readonly Input[]): Promise<LookResult> {
    const troubles: string[] = []
    for (const { name, blob } of inputs) {
      const error = await look(blob)
      if (error !== null) troubles.push(printable(troubleLine(name, error)))
    }
    return { isReadable: troubles.length < inputs.length, troubles }
  }

  /** Reads captures to their end, or until the signal says so. Those that cannot be read are told; the others are read all the same. */
  async read(inputs: readonly Input[], settings: Settings, watch: Watch<Progress>): Promise<ReadingResult> {
    const { ports, underlayMtu, mergeByTime } = settings
    this.#inputs = inputs
    this.#ports = ports
    this.#summarizer = new Summarizer({ ports, ...(underlayMtu !== null && { underlayMtu }) })
    const total = inputs.reduce((sum, { blob }) => sum + blob.size, 0)
    let bytes = 0
    const unreadable = new Map<Input, CaptureError>()
    const reading: Reading = {
      signal: watch.signal,
      onBytes: (read) => {
        bytes = read
        watch.onProgress(this.#progress(read, total))
      },
      onUnreadable: (input, error) => unreadable.set(input, error),
    }
    if (mergeByTime && inputs.length > 1) await this.#readMerged(inputs, reading)
    else await this.#readInTurn(inputs, reading)
    this.#share = total === 0 ? 1 : Math.min(1, bytes / total)
    return {
      isStopped: watch.signal.aborted && bytes < total,
      isReadable: unreadable.size < inputs.length,
      troubles: [...unreadable].map(([{ name }, error]) => printable(troubleLine(name, error))),
      progress: this.#progress(bytes, total),
    }
  }

  /** Compares two captures; what cannot be read is told. @throws the signal's reason. */
  async compare(
    { near, far, sameClock }: Ends,
    settings: Settings,
    watch: Watch<Progress>,
  ): Promise<Pick<ReadingResult, 'isReadable' | 'troubles'>> {
    const { ports, underlayMtu } = settings
    this.#inputs = [near, far]
    this.#ports = ports
    const troubles: string[] = []
    try {
      this.#comparison = await compareCaptures([openable(near)], [openable(far)], {
        sameClock,
        ports,
        ...(underlayMtu !== null && { underlayMtu }),
        signal: watch.signal,
        onProgress: (bytes) => watch.onProgress({ bytes, total: null, packets: 0 }),
        onUnreadable: (_, { name }, error) =>
          troubles.push(
            printable(error instanceof CaptureError ? troubleLine(name, error) : `${name}: ${error.message}`),
          ),
      })
    } catch (error) {
      // Neither can be read, and each has been told.
      if (!(error instanceof CaptureError)) throw error
    }
    return { isReadable: this.#comparison !== null, troubles }
  }

  /** What the page of a comparison is made of. */
  comparison(): ComparisonData {
    const comparison = this.#compared()
    const making = comparisonMakingOf(comparison, this.#version)
    return unpackComparison(packComparison({ comparison, making }))
  }

  async #readInTurn(inputs: readonly Input[], { signal, onBytes, onUnreadable }: Reading): Promise<void> {
    let before = 0
    for (const input of inputs) {
      const { name, blob } = input
      if (signal.aborted) {
        this.#summarizer.stop()
        break
      }
      const onProgress = (bytes: number): void => onBytes(before + bytes)
      try {
        await this.#summarizer.read(name, blobSource(blob), { signal, onProgress })
      } catch (error) {
        if (!(error instanceof CaptureError)) throw error
        onUnreadable(input, error)
      }
      if (signal.aborted) continue
      before += blob.size
      onBytes(before)
    }
  }

  async #readMerged(inputs: readonly Input[], { signal, onBytes, onUnreadable }: Reading): Promise<void> {
    const openable = inputs.map((input) => ({ ...input, input, again: true, open: async () => blobSource(input.blob) }))
    try {
      await this.#summarizer.readMerged(openable, {
        signal,
        onProgress: onBytes,
        onUnreadable: ({ input }, error) => onUnreadable(input, error),
      })
    } catch (error) {
      // Not one of them can be read, and each has been told.
      if (!(error instanceof CaptureError)) throw error
    }
  }

  #progress(bytes: number, total: number): Progress {
    return { bytes, total, packets: this.#summarizer.analysis.capture.packets }
  }

  /** What the page is made of. As in a report, so that both are the same. */
  page(): PageData {
    const summary = this.#finished()
    const making = makingOf(summary, { version: this.#version, share: this.#share })
    return unpack(pack({ summary, layout: overlayLayout(summary), making }))
  }

  /** The one-file report, as `vxpcap report` writes it. */
  async report(): Promise<Blob> {
    const page =
      this.#comparison === null
        ? await formatPage(this.#finished(), { version: this.#version, share: this.#share })
        : await formatComparisonPage(this.#comparison, { version: this.#version })
    return new Blob([page], { type: 'text/html' })
  }

  /** The document, as `vxpcap summarize --json` or `vxpcap compare --json` prints it. */
  async json(): Promise<Blob> {
    // Blobs keep their bytes elsewhere, so that the document is never one string.
    const chunks: Blob[] = []
    await writeDocument(this.#comparison ?? this.#finished(), (chunk) => {
      chunks.push(new Blob([chunk]))
    })
    return new Blob(chunks, { type: 'application/json' })
  }

  /**
   * Reads a packet again, from the beginning of its file to where it stands.
   * @param packet - Its number in the document.
   * @param side - Whose number it is, where two captures were compared.
   * @throws the signal's reason; Error where it is not found, which happens when the file has changed since.
   */
  async packet(packet: number, { signal, onProgress }: Watch<Progress>, side?: Place): Promise<OpenedPacket> {
    const { files, origins } = this.#captureOf(side)
    const place = placer(files, origins)(packet)
    const name = place === null ? undefined : files[place.file]!.name
    const input = this.#inputs.find((each) => each.name === name)
    if (place === null || input === undefined) throw new Error(`there is no packet ${packet}`)
    const source = interruptible(blobSource(input.blob), signal)
    const reader = new CaptureReader()
    try {
      while (!reader.done) {
        while (reader.next()) {
          if (reader.packet.number === place.number) {
            const title =
              files.length > 1 || side !== undefined
                ? `${fileNames(files)[place.file]}:${place.number}`
                : String(place.number)
            return { title: `Packet ${title}`, ...this.#opened(reader) }
          }
        }
        if (reader.done) break
        await refill(reader, source)
        signal.throwIfAborted()
        onProgress({ bytes: source.stored?.bytesRead ?? 0, total: input.blob.size, packets: reader.packets })
      }
    } finally {
      await source.close?.()
    }
    throw new Error(`there is no packet ${place.number} in ${printable(input.name)} any more: the file has changed`)
  }

  /** The packet at hand, as `vxpcap decode` says it. */
  #opened(reader: CaptureReader): Omit<OpenedPacket, 'title'> {
    const { packet, view } = reader
    const { number, at, capturedLength, seconds, nanoseconds, linkType } = packet
    const ports = tunnelPorts(this.#ports)
    const description = describePacket(view, at, capturedLength, frameLength(packet), linkType, { ports })
    const interfaceName = reader.interfaces[packet.interfaceId]?.name
    const heading = {
      number,
      time: isoTime(seconds, nanoseconds),
      ...(interfaceName !== undefined && { interfaceName }),
      comments: reader.comments(),
    }
    return { words: packetWords(heading, description), bytes: hexDump(view, at, capturedLength) }
  }

  #captureOf(side: Place | undefined): Pick<Summary['capture'], 'files' | 'origins'> {
    return side === undefined ? this.#finished().capture : this.#compared()[side]
  }

  #compared(): Comparison {
    if (this.#comparison === null) throw new Error('nothing has been compared')
    return this.#comparison
  }

  #finished(): Summary {
    this.#summary ??= this.#summarizer.summary()
    return this.#summary
  }
}

function openable({ name, blob }: Input): CompareInput {
  return { name, open: async () => blobSource(blob) }
}

interface Reading {
  signal: AbortSignal
  onBytes: (bytes: number) => void
  onUnreadable: (input: Input, error: CaptureError) => void
}
