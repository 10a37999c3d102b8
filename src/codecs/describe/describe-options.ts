/**
 * The variable parts of headers as fields: option lists, records and the words whose meaning depends on a type. Contents come
 * from the codecs' own decoders; an option's place follows from the lengths of those before it.
 */

import * as gre from '../carriers/gre.ts'
import { formatIpv4, formatMac } from '../core/address.ts'
import { NO_OPERATION, type Option } from '../core/options.ts'
import * as geneve from '../headers/geneve.ts'
import * as icmp from '../headers/icmp.ts'
import * as icmpv6 from '../headers/icmpv6.ts'
import * as igmp from '../headers/igmp.ts'
import * as ipv4 from '../headers/ipv4.ts'
import * as ipv6Options from '../headers/ipv6-options.ts'
import * as neighbor from '../headers/neighbor.ts'
import * as tcp from '../headers/tcp.ts'
import { counted, type DescribedField, hex, hexAt, nameIn, wholeField } from './describe-field.ts'

/** A list of options as one field, its options inside; nothing where the list is empty. */
function listField(view: DataView, at: number, end: number, origin: number, parts: DescribedField[]): DescribedField[] {
  if (end <= at) return []
  const last = parts.at(-1)
  const covered = last === undefined ? at : origin + last.offset + last.length
  const rest = end - covered
  const fields =
    rest > 0
      ? [...parts, wholeField('padding', covered - origin, rest, hexAt(view, covered, rest), counted(rest, 'bytes'))]
      : parts
  const names = parts.map((part) => part.name).join(', ')
  const text = names === '' ? counted(end - at, 'bytes') : names
  return [wholeField('options', at - origin, end - at, hexAt(view, at, end - at), text, { fields })]
}

/** Options that follow one another from `at` on, each as long as `spanOf` says. */
function placed<O>(
  list: readonly O[],
  at: number,
  origin: number,
  spanOf: (option: O) => number,
  said: (option: O) => { name: string; text: string },
  view: DataView,
): DescribedField[] {
  let position = at
  return list.map((option) => {
    const length = spanOf(option)
    const { name, text } = said(option)
    const field = wholeField(name, position - origin, length, hexAt(view, position, length), text)
    position += length
    return field
  })
}

function viewOf(data: Uint8Array): DataView {
  return new DataView(data.buffer, data.byteOffset, data.length)
}

function hexText(data: Uint8Array): string {
  return data.length === 0 ? '' : hexAt(viewOf(data), 0, data.length)
}

/** Name and number of an option in a code table. */
function optionName(table: Readonly<Record<string, number>>, type: number): string {
  return nameIn(table, type) ?? `option ${type}`
}

function spanOfOption({ type, data }: Option): number {
  return type <= NO_OPERATION ? 1 : 2 + data.length
}

/** The options of an IPv4 header. */
export function ipv4Options(view: DataView, at: number, origin: number): DescribedField[] {
  const from = at + ipv4.LENGTH
  const said = ({ type, data }: Option) => ({ name: optionName(ipv4.OptionType, type), text: hexText(data) })
  const parts = placed(ipv4.options(view, at), from, origin, spanOfOption, said, view)
  return listField(view, from, at + ipv4.headerLength(view, at), origin, parts)
}

/** The options of a TCP header, as far as they were captured. */
export function tcpOptions(view: DataView, at: number, end: number, origin: number): DescribedField[] {
  const from = at + tcp.LENGTH
  const said = (option: Option) => ({ name: optionName(tcp.OptionKind, option.type), text: tcpOptionText(option) })
  const parts = placed(tcp.options(view, at, end), from, origin, spanOfOption, said, view)
  return listField(view, from, Math.min(end, at + tcp.headerLength(view, at)), origin, parts)
}

