/**
 * VXLAN with group policy (draft-smith-vxlan-group-policy §2.1): the VXLAN header of RFC 7348, on the same port, whose first
 * reserved field carries a policy. Without the G bit the policy fields are RFC 7348's reserved bits and mean nothing.
 */
import { setUint24 } from '../core/bytes.ts'
import type { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** A VXLAN header with group policy as a plain object. */
export interface Header {
  /** First byte, 0 to 255: {@link FLAG_G} and {@link FLAG_I} are defined. */
  flags: number
  /** Second byte, 0 to 255: {@link POLICY_FLAG_D} and {@link POLICY_FLAG_A} are defined; valid with {@link FLAG_G}. */
  policyFlags: number
  /** Group policy id, 0 to 65 535; valid with {@link FLAG_G}. */
  policyId: number
  /** VXLAN Network Identifier, 0 to 16 777 215. */
  vni: number
  /** Reserved, 8 bits: zero on transmit, ignored on receipt. */
  reserved: number
}

/** Wire order, declared once (draft-smith-vxlan-group-policy §2.1). */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  flags: field.u8,
  policyFlags: field.u8,
  policyId: field.u16,
  vni: field.u24,
  reserved: field.u8,
})
/** Bytes of the header. */
export const LENGTH = LAYOUT.span
/** The G bit of `flags`: the header carries a policy (draft-smith-vxlan-group-policy §2.1). */
export const FLAG_G = 0x80
/** The I bit of `flags`: set when the VNI is valid (RFC 7348 §5). */
export const FLAG_I = 0x08
/** The D bit of `policyFlags`: the egress VTEP must not learn the source (draft-smith-vxlan-group-policy §2.1, bit 9). */
export const POLICY_FLAG_D = 0x40
/** The A bit of `policyFlags`: the policy has been applied already (draft-smith-vxlan-group-policy §2.1, bit 12). */
export const POLICY_FLAG_A = 0x08

const FLAGS = LAYOUT.offsets.flags
const POLICY_FLAGS = LAYOUT.offsets.policyFlags
const POLICY_ID = LAYOUT.offsets.policyId
const VNI = LAYOUT.offsets.vni
const RESERVED = LAYOUT.offsets.reserved

/**
 * Steps the cursor onto the inner frame.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated`, `NotCaptured` or `FlagMissing` (the I flag; G may be
 * clear).
 */
export function enter(cursor: Cursor): number {
  const at = cursor.position
  const next = at + LENGTH
  if (next > cursor.end) return cursor.failShort(LENGTH)
  if ((flags(cursor.view, at) & FLAG_I) === 0) return cursor.fail(Fault.FlagMissing)
  cursor.position = next
  return at
}

/** First byte, 0 to 255: {@link FLAG_G}, {@link FLAG_I} (draft-smith-vxlan-group-policy §2.1). */
export function flags(view: DataView, at: number): number {
  return view.getUint8(at + FLAGS)
}

/** Whether the header carries a policy: the G bit (draft-smith-vxlan-group-policy §2.1). */
export function hasPolicy(view: DataView, at: number): boolean {
  return (view.getUint8(at + FLAGS) & FLAG_G) !== 0
}

/** Second byte, 0 to 255: {@link POLICY_FLAG_D}, {@link POLICY_FLAG_A} (draft-smith-vxlan-group-policy §2.1). */
export function policyFlags(view: DataView, at: number): number {
  return view.getUint8(at + POLICY_FLAGS)
}

/** Whether the egress VTEP must not learn the source: G and D bits (draft-smith-vxlan-group-policy §2.1). */
export function dontLearn(view: DataView, at: number): boolean {
  return hasPolicy(view, at) && (policyFlags(view, at) & POLICY_FLAG_D) !== 0
}

/** Whether the policy has been applied already: G and A bits (draft-smith-vxlan-group-policy §2.1). */
export function policyApplied(view: DataView, at: number): boolean {
  return hasPolicy(view, at) && (policyFlags(view, at) & POLICY_FLAG_A) !== 0
}

/** Group policy id, 0 to 65 535; valid when {@link hasPolicy} (draft-smith-vxlan-group-policy §2.1). */
export function policyId(view: DataView, at: number): number {
  return view.getUint16(at + POLICY_ID)
}

/** VXLAN Network Identifier, 0 to 16 777 215 (RFC 7348 §5). */
export function vni(view: DataView, at: number): number {
  return view.getUint32(at + VNI) >>> 8 // One load, together with the reserved byte behind it.
}

/** The last byte, reserved (RFC 7348 §5). */
export function reserved(view: DataView, at: number): number {
  return view.getUint8(at + RESERVED)
}

/** Copies the header out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    flags: flags(view, at),
    policyFlags: policyFlags(view, at),
    policyId: policyId(view, at),
    vni: vni(view, at),
    reserved: reserved(view, at),
  }
}

/**
 * Writes the header and steps the cursor over it. Flags and reserved bits are written as given.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('vxlan-gbp.flags', header.flags, 8)
  checkUint('vxlan-gbp.policyFlags', header.policyFlags, 8)
  checkUint('vxlan-gbp.policyId', header.policyId, 16)
  checkUint('vxlan-gbp.vni', header.vni, 24)
  checkUint('vxlan-gbp.reserved', header.reserved, 8)
  checkRoom('vxlan-gbp', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + FLAGS, header.flags)
  view.setUint8(at + POLICY_FLAGS, header.policyFlags)
  view.setUint16(at + POLICY_ID, header.policyId)
  setUint24(view, at + VNI, header.vni)
  view.setUint8(at + RESERVED, header.reserved)
}

/**
 * A header for `vni` with the G and I flags set and everything reserved zero.
 * @param policyFlags - {@link POLICY_FLAG_D} and {@link POLICY_FLAG_A} or-ed; 0 unless given.
 */
export function header(vni: number, policyId: number, policyFlags = 0): Header {
  return { flags: FLAG_G | FLAG_I, policyFlags, policyId, vni, reserved: 0 }
}
