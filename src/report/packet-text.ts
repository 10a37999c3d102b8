/** One packet in words: its layers and fields as a tree, one field a line, with places and values. */
import type { DescribedField, DescribedLayer, PacketDescription } from '../codecs/describe/describe.ts'
import { wordsOf } from '../codecs/describe/describe-field.ts'
import { printable } from './printable.ts'

/** What a capture says of a packet beside its bytes. */
export interface PacketHeading {
  /** Running number over all captures, from 1. */
  readonly number: number
  /** Path of the capture as it was given; only where there are several. */
  readonly file?: string
  /** When it was captured, ISO 8601 UTC with nine decimals; `null` for a packet without a time. */
  readonly time: string | null
  /** Name of the interface that it was captured on; absent where the capture gives none. */
  readonly interfaceName?: string
  /** What the capture remarks on the packet; absent without a comment. */
  readonly comments?: readonly string[]
}

const INDENT = '  '
/** Columns of the widest place in usual packets: `1023.7`. */
const PLACE_WIDTH = 6
const NAME_WIDTH = 24

/** A packet in words: what {@link packetText} writes, line for line, still as a tree. */
export interface PacketWords {
  readonly heading: string
  readonly comments: readonly string[]
  readonly layers: readonly LayerWords[]
  readonly faults: readonly string[]
}

/** A layer in words. */
export interface LayerWords {
  readonly line: string
  readonly fields: readonly FieldWords[]
  readonly layers: readonly LayerWords[]
}

/** A field in words. */
export interface FieldWords {
  /** Its first byte in the packet: `14`; for one of a few bits the bit in it too: `14.4`. */
  readonly place: string
  readonly name: string
  readonly text: string
  /** How deep it is set in: parts of a field stand below it. */
  readonly level: number
}

/** The words of a packet. */
export function packetWords(heading: PacketHeading, packet: PacketDescription): PacketWords {
  return {
    heading: printable(headline(heading, packet)),
    comments: (heading.comments ?? []).map((comment) => printable(`comment: ${comment}`)),
    layers: packet.layers.map(layerWords),
    faults: packet.faults.map(({ name, sentence }) => printable(`! ${name}: ${sentence}`)),
  }
}

/**
 * The packet as text: a heading, then a line for each layer and field, then a line for each fault. Fields stand as `place name text`.
 * @returns Lines without line breaks.
 */
export function packetText(heading: PacketHeading, packet: PacketDescription): string[] {
  return packetLines(packetWords(heading, packet))
}

/** Words of a packet as lines of text. */
export function packetLines({ heading, comments, layers, faults }: PacketWords): string[] {
  const lines = [heading]
  for (const comment of comments) lines.push(INDENT + comment)
  for (const layer of layers) layerLines(layer, 1, lines)
  for (const fault of faults) lines.push(INDENT + fault)
  return lines
}

function headline({ number, file, time, interfaceName }: PacketHeading, packet: PacketDescription): string {
  const { capturedLength, wireLength, linkType } = packet
  const lengths =
    `${wireLength} ${wireLength === 1 ? 'byte' : 'bytes'}` +
    (capturedLength === wireLength ? '' : `, ${capturedLength} captured`)
  const parts = [`Packet ${number}`, file, time ?? 'no time', interfaceName, linkType, lengths]
  return parts.filter((part) => part !== undefined).join('  ')
}

function layerWords({ name, offset, length, text, quoted, fields, layers }: DescribedLayer): LayerWords {
  const said = `${quoted ? 'quoted ' : ''}${name}`
  return {
    line: printable(`${said} [${offset}–${offset + length - 1}] ${text}`.trimEnd()),
    fields: fields.flatMap((field) => fieldWords(field, 0)),
    layers: layers.map(layerWords),
  }
}

function fieldWords(field: DescribedField, level: number): FieldWords[] {
  const words = { place: placeOf(field), name: printable(wordsOf(field.name)), text: printable(field.text), level }
  return [words, ...(field.fields ?? []).flatMap((part) => fieldWords(part, level + 1))]
}

function layerLines({ line, fields, layers }: LayerWords, depth: number, lines: string[]): void {
  lines.push(INDENT.repeat(depth) + line)
  for (const { place, name, text, level } of fields) {
    const said = `${place.padStart(PLACE_WIDTH)}  ${name.padEnd(NAME_WIDTH)} ${text}`
    lines.push(INDENT.repeat(depth + 1 + level) + said.trimEnd())
  }
  for (const inside of layers) layerLines(inside, depth + 1, lines)
}

/** The field's first byte; for one that is not whole bytes the bit in it too, from the most significant. */
function placeOf({ offset, bitOffset, bits, length }: DescribedField): string {
  const first = offset + (bitOffset >> 3)
  return bits === 8 * length ? String(offset) : `${first}.${bitOffset & 7}`
}
