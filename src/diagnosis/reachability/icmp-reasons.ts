/** Reasons that ICMP errors give, in words by code (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1; RFC 4443 §3.1). */
import * as icmp from '../../codecs/headers/icmp.ts'
import * as icmpv6 from '../../codecs/headers/icmpv6.ts'

const { UnreachableCode: Code4 } = icmp
const { UnreachableCode: Code6 } = icmpv6

const REASONS4: Readonly<Record<number, string>> = {
  [Code4.Network]: 'network unreachable',
  [Code4.Host]: 'host unreachable',
  [Code4.Protocol]: 'protocol unreachable',
  [Code4.Port]: 'port unreachable',
  [Code4.NetworkUnknown]: 'network unknown',
  [Code4.HostUnknown]: 'host unknown',
  [Code4.NetworkProhibited]: 'network prohibited',
  [Code4.HostProhibited]: 'host prohibited',
  [Code4.Prohibited]: 'communication prohibited',
}
const REASONS6: Readonly<Record<number, string>> = {
  [Code6.NoRoute]: 'no route',
  [Code6.Prohibited]: 'communication prohibited',
  [Code6.BeyondScope]: 'beyond scope of source address',
  [Code6.Address]: 'address unreachable',
  [Code6.Port]: 'port unreachable',
  [Code6.SourcePolicy]: 'source address failed policy',
  [Code6.RejectRoute]: 'reject route',
}

/** Why something is unreachable, by ICMP type × 256 + code. */
export function reasonOf(typeCode: number, isVersion6: boolean): string {
  const type = typeCode >> 8
  if (type === (isVersion6 ? icmpv6.Type.TimeExceeded : icmp.Type.TimeExceeded)) return 'time exceeded'
  if (isVersion6 && type === icmpv6.Type.ParameterProblem) return 'unrecognized next header'
  const code = typeCode & 0xff
  return (isVersion6 ? REASONS6[code] : REASONS4[code]) ?? `code ${code}`
}
