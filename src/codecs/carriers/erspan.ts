/**
 * The first four bytes of an ERSPAN header, which types II and III share but for two bits
 * (draft-foschiano-erspan-03 §4.1, §4.2).
 */

/** Offset of the second half of them. */
const SECOND = 2

/** Version, 0 to 15. */
export function version(view: DataView, at: number): number {
  return view.getUint8(at) >>> 4
}

/** VLAN of the mirrored frame, 0 to 4 095. */
export function vlan(view: DataView, at: number): number {
  return view.getUint16(at) & 0xfff
}

/** Class of service of the mirrored frame, 0 to 7. */
export function classOfService(view: DataView, at: number): number {
  return view.getUint16(at + SECOND) >>> 13
}

/** 1 when the frame was cut to fit. */
export function truncated(view: DataView, at: number): number {
  return (view.getUint16(at + SECOND) >>> 10) & 1
}

/** Mirror session, 0 to 1 023. */
export function sessionId(view: DataView, at: number): number {
  return view.getUint16(at + SECOND) & 0x3ff
}