function tcpOptionText({ type, data }: Option): string {
  const view = viewOf(data)
  switch (type) {
    case tcp.OptionKind.MaximumSegmentSize:
      return data.length === 2 ? counted(view.getUint16(0), 'bytes') : hexText(data)
    case tcp.OptionKind.WindowScale:
      return data.length === 1 ? `${view.getUint8(0)} (window × ${2 ** Math.min(view.getUint8(0), 14)})` : hexText(data)
    case tcp.OptionKind.Timestamps:
      return data.length === 8 ? `value ${view.getUint32(0)}, echo ${view.getUint32(4)}` : hexText(data)
    case tcp.OptionKind.Sack: {
      const blocks: string[] = []
      for (let i = 0; i + 8 <= data.length; i += 8) blocks.push(`${view.getUint32(i)}–${view.getUint32(i + 4)}`)
      return blocks.join(', ')
    }
    default:
      return hexText(data)
  }
}

/** The options of an IPv6 hop-by-hop or destination options header. */
export function extensionOptions(view: DataView, at: number, origin: number): DescribedField[] {
  const from = at + ipv6Options.LENGTH
  const span = ({ type, data }: Option): number => (type === ipv6Options.OptionType.Pad1 ? 1 : 2 + data.length)
  const said = ({ type, data }: Option) => {
    const name = optionName(ipv6Options.OptionType, type)
    const jumbo = type === ipv6Options.OptionType.JumboPayload && data.length === 4
    return { name, text: jumbo ? counted(viewOf(data).getUint32(0), 'bytes') : hexText(data) }
  }
  const parts = placed(ipv6Options.options(view, at), from, origin, span, said, view)
  return listField(view, from, at + ipv6Options.headerLength(view, at), origin, parts)
}

/** The options of a neighbour discovery message up to `end`. */
export function neighborOptions(view: DataView, at: number, end: number, origin: number): DescribedField[] {
  const said = ({ type, data }: Option) => {
    const address = type <= neighbor.OptionType.TargetLinkLayerAddress && data.length === 6
    return {
      name: optionName(neighbor.OptionType, type),
      text: address ? formatMac(viewOf(data).getUint16(0), viewOf(data).getUint32(2)) : hexText(data),
    }
  }
  const from = at + neighbor.LENGTH
  const parts = placed(neighbor.options(view, at, end), from, origin, ({ data }) => 2 + data.length, said, view)
  return listField(view, from, end, origin, parts)
}

/** The options of a Geneve header. */
export function geneveOptions(view: DataView, at: number, origin: number): DescribedField[] {
  const from = at + geneve.LENGTH
  const said = (option: geneve.Option) => {
    const critical = (option.type & geneve.OPTION_CRITICAL) !== 0 ? ', critical' : ''
    return {
      name: `class ${hex(option.class, 4)} type ${hex(option.type, 2)}`,
      text: `${hexText(option.data)}${critical}`,
    }
  }
  const span = ({ data }: geneve.Option): number => geneve.OPTION_LENGTH + data.length
  const parts = placed(geneve.options(view, at), from, origin, span, said, view)
  return listField(view, from, at + geneve.headerLength(view, at), origin, parts)
}

/** The optional parts of a GRE header: checksum, key, sequence number; an NVGRE key taken apart. */
export function greParts(view: DataView, at: number, origin: number): DescribedField[] {
  const { checksum, reserved1, key, sequence } = gre.decode(view, at)
  const fields: DescribedField[] = []
  let offset = at + gre.LENGTH - origin
  const add = (name: string, length: number, value: number, text: string, parts?: DescribedField[]): void => {
    fields.push(wholeField(name, offset, length, value, text, parts === undefined ? {} : { fields: parts }))
    offset += length
  }
  if (checksum !== undefined && reserved1 !== undefined) {
    add('checksum', 2, checksum, hex(checksum, 4))
    add('reserved1', 2, reserved1, hex(reserved1, 4))
  }
  if (key !== undefined) {
    const vsid = gre.vsid(view, at)
    const flow = gre.flowId(view, at)
    const parts = gre.isNvgre(view, at)
      ? [wholeField('vsid', offset, 3, vsid, String(vsid)), wholeField('flowId', offset + 3, 1, flow, String(flow))]
      : undefined
    add('key', 4, key, hex(key, 8), parts)
  }
  if (sequence !== undefined) add('sequence', 4, sequence, String(sequence))
  return fields
}

