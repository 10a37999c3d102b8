/**
 * The tree of one packet while it grows, and where in the packet its walk is: the list that takes the next layer, the
 * windows around the cursor with their names, depth of tunnels and quotes. The modules beside it know the headers.
 */
import { Cursor } from '../core/cursor.ts'
import { Fault } from '../core/fault.ts'
import type { Layout } from '../core/layout.ts'
import type { TunnelPorts } from '../walk/dissect.ts'
import { explain, explainRefusal, type FaultExplanation, type Limit } from '../walk/explain-fault.ts'
import { MAX_CARRIERS } from '../walk/layers.ts'
import { counted, type DescribedField, describeFields, hexAt, type Sayings, wholeField } from './describe-field.ts'

/** One header, with its fields and what it carries. */
export interface DescribedLayer {
  /** What the layer is: `ethernet`, `vlan`, `ipv4`, `vxlan-gbp`, `payload`, `padding`, `undecoded` … */
  readonly name: string
  /** Tunnels around it: 0 for the underlay, 1 for the overlay, more in nested tunnels. */
  readonly depth: number
  /** Whether it is part of a packet that an ICMP error quotes: not traffic. */
  readonly quoted: boolean
  /** Bytes from the packet's first byte to the layer's. */
  readonly offset: number
  /** Bytes of the header with its options, of the data for `payload`; as the wire carried them, captured or not. */
  readonly length: number
  /** The header in one line. */
  readonly text: string
  /** The fields of the header, in the order of the wire. */
  readonly fields: readonly DescribedField[]
  /** What a tunnel carries, or an ICMP error quotes; empty elsewhere. */
  readonly layers: readonly DescribedLayer[]
}

/** Where tunnels and quotes go on: headers that carry what lies below them in the order of the modules. */
export interface Steps {
  /** An Ethernet frame. */
  readonly frame: (tree: Tree) => void
  /** What an EtherType announces. */
  readonly network: (tree: Tree, etherType: number) => void
  /** What an EtherType announces, behind the VLAN tags that it may announce first. */
  readonly tags: (tree: Tree, etherType: number) => void
}

/** Most tunnels and quotes within one another that are followed; a further one is a `TooDeep` fault. */
export const MAX_NESTING = 16

/** A quote's end on the wire is not known: as far as IP says. */
const BOUNDLESS = 0x3fff_ffff

/** How far the walk may go in the layer at hand. */
export interface Window {
  /** First offset past the captured bytes. */
  readonly end: number
  /** First offset past the bytes on the wire. */
  readonly wireEnd: number
  /** How many limits bound it: headers that state a length, and the frame. */
  readonly limits: number
}

/** The tree of one packet; whoever adds a header has stepped the cursor over it. */
export class Tree {
  /** The outermost layers. */
  readonly layers: DescribedLayer[] = []
  /** What stopped the reading, in walking order. */
  readonly faults: FaultExplanation[] = []
  /** Where the walk is, and how far it may go. */
  readonly cursor: Cursor
  /** The bytes that the packet lies in. */
  readonly view: DataView
  /** Offset of the packet's first byte in the view. */
  readonly origin: number
  /** Which UDP ports are a tunnel’s. */
  readonly ports: TunnelPorts
  /** How the walk goes on inside tunnels and quotes. */
  readonly steps: Steps
  private list = this.layers
  private readonly limits: Limit[]
  private depth = 0
  private nesting = 0
  /** Carriers in one another so far, inside the same tunnel. */
  private carriers = 0
  /** VLAN tags of the frame at hand. */
  tagCount = 0
  private quoted = false

  /**
   * Begins a tree without layers, the cursor on the packet's first byte.
   * @param at - Offset of the packet's first byte.
   * @param captured - Bytes captured, at most `wireLength`.
   * @param wireLength - Bytes that the wire carried.
   */
  constructor(view: DataView, at: number, captured: number, wireLength: number, ports: TunnelPorts, steps: Steps) {
    this.view = view
    this.origin = at
    this.ports = ports
    this.steps = steps
    this.cursor = new Cursor().reset(view, at, at + captured, at + wireLength)
    this.limits = [{ name: 'frame', end: at + wireLength }]
  }

  /** Adds a header that is its fixed part alone. */
  header<K extends string>(name: string, layout: Layout<K>, sayings: Sayings<K>, at: number, text: string): void {
    this.add(name, at, layout.span, text, describeFields(layout, sayings, this.view, at, this.origin))
  }

  /** Adds a header with its fields, and what it carries. */
  add(
    name: string,
    at: number,
    length: number,
    text: string,
    fields: readonly DescribedField[],
    layers: readonly DescribedLayer[] = [],
  ): void {
    const { depth, quoted } = this
    this.list.push({ name, depth, quoted, offset: at - this.origin, length, text, fields, layers })
  }

  /**
   * Describes the packet that an ICMP error quotes: its end is where the quote ends, not where its own lengths say.
   * @param stated - Bytes of the quote, 0 where the message does not say.
   * @returns Its layers, which belong into the message's.
   */
  quote(stated: number, carried: () => void): DescribedLayer[] {
    const { cursor } = this
    if (cursor.position >= cursor.end) return []
    const before = this.window()
    const wireEnd = stated === 0 ? cursor.wireEnd : Math.min(cursor.wireEnd, cursor.position + stated)
    const end = Math.min(cursor.end, wireEnd)
    const quoted = this.quoted
    const layers = this.inside('quote', () => {
      this.quoted = true
      // Bytes behind the quote are not missing from the wire: they were left out, as a snap length leaves them out.
      cursor.end = end
      cursor.wireEnd = cursor.position + BOUNDLESS
      carried()
    })
    this.quoted = quoted
    this.restore(before)
    cursor.position = wireEnd
    return layers
  }

