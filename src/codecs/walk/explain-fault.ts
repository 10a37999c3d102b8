/**
 * What a fault means, in figures and in words: which header was refused, where, how many bytes it needed, how many there were,
 * and which length around it set that limit. Off the packet path: it allocates.
 */
import type { Cursor } from '../core/cursor.ts'
import { FAULT_NAMES, Fault, NONE } from '../core/fault.ts'
import { type IpLayer, LAYER_NAMES, Layer, type Layers, TunnelKind } from './layers.ts'

/** One fault, explained. */
export interface FaultExplanation {
  /** The layer that was refused, as summaries name it: `inner.ipv4`. */
  readonly layer: string
  /** Number of the fault, stable within a major version: one of the codes of `Fault`. */
  readonly fault: Fault
  /** Stable name of the fault: `Truncated`. */
  readonly name: string
  /** Bytes from the packet's first byte to the refused header. */
  readonly offset: number
  /** Bytes that the header needs, or that a length field claims; `null` where the fault is not about length. */
  readonly needed: number | null
  /** Bytes that there are from `offset` on; `null` where the fault is not about length. */
  readonly available: number | null
  /** What set `available`: `snap length`, `frame`, or the layer whose length field did; `null` where the fault is not about length. */
  readonly limitedBy: string | null
  /** All of it in one English sentence. */
  readonly sentence: string
}

/** One length that bounds what lies inside it, outermost first in a list. */
export interface Limit {
  /** `frame` or the name of the layer whose length field says so. */
  readonly name: string
  /** First offset past it in the view. */
  readonly end: number
}

/** `limitedBy` of bytes that only the snap length cut. */
const SNAP_LENGTH = 'snap length'

/**
 * Explains one fault that the walk found.
 * @param layers - As `dissect` left them.
 * @param index - 0 to `layers.faultCount - 1`.
 * @throws RangeError for an index without a fault.
 */
export function explainFault(layers: Layers, index: number): FaultExplanation {
  if (!Number.isInteger(index) || index < 0 || index >= layers.faultCount) {
    throw new RangeError(`index must be an integer below ${layers.faultCount}, not ${index}`)
  }
  const { cursor } = layers
  const layer = LAYER_NAMES[layers.faultLayers[index]!]!
  const fault = layers.faultCodes[index]! as Fault
  const first = cursor.view === layers.view ? layers.at : 0
  if (fault === Fault.LengthBeyondPacket) {
    const inner = layers.faultLayers[index]! >= Layer.InnerEthernet
    const carrier = inner ? NONE : carrierBeyond(layers, layers.faultLayers[index]!)
    if (carrier !== NONE) {
      const at = layers.carrierIpsAt[carrier]!
      const bound = layers.carrierIpBounds[carrier]!
      const around = limitsOf(layers).slice(0, 1 + carrier)
      return explain(
        layer,
        fault,
        at - layers.at,
        layers.carrierIpLengths[carrier]!,
        bound - at,
        limitName(around, bound),
      )
    }
    const ip = inner ? layers.innerIp : layers.outerIp
    const all = limitsOf(layers)
    const limits = inner ? all.filter(({ name }) => name !== nameOfIp(layers, ip)) : all.slice(0, 1 + layers.carrierIps)
    const end = inner ? tunnelEnd(layers) : layers.outerBound
    const offset = ip.at - (inner ? first : layers.at)
    return explain(layer, fault, offset, ip.length, end - ip.at, limitName(limits, end))
  }
  // What is not a refusal of the cursor is about the record as a whole.
  if (cursor.fault !== fault || cursor.faultAt === NONE) return explain(layer, fault, 0, null, null, null)
  return explainRefusal(cursor, layer, first, limitsOf(layers))
}

/**
 * Explains why `enter` refused.
 * @param cursor - As the refusal left it.
 * @param layer - Name of the header that was tried.
 * @param packetAt - Offset of the packet's first byte in the cursor's view, which `offset` counts from.
 * @param limits - Lengths around the header, outermost first; none means that the window is all there is to say.
 */
export function explainRefusal(
  cursor: Cursor,
  layer: string,
  packetAt = 0,
  limits: readonly Limit[] = [],
): FaultExplanation {
  const { fault, faultAt, needed, end, wireEnd } = cursor
  const offset = faultAt - packetAt
  switch (fault) {
    case Fault.Truncated:
      return explain(layer, fault, offset, needed, Math.max(0, wireEnd - faultAt), limitName(limits, wireEnd))
    case Fault.NotCaptured:
      return explain(layer, fault, offset, needed, Math.max(0, end - faultAt), SNAP_LENGTH)
    default:
      return explain(layer, fault, offset, null, null, null)
  }
}

