/** `vxpcap decode`: each packet of a capture as a tree of layers and fields, as text or as JSON, with a hex dump if asked. */
import { isoTime } from '../../analyzers/tables/time.ts'
import { CaptureError } from '../../capture/errors.ts'
import { CaptureReader, refill } from '../../capture/reader.ts'
import { describePacket } from '../../codecs/describe/describe.ts'
import { hexAt } from '../../codecs/describe/describe-field.ts'
import { tunnelPorts } from '../../codecs/walk/dissect.ts'
import { frameLength } from '../../codecs/walk/record-length.ts'
import { toAscii } from '../../report/ascii.ts'
import type { DecodedPacket } from '../../report/decode-document.ts'
import { hexDump } from '../../report/hex-dump.ts'
import { type PacketHeading, packetText } from '../../report/packet-text.ts'
import { troubleLine } from '../../report/trouble.ts'
import type { PacketRange } from '../arguments.ts'
import { DONE, TROUBLE } from '../exit-status.ts'
import { complain, type Host, print, printJson } from '../host.ts'
import { checkStandardInput, expandInputs, STDIN } from '../inputs.ts'
import { Interruption } from '../interruption.ts'
import { screenOf } from '../screen.ts'

/** The options as the command line gives them. */
export interface DecodeOptions {
  json?: boolean | undefined
  hex?: boolean | undefined
  packet?: PacketRange[] | undefined
  port?: number[] | undefined
  /** Nothing on standard error but what went wrong. */
  quiet?: boolean | undefined
  ascii?: boolean | undefined
}

/** Characters gathered before they are written. */
const PIECE = 64 * 1024

/** Runs the command. @returns Exit status. @throws UsageError, and the error of a standard output that takes no more. */
export async function decode(given: string[], options: DecodeOptions, host: Host): Promise<number> {
  checkStandardInput(given, host, 'decode')
  const { paths, troubles } = await expandInputs(given, host, options.quiet)
  const interruption = new Interruption(host)
  const run = new Run(paths, troubles, options, host, interruption)
  try {
    const status = await run.all()
    return interruption.status(run.isOnStandardInput) ?? status
  } finally {
    interruption.release()
  }
}

/** One run over all captures: what has been printed, and what went wrong. */
class Run {
  private readonly ports
  private readonly isAscii: boolean
  private status: number
  private text = ''
  private printed = 0
  private readable = 0
  private nextNumber = 1
  /** Whether standard input was what was read last. */
  isOnStandardInput = false
  /** Whether nobody takes what is printed. */
  private isStuck = false

  constructor(
    private readonly paths: readonly string[],
    private readonly troubles: string[],
    private readonly options: DecodeOptions,
    private readonly host: Host,
    private readonly interruption: Interruption,
  ) {
    this.ports = tunnelPorts(options.port ?? [])
    this.isAscii = screenOf(options, host).ascii
    this.status = troubles.length > 0 ? TROUBLE : DONE
  }

  async all(): Promise<number> {
    const { paths, host, options } = this
    for (const path of paths) {
      if (this.interruption.signal.aborted || this.isPast(this.nextNumber)) break
      this.isOnStandardInput = path === STDIN
      try {
        await this.file(path)
      } catch (error) {
        if (!(error instanceof CaptureError)) throw error
        if (this.interruption.signal.aborted && path !== STDIN) break
        this.trouble(path, error.message, error.offset)
        this.status = TROUBLE
      }
    }
    if (this.readable > 0 && options.json) this.text += this.printed === 0 ? `${OPENING}]}\n` : '\n]}\n'
    await this.flush()
    if (this.readable > 0 && !this.interruption.signal.aborted && this.status === DONE) this.checkAllFound()
    for (const line of this.troubles) await complain(host, line)
    return this.status
  }

  private async file(path: string): Promise<void> {
    const source = await this.host.open(path, this.interruption.signal)
    const reader = new CaptureReader({ firstNumber: this.nextNumber })
    let counted = false
    try {
      while (!reader.done && !this.interruption.signal.aborted && !this.isPast(reader.nextNumber)) {
        while (reader.next()) {
          this.packet(path, reader)
          if (this.text.length >= PIECE) await this.flush()
          if (this.isPast(reader.nextNumber) || this.interruption.signal.aborted) break
        }
        if (reader.headerRead && !counted) {
          counted = true
          this.readable++
        }
        if (reader.done || this.isPast(reader.nextNumber)) break
        // What has come so far is worth seeing while a stream waits for more.
        if (path === STDIN) await this.flush()
        await refill(reader, source)
      }
      // A stream that was stopped before its file header is no capture: as everywhere, that is said.
      if (!reader.headerRead && path === STDIN) {
        await refill(reader, source)
        reader.next()
      }
    } finally {
      await source.close?.()
      this.nextNumber = reader.nextNumber
    }
    for (const { kind, detail, offset } of reader.issues) {
      this.trouble(path, detail, offset)
      if (kind === 'damaged') this.status = TROUBLE
    }
  }

  private packet(path: string, reader: CaptureReader): void {
    const { options, ports } = this
    const { packet, view } = reader
    if (!this.isWanted(packet.number)) return
    const { number, at, capturedLength, seconds, nanoseconds, linkType } = packet
    const wireLength = frameLength(packet)
    const description = describePacket(view, at, capturedLength, wireLength, linkType, { ports })
    const name = reader.interfaces[packet.interfaceId]?.name
    const comments = reader.comments()
    const heading: PacketHeading = {
      number,
      ...(this.paths.length > 1 && { file: path }),
      time: isoTime(seconds, nanoseconds),
      ...(name !== undefined && { interfaceName: name }),
      ...(comments.length > 0 && { comments }),
    }
    if (options.json) {
      const bytes = options.hex ? { bytes: hexAt(view, at, capturedLength) } : {}
      const decoded: DecodedPacket = { ...heading, ...description, ...bytes }
      this.text += `${this.printed === 0 ? OPENING : ','}\n${JSON.stringify(decoded)}`
    } else {
      const lines = packetText(heading, description)
      if (options.hex) lines.push(...hexDump(view, at, capturedLength).map((line) => `  ${line}`))
      this.text += `${this.printed === 0 ? '' : '\n'}${lines.join('\n')}\n`
    }
    this.printed++
  }

  /** Whether no packet from `number` on is wanted. */
  private isPast(number: number): boolean {
    const { packet } = this.options
    return packet?.every(({ last }) => number > last) ?? false
  }

  private isWanted(number: number): boolean {
    const { packet } = this.options
    return packet?.some(({ first, last }) => first <= number && number <= last) ?? true
  }

  /** A packet that was asked for by number, and is not there, is a mistake; a range may reach over the end. */
  private checkAllFound(): void {
    const count = this.nextNumber - 1
    const missing = this.options.packet?.find(({ first }) => first > count)
    if (missing === undefined) return
    this.troubles.push(`no packet ${missing.first}: the last one is ${count}; see vxpcap decode --help`)
    this.status = TROUBLE
  }

  private trouble(path: string, message: string, offset: number | null): void {
    this.troubles.push(troubleLine(path, { message, offset }))
  }

  /** Hands over what has been gathered. A reader that takes nothing is waited for until Ctrl-C. */
  private async flush(): Promise<void> {
    const { text, host, options, interruption } = this
    this.text = ''
    if (text === '' || this.isStuck) return
    const shown = this.isAscii ? toAscii(text) : text
    this.isStuck = !(await interruption.isTaken(options.json ? printJson(host, text) : print(host, shown)))
  }
}

const OPENING = '{"schema":"vxpcap.decode/1","packets":['
