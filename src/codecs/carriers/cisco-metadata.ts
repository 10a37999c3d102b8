/**
 * Cisco metadata, the security group tag in the frame (type 0x8909; draft-smith-kandula-sxp-05 §3): six bytes and the type of
 * what follows.
 */
import type { Cursor } from '../core/cursor.ts'
import { field, layout } from '../core/layout.ts'
import { checkRoom, checkUint } from '../core/range.ts'

/** Cisco metadata, without the identifier in front of it, as a plain object. */
export interface Header {
  /** 1 so far. */
  version: number
  /** Length of the options in units of their own: 1 for one of them. */
  length: number
  /** Length and type of the option, 16 bits: 1 for a security group tag. */
  option: number
  /** Security group tag, 16 bits. */
  securityGroup: number
  /** Type of what follows. */
  etherType: number
}

/** Wire order, declared once. */
export const LAYOUT = /* @__PURE__ */ layout<keyof Header>({
  version: field.u8,
  length: field.u8,
  option: field.u16,
  securityGroup: field.u16,
  etherType: field.u16,
})
/** Bytes that the metadata adds to a frame, the next type included. */
export const LENGTH = LAYOUT.span

const VERSION = LAYOUT.offsets.version
const OPTIONS = LAYOUT.offsets.length
const OPTION = LAYOUT.offsets.option
const GROUP = LAYOUT.offsets.securityGroup
const ETHER_TYPE = LAYOUT.offsets.etherType

/**
 * Steps the cursor over the metadata, onto whatever {@link etherType} names.
 * @returns Header offset, or `NONE` with `cursor.fault` set: `Truncated` or `NotCaptured`.
 */
export function enter(cursor: Cursor): number {
  if (cursor.end - cursor.position < LENGTH) return cursor.failShort(LENGTH)
  return cursor.claim(LENGTH)
}

/** Version, 8 bits. */
export function version(view: DataView, at: number): number {
  return view.getUint8(at + VERSION)
}

/** Length of the options, 8 bits. */
export function length(view: DataView, at: number): number {
  return view.getUint8(at + OPTIONS)
}

/** Length and type of the option, 16 bits. */
export function option(view: DataView, at: number): number {
  return view.getUint16(at + OPTION)
}

/** Security group tag, 16 bits. */
export function securityGroup(view: DataView, at: number): number {
  return view.getUint16(at + GROUP)
}

/** Type of what follows, 16 bits. */
export function etherType(view: DataView, at: number): number {
  return view.getUint16(at + ETHER_TYPE)
}

/** Copies the metadata out as a plain object. */
export function decode(view: DataView, at: number): Header {
  return {
    version: version(view, at),
    length: length(view, at),
    option: option(view, at),
    securityGroup: securityGroup(view, at),
    etherType: etherType(view, at),
  }
}

/**
 * Writes the metadata and steps the cursor over it.
 * @throws RangeError when a value does not fit its field or the header does not fit the window; nothing is written then.
 */
export function encode(cursor: Cursor, header: Header): void {
  checkUint('ciscoMetadata.version', header.version, 8)
  checkUint('ciscoMetadata.length', header.length, 8)
  checkUint('ciscoMetadata.option', header.option, 16)
  checkUint('ciscoMetadata.securityGroup', header.securityGroup, 16)
  checkUint('ciscoMetadata.etherType', header.etherType, 16)
  checkRoom('ciscoMetadata', cursor, LENGTH)
  const { view } = cursor
  const at = cursor.claim(LENGTH)
  view.setUint8(at + VERSION, header.version)
  view.setUint8(at + OPTIONS, header.length)
  view.setUint16(at + OPTION, header.option)
  view.setUint16(at + GROUP, header.securityGroup)
  view.setUint16(at + ETHER_TYPE, header.etherType)
}

/** Metadata for a security group, in front of `etherType`. */
export function header(securityGroup: number, etherType: number): Header {
  return { version: 1, length: 1, option: 1, securityGroup, etherType }
}