/** Puts figures and sentence together. Parameters as the fields of {@link FaultExplanation}. */
export function explain(
  layer: string,
  fault: Fault,
  offset: number,
  needed: number | null,
  available: number | null,
  limitedBy: string | null,
): FaultExplanation {
  const where = `${layer} at byte ${offset}`
  const sentence = `${where} ${SAID[fault](needed ?? 0, available ?? 0, limitedBy ?? 'window')}`
  return { layer, fault, name: FAULT_NAMES[fault]!, offset, needed, available, limitedBy, sentence }
}

/** What the sentence says behind the name of the layer. */
const SAID: Readonly<Record<Fault, (needed: number, available: number, limitedBy: string) => string>> = {
  [Fault.None]: () => 'was read without fault',
  [Fault.Truncated]: (needed, available, limitedBy) =>
    `needs ${bytes(needed)}, but ${lengthOf(limitedBy)} leaves ${available === 0 ? 'none' : bytes(available)}`,
  [Fault.NotCaptured]: (needed, available) =>
    `needs ${bytes(needed)}, of which ${available} were captured: the snap length cut the packet`,
  [Fault.BadVersion]: () => 'has the version number of another protocol',
  [Fault.BadHeaderLength]: () => 'states a header length below the smallest legal one',
  [Fault.LengthBeyondPacket]: (needed, available, limitedBy) =>
    `claims ${bytes(needed)}, but ${lengthOf(limitedBy)} leaves ${bytes(available)}`,
  [Fault.LengthTooSmall]: () => 'states a length below that of its own header',
  [Fault.FlagMissing]: () => 'has the I flag clear, so its VNI is not valid (RFC 7348 §5)',
  [Fault.TooDeep]: () => 'is stacked deeper than any network does, and is not followed',
  [Fault.Unsupported]: () => 'has a form that is not decoded',
  [Fault.NotATunnel]: () =>
    'is not one: it breaks the rules of the header, and what follows is not an inner frame; another program uses the port',
  [Fault.UnknownLinkType]: () => 'begins with a link layer of an unknown type',
  [Fault.OriginalLengthImpossible]: () => 'is recorded with an original length that cannot be',
}

function bytes(count: number): string {
  return `${count} ${count === 1 ? 'byte' : 'bytes'}`
}

function lengthOf(limitedBy: string): string {
  return limitedBy === 'frame' || limitedBy === 'window' ? `the ${limitedBy}` : `the length of ${limitedBy}`
}

/** The outermost limit at `end`: where several lengths agree, what lies around all of them is to blame. */
function limitName(limits: readonly Limit[], end: number): string {
  return limits.find((limit) => limit.end === end)?.name ?? 'window'
}

/** The outermost IP header of a carrier whose length exceeds what is around it; `NONE` when none does. */
function carrierBeyond(layers: Layers, layer: number): number {
  const { carrierIps, carrierIpLayers, carrierIpsAt, carrierIpLengths, carrierIpBounds } = layers
  for (let index = 0; index < carrierIps; index++) {
    const end = carrierIpsAt[index]! + carrierIpLengths[index]!
    if (carrierIpLayers[index] === layer && end > carrierIpBounds[index]!) return index
  }
  return NONE
}

function nameOfIp(layers: Layers, ip: IpLayer): string {
  const inner = ip === layers.innerIp
  return LAYER_NAMES[
    ip.version === 6 ? (inner ? Layer.InnerIpv6 : Layer.OuterIpv6) : inner ? Layer.InnerIpv4 : Layer.OuterIpv4
  ]!
}

/** First offset past what the tunnel carries. */
function tunnelEnd(layers: Layers): number {
  const { innerFrame, innerIp, innerLength } = layers
  return (innerFrame.at === NONE ? innerIp.at : innerFrame.at) + innerLength
}

/** The lengths that the walk honoured, outermost first. */
function limitsOf(layers: Layers): Limit[] {
  const { outerIp, innerIp, innerFrame, tunnelAt } = layers
  const limits: Limit[] = [{ name: 'frame', end: layers.wireEnd }]
  const add = (ip: IpLayer): void => {
    if (ip.at !== NONE) limits.push({ name: nameOfIp(layers, ip), end: ip.at + ip.length })
  }
  for (let index = 0; index < layers.carrierIps; index++) {
    const end = layers.carrierIpsAt[index]! + layers.carrierIpLengths[index]!
    limits.push({ name: LAYER_NAMES[layers.carrierIpLayers[index]!]!, end })
  }
  add(outerIp)
  if (layers.tunnel === TunnelKind.Nvgre) {
    add(innerIp)
    return limits
  }
  if (tunnelAt !== NONE && (innerFrame.at !== NONE || innerIp.at !== NONE)) {
    limits.push({ name: LAYER_NAMES[Layer.OuterUdp]!, end: tunnelEnd(layers) })
  } else if (layers.outerDestinationPort !== NONE) {
    // Refused before or in the inner frame: the cursor still has the datagram's end.
    limits.push({ name: LAYER_NAMES[Layer.OuterUdp]!, end: layers.cursor.wireEnd })
  }
  add(innerIp)
  return limits
}