  /** A tunnel header and what it carries, one deeper. */
  tunnel(
    name: string,
    at: number,
    length: number,
    text: string,
    fields: readonly DescribedField[],
    carried: () => void,
  ): void {
    this.depth++
    const layers = this.inside(name, carried)
    this.depth--
    this.add(name, at, length, text, fields, layers)
  }

  /**
   * Counts a carrier: what is not an overlay itself is not one deeper.
   * @param name - Of the header that is refused where there are too many.
   * @returns Whether to go on.
   */
  carries(name: string): boolean {
    if (this.carriers < MAX_CARRIERS) {
      this.carriers++
      return true
    }
    this.cursor.fail(Fault.TooDeep)
    this.refuse(this.named(name))
    return false
  }

  private inside(name: string, carried: () => void): DescribedLayer[] {
    const outside = this.list
    const { carriers, tagCount } = this
    this.list = []
    this.carriers = 0
    this.tagCount = 0
    this.nesting++
    if (this.nesting > MAX_NESTING) {
      this.cursor.fail(Fault.TooDeep)
      this.refuse(this.named(name))
    } else {
      carried()
    }
    this.nesting--
    const layers = this.list
    this.list = outside
    this.carriers = carriers
    this.tagCount = tagCount
    return layers
  }

  /** Notes an IP length, and a fault where it exceeds what is around it. @returns Whether it does. */
  stated(name: string, at: number, length: number, frameEnd: number): boolean {
    const end = at + length
    const beyond = end > frameEnd
    if (beyond && !this.quoted) {
      const limit = this.limits.find((one) => one.end === frameEnd)?.name ?? 'window'
      this.faults.push(explain(name, Fault.LengthBeyondPacket, at - this.origin, length, frameEnd - at, limit))
    }
    this.limits.push({ name, end })
    return beyond
  }

  /** Why checksums over an IP payload cannot be verified, `null` where they can. */
  doubt(isFragment: boolean, beyond: boolean): string | null {
    if (isFragment) return 'fragment'
    if (beyond) return 'truncated'
    if (this.cursor.end >= this.cursor.wireEnd) return null
    return this.quoted ? 'not quoted in full' : 'not captured in full'
  }

  /** The name of a layer as faults have it: `inner.ipv4`. */
  named(name: string): string {
    if (this.quoted) return `quoted.${name}`
    if (this.depth === 0) return `outer.${name}`
    return `${this.depth === 1 ? 'inner' : `inner${this.depth}`}.${name}`
  }

  /** The name of a tunnel header as faults have it; the outermost has no prefix. */
  tunnelNamed(name: string): string {
    return this.depth === 0 && !this.quoted ? name : this.named(name)
  }

  /** Notes why a header was refused; what is left of the window stays undecoded. */
  refuse(name: string): void {
    const found = explainRefusal(this.cursor, name, this.origin, this.limits)
    // A quote ends where its sender ended it.
    if (!(this.quoted && found.fault === Fault.NotCaptured)) this.faults.push(found)
    this.undecoded()
  }

  /** Notes a link layer that nothing here knows; nothing of the packet is described. */
  unknown(fault: Fault): void {
    this.faults.push(explain('link', fault, 0, null, null, null))
    this.undecoded()
  }

  private undecoded(): void {
    this.rest('undecoded')
  }

  /** Adds what is left of the window as data that is not looked into. */
  payload(name = 'payload'): void {
    this.rest(name)
  }

  /** Adds what is left of the window as one layer without fields, and steps over it. */
  rest(name: string): void {
    const { cursor } = this
    // A quote's real end is not known; a first fragment's datagram, and what a tunnel in it carries, ends in another packet.
    const wireEnd = this.quoted ? cursor.end : Math.min(cursor.wireEnd, ...this.limits.map(({ end }) => end))
    const length = wireEnd - cursor.position
    if (length <= 0) return
    const captured = Math.max(0, Math.min(cursor.end, wireEnd) - cursor.position)
    const text = captured < length ? `${counted(length, 'bytes')}, ${captured} captured` : counted(length, 'bytes')
    this.add(name, cursor.position, length, text, [])
    cursor.position = wireEnd
  }

  /** A field of bytes that have no further form. */
  rawField(name: string, at: number, length: number): DescribedField {
    return wholeField(name, at - this.origin, length, hexAt(this.view, at, length), counted(length, 'bytes'))
  }

  /** Bytes of a header that are in the packet: of a quoted one only the quote's part. */
  present(at: number, length: number): number {
    return this.quoted ? Math.min(length, this.cursor.end - at) : length
  }

  /** Where the walk is, for {@link padding} to go back to. */
  window(): Window {
    const { end, wireEnd } = this.cursor
    return { end, wireEnd, limits: this.limits.length }
  }

  /** Lets the window end where a header says; {@link padding} goes back. */
  narrow(name: string, end: number): void {
    const { cursor } = this
    cursor.wireEnd = end
    cursor.end = Math.min(cursor.end, end)
    this.limits.push({ name: this.named(name), end })
  }

  private restore({ end, wireEnd, limits }: Window): void {
    this.cursor.end = end
    this.cursor.wireEnd = wireEnd
    this.limits.length = limits
  }

  /** Goes back to an enclosing window; what of it lies behind the layers just described is padding. */
  padding(before: Window, name = 'padding'): void {
    this.restore(before)
    this.rest(name)
  }
}
