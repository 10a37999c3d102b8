// The part of npm buffer-layout that layout.ts uses; the package ships no types. Never part of the published declarations.
declare module 'buffer-layout' {
  export interface Node {
    span: number
    property?: string
    decode(bytes: Uint8Array, offset?: number): unknown
    offsetOf?(property: string): number | undefined
  }
  export interface Bits extends Node {
    addField(bits: number, property: string): unknown
  }
  export function u8(property?: string): Node
  export function u16be(property?: string): Node
  export function u24be(property?: string): Node
  export function u32be(property?: string): Node
  export function u48be(property?: string): Node
  export function blob(length: number, property?: string): Node
  export function bits(word: Node, msb: boolean, property?: string): Bits
  export function struct(fields: Node[], property?: string): Node & { offsetOf(property: string): number | undefined }
}
