/** What became of each packet as a line of CSV (RFC 4180): numbers, times and addresses, so that nothing needs quotes. */
import { isoTime, milliseconds } from '../../analyzers/tables/time.ts'
import type { PacketFate } from '../options.ts'

/** The columns. Times are those of the side that they were taken at. */
export const PACKET_COLUMNS = [
  'near',
  'far',
  'fate',
  'sentAt',
  'vni',
  'kind',
  'from',
  'to',
  'sourcePort',
  'outerIpLength',
  'innerBytes',
  'sentTime',
  'receivedTime',
  'delayMs',
  'oneOf',
] as const

/** One packet as a line, its end included; a number or time that there is none of is empty. */
export function packetRow(packet: PacketFate): string {
  const { near, far, sentAt, delayMs } = packet
  const isForth = sentAt === 'near'
  const nearTime = timeOf(packet.nearSeconds, packet.nearNanoseconds)
  const farTime = timeOf(packet.farSeconds, packet.farNanoseconds)
  const cells = [
    near === 0 ? '' : near,
    far === 0 ? '' : far,
    packet.fate,
    sentAt,
    packet.vni,
    packet.kind,
    packet.from,
    packet.to,
    packet.sourcePort,
    packet.outerIpLength,
    packet.innerBytes,
    isForth ? nearTime : farTime,
    isForth ? farTime : nearTime,
    Number.isNaN(delayMs) ? '' : milliseconds(delayMs * 1e6),
    packet.oneOf,
  ]
  return `${cells.join(',')}\r\n`
}

function timeOf(seconds: number, nanoseconds: number): string {
  return Number.isNaN(seconds) ? '' : (isoTime(seconds, nanoseconds) ?? '')
}
