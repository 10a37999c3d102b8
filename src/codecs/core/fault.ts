/**
 * Why a packet could not be read further: small integers, because a thrown error costs microseconds on the packet path.
 * Words for people are made later, by `describeFault`.
 */

/** The offset that stands for "there is none": what `enter` answers when it refuses a header. */
export const NONE = -1

/** Everything that can stop a codec. Codes are stable within a major version. */
export const Fault = {
  /** Nothing is wrong. */
  None: 0,
  /** The packet ends before the header does: the sender, or the lengths around it, left it too short. */
  Truncated: 1,
  /** The packet is long enough, but the snap length cut the bytes off. Not a defect of the traffic. */
  NotCaptured: 2,
  /** The version field names another protocol version. */
  BadVersion: 3,
  /** A header length field is smaller than the smallest legal header. */
  BadHeaderLength: 4,
  /** A length field claims more bytes than the layer around it carries. */
  LengthBeyondPacket: 5,
  /** A length field is smaller than the header it counts. */
  LengthTooSmall: 6,
  /** VXLAN: the I flag is clear, so the VNI is not valid (RFC 7348 §5). */
  FlagMissing: 7,
  /** More stacked headers of one kind than any network makes (VLAN tags, extension headers). */
  TooDeep: 8,
  /** The next protocol is one that this codec does not carry on into. */
  Unsupported: 9,
  /** The link type of the interface is unknown. */
  UnknownLinkType: 10,
  /** The port is a tunnel's, but the header breaks its rules and no inner frame lies behind it: some other program's datagram. */
  NotATunnel: 11,
  /**
   * The record's original length cannot be: 0, below what was captured, or not what its outermost IP length allows. Said by the
   * capture program, not by the packet.
   */
  OriginalLengthImpossible: 12,
} as const

/** One of the codes of {@link Fault}. */
export type Fault = (typeof Fault)[keyof typeof Fault]

/** Stable names of the faults, by code, as they stand in summaries. */
export const FAULT_NAMES: readonly string[] = /* @__PURE__ */ (() => {
  const names: string[] = []
  for (const [name, code] of Object.entries(Fault)) names[code] = name
  return names
})()
