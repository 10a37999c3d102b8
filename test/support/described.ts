/** Described packets as tests compare them. */
import { build, type Part } from '../../src/codecs/build/builder.ts'
import {
  type DescribedField,
  type DescribedLayer,
  describePacket,
  type PacketDescription,
} from '../../src/codecs/describe/describe.ts'
import { LinkType } from '../../src/codecs/link/linktype.ts'
import { bytesOf } from './hex.ts'

/**
 * Describes a packet that lies amid other bytes.
 * @param packet - Its parts, or its bytes as hex digits.
 * @param linkType - What the parts begin with, or Ethernet, unless given.
 * @param cut - Bytes that were not captured.
 */
export function described(packet: string | readonly Part[], linkType?: number, cut = 0): PacketDescription {
  const built = typeof packet === 'string' ? { bytes: bytesOf(packet), linkType: LinkType.Ethernet } : build(packet)
  const { length } = built.bytes
  const view = new DataView(new Uint8Array([0xee, 0xee, 0xee, ...built.bytes, 0xee]).buffer)
  return describePacket(view, 3, length - cut, length, linkType ?? built.linkType)
}

/** The tree as nested names: `vxlan(ethernet ipv4)`; a mark behind what an ICMP error quotes. */
export function shape(layers: readonly DescribedLayer[]): string {
  return layers
    .map(({ name, quoted, layers: inside }) => {
      const own = quoted ? `${name}"` : name
      return inside.length === 0 ? own : `${own}(${shape(inside)})`
    })
    .join(' ')
}

/** The tree in lines: where each layer begins, its length, name and text; what it carries is indented. */
export function outline(layers: readonly DescribedLayer[]): string[] {
  return layers.flatMap(({ offset, length, name, text, layers: inside }) => [
    `${offset}+${length} ${name}: ${text}`,
    ...outline(inside).map((line) => `  ${line}`),
  ])
}

/** Fields in lines: where the word of each begins, its length, name and text; parts are indented. */
export function fieldLines(fields: readonly DescribedField[]): string[] {
  return fields.flatMap(({ offset, length, name, text, fields: parts = [] }) => [
    `${offset}+${length} ${name}: ${text}`,
    ...fieldLines(parts).map((line) => `  ${line}`),
  ])
}

/** Layers and what they carry, in the order of the packet. */
export function every(layers: readonly DescribedLayer[]): DescribedLayer[] {
  return layers.flatMap((layer) => [layer, ...every(layer.layers)])
}

/** The first layer of that name, wherever it is. */
export function layerOf(layers: readonly DescribedLayer[], name: string): DescribedLayer {
  const found = every(layers).find((layer) => layer.name === name)
  if (found === undefined) throw new Error(`no ${name} in ${shape(layers)}`)
  return found
}

/** A field of the first layer of that name, or a part of a field. */
export function fieldOf(layers: readonly DescribedLayer[], layer: string, ...names: string[]): DescribedField {
  let { fields } = layerOf(layers, layer)
  let found: DescribedField | undefined
  for (const name of names) {
    found = fields.find((one) => one.name === name)
    if (found === undefined) throw new Error(`${layer} has no field ${name}: ${fields.map((one) => one.name)}`)
    fields = found.fields ?? []
  }
  return found!
}