/** What the second word of an ICMP message means in its type. */
export function icmpMeaning(view: DataView, at: number, origin: number): DescribedField[] {
  const offset = at + icmp.REST - origin
  switch (icmp.type(view, at)) {
    case icmp.Type.EchoRequest:
    case icmp.Type.EchoReply:
      return echoMeaning(offset, icmp.identifier(view, at), icmp.sequence(view, at))
    case icmp.Type.DestinationUnreachable:
      if (icmp.code(view, at) !== icmp.UnreachableCode.FragmentationNeeded) return []
      return [mtuField('nextHopMtu', offset + 2, 2, icmp.nextHopMtu(view, at))]
    case icmp.Type.Redirect: {
      const gateway = icmp.gateway(view, at)
      return [wholeField('gateway', offset, 4, gateway >>> 0, formatIpv4(gateway))]
    }
    default:
      return []
  }
}

/** What the second word of an ICMPv6 message means in its type. */
export function icmpv6Meaning(view: DataView, at: number, origin: number): DescribedField[] {
  const offset = at + icmpv6.REST - origin
  switch (icmpv6.type(view, at)) {
    case icmpv6.Type.EchoRequest:
    case icmpv6.Type.EchoReply:
      return echoMeaning(offset, icmpv6.identifier(view, at), icmpv6.sequence(view, at))
    case icmpv6.Type.PacketTooBig:
      return [mtuField('mtu', offset, 4, icmpv6.mtu(view, at))]
    case icmpv6.Type.NeighborAdvertisement: {
      const bits: [name: string, set: boolean][] = [
        ['router', icmpv6.router(view, at)],
        ['solicited', icmpv6.solicited(view, at)],
        ['override', icmpv6.override(view, at)],
      ]
      return bits.map(([name, set], bit) => {
        return { name, offset, length: 1, bitOffset: bit, bits: 1, value: set ? 1 : 0, text: set ? 'yes' : 'no' }
      })
    }
    default:
      return []
  }
}

function mtuField(name: string, offset: number, length: number, mtu: number): DescribedField {
  return wholeField(name, offset, length, mtu, counted(mtu, 'bytes'), { unit: 'bytes' })
}

function echoMeaning(offset: number, identifier: number, sequence: number): DescribedField[] {
  return [
    wholeField('identifier', offset, 2, identifier, hex(identifier, 4)),
    wholeField('sequence', offset + 2, 2, sequence, String(sequence)),
  ]
}

/** A group record of an IGMPv3 report as one field. */
export function groupRecord(view: DataView, at: number, origin: number): DescribedField {
  const { type, group, sources } = igmp.decodeRecord(view, at)
  const length = igmp.recordLength(view, at)
  const from = sources.length === 0 ? '' : ` from ${sources.map(formatIpv4).join(', ')}`
  const text = `${nameIn(igmp.RecordType, type) ?? `type ${type}`} ${formatIpv4(group)}${from}`
  return wholeField('groupRecord', at - origin, length, hexAt(view, at, length), text)
}

/** What an IGMPv3 query adds, as one field. */
export function queryTail(view: DataView, at: number, end: number, origin: number): DescribedField {
  const { suppress, robustness, interval, sources } = igmp.decodeQueryTail(view, at)
  const seconds = igmp.maxResponseDeciseconds(interval)
  const from = sources.length === 0 ? '' : `, sources ${sources.map(formatIpv4).join(', ')}`
  const text = `${suppress === 1 ? 'suppress, ' : ''}robustness ${robustness}, every ${seconds} s${from}`
  return wholeField('query', at - origin, end - at, hexAt(view, at, end - at), text)
}
