/** One packet in words: its layers and fields as a tree, one field a line, with places and values. */
import type { DescribedField, DescribedLayer, PacketDescription } from '../codecs/describe.ts'
import { wordsOf } from '../codecs/describe-field.ts'
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

/**
 * The packet as text: a heading, then a line for each layer and field, then a line for each fault.
 * Fields stand as `offset name text`; a field of a few bits as `offset.bit`.
 * @returns Lines without line breaks.
 */
export function packetText(heading: PacketHeading, packet: PacketDescription): string[] {
  const lines = [headline(heading, packet)]
  for (const comment of heading.comments ?? []) lines.push(`${INDENT}comment: ${comment}`)
  for (const layer of packet.layers) layerLines(layer, 1, lines)
  for (const { name, sentence } of packet.faults) lines.push(`${INDENT}! ${name}: ${sentence}`)
  return lines.map(printable)
}

function headline({ number, file, time, interfaceName }: PacketHeading, packet: PacketDescription): string {
  const { capturedLength, wireLength, linkType } = packet
  const lengths =
    `${wireLength} ${wireLength === 1 ? 'byte' : 'bytes'}` +
    (capturedLength === wireLength ? '' : `, ${capturedLength} captured`)
  const parts = [`Packet ${number}`, file, time ?? 'no time', interfaceName, linkType, lengths]
  return parts.filter((part) => part !== undefined).join('  ')
}

function layerLines(layer: DescribedLayer, level: number, lines: string[]): void {
  const { name, offset, length, text, quoted, fields, layers } = layer
  const said = `${quoted ? 'quoted ' : ''}${name}`
  lines.push(`${INDENT.repeat(level)}${said} [${offset}–${offset + length - 1}] ${text}`.trimEnd())
  for (const field of fields) fieldLines(field, level + 1, lines)
  for (const inside of layers) layerLines(inside, level + 1, lines)
}

function fieldLines(field: DescribedField, level: number, lines: string[]): void {
  const place = placeOf(field).padStart(PLACE_WIDTH)
  const name = wordsOf(field.name).padEnd(NAME_WIDTH)
  lines.push(`${INDENT.repeat(level)}${place}  ${name} ${field.text}`.trimEnd())
  for (const part of field.fields ?? []) fieldLines(part, level + 1, lines)
}

/** The field's first byte; for one that is not whole bytes the bit in it too, from the most significant. */
function placeOf({ offset, bitOffset, bits, length }: DescribedField): string {
  const first = offset + (bitOffset >> 3)
  return bits === 8 * length ? String(offset) : `${first}.${bitOffset & 7}`
}
