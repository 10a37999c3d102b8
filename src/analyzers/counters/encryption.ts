/** What hides a packet: encryptions that are told by their headers, in packets that show no tunnel. */

import { NONE } from '../../codecs/core/fault.ts'
import { Protocol } from '../../codecs/core/protocol.ts'
import * as udp from '../../codecs/headers/udp.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import type { Layers } from '../../codecs/walk/layers.ts'

/** Names by code, as the list of other traffic has them. */
export const ENCRYPTION_NAMES = ['ESP', 'ESP in UDP', 'MACsec, encrypted', 'WireGuard'] as const
export type EncryptionName = (typeof ENCRYPTION_NAMES)[number]

const Encryption = { Esp: 0, EspInUdp: 1, Macsec: 2, WireGuard: 3 } as const

/** UDP port of IPsec behind address translation (RFC 3948 §2.1). */
const PORT_NAT_TRAVERSAL = 4500
/** Bytes of a WireGuard message by its type, 1 to 3; data messages (4) are padded to 16 bytes (WireGuard protocol §5.4). */
const MESSAGE_LENGTHS = [0, 148, 92, 64]
const TYPE_DATA = 4
const LENGTH_DATA_MIN = 32
/** Offset of the upper half of a data message's counter, which is little-endian. */
const COUNTER_HIGH = 12

/** The encryption of a packet without a tunnel header as a code, `NONE` where its headers show none. */
export function encryptionOf(layers: Layers): number {
  const { outerIp, outerFrame, outerSourcePort, outerDestinationPort, faultCount } = layers
  if (outerIp.at === NONE) {
    // A tag that could not be read says nothing.
    return outerFrame.etherType === EtherType.MacSecurity && faultCount === 0 ? Encryption.Macsec : NONE
  }
  if (outerIp.protocol === Protocol.Esp) return Encryption.Esp
  if (outerDestinationPort === NONE || outerIp.fragmentOffset > 0) return NONE
  const at = layers.outerTransport + udp.LENGTH
  if (at + 4 > layers.end) return NONE
  const { view } = layers
  const word = view.getUint32(at)
  if (outerSourcePort === PORT_NAT_TRAVERSAL || outerDestinationPort === PORT_NAT_TRAVERSAL) {
    // Zeros are IKE, and a keep-alive is one byte (RFC 3948 §2.2, §2.3).
    return word !== 0 && udp.length(view, layers.outerTransport) > udp.LENGTH + 8 ? Encryption.EspInUdp : NONE
  }
  const type = word >>> 24
  if ((word & 0xff_ffff) !== 0 || type === 0 || type > TYPE_DATA) return NONE
  const length = udp.length(view, layers.outerTransport) - udp.LENGTH
  if (type !== TYPE_DATA) return length === MESSAGE_LENGTHS[type] ? Encryption.WireGuard : NONE
  if (length < LENGTH_DATA_MIN || length % 16 !== 0 || at + COUNTER_HIGH + 4 > layers.end) return NONE
  // Nobody sends four thousand million packets with one key: the upper half of the counter tells what only looks like it.
  return view.getUint32(at + COUNTER_HIGH) === 0 ? Encryption.WireGuard : NONE
}
