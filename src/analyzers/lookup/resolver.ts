/**
 * The one place where a packet's keys are looked up: from its layers, or, of the first packet of a path on the fast path, from
 * the words of the path's key. The latest paths are remembered, so that most packets need no table.
 */

import { NONE } from '../../codecs/core/fault.ts'
import * as arp from '../../codecs/headers/arp.ts'
import * as ethernet from '../../codecs/link/ethernet.ts'
import { EtherType } from '../../codecs/link/ethernet.ts'
import type { FrameLayer, IpLayer } from '../../codecs/walk/layers.ts'
import { FlowClass, type Keys } from '../tables/keys.ts'
import { HostCache } from './host-cache.ts'
import { InnerFragments } from './inner-fragments.ts'
import type { Observation } from './observation.ts'
import { OuterCache } from './outer-cache.ts'
import { isToGroup, Path, Shape, Wide } from './path-key.ts'
import { PathBit, type Paths } from './paths.ts'

/** A saved resolver: what it caches is made anew. */
export type ResolverState = ReturnType<InnerFragments['save']>

/** Looks up the rows of one packet after another. */
export class Resolver {
  readonly #fragments: InnerFragments
  readonly #outer = new OuterCache()
  readonly #hosts = new HostCache()

  /** @param datagrams - Inner datagrams in fragments that are followed at a time. */
  constructor(
    private readonly keys: Keys,
    private readonly paths: Paths,
    datagrams: number,
  ) {
    this.#fragments = new InnerFragments(datagrams)
  }

  /** Sets the rows of a tunnel packet that the filter keeps. */
  resolve(o: Observation): void {
    if (this.paths.lookup(o)) return
    this.#lookUp(o)
    this.paths.insert(o, o.destinationId !== NONE && this.keys.isMulticast(o.destinationId))
  }

  /**
   * Sets the rows of an eligible packet whose path is not known, and remembers the path. Every table has room for them.
   * @param o - Its layers are not looked at; `macAtVtepRow` is set where {@link rememberHost} has told it.
   * @param words - Holds the path's key from `from` on.
   * @param hash - The key's hash.
   * @returns Offset of the path's record; `NONE` for a packet to a group, which takes the slow path.
   */
  open(o: Observation, words: Int32Array, from: number, hash: number): number {
    if (isToGroup(words, from)) return NONE
    const reverse = this.paths.findReverse(words, from, hash)
    if (reverse === NONE) this.#lookUpOuter(o, words, from)
    else this.#takeOuter(o, reverse)
    const kindVni = words[from + Path.KindVni]!
    const macHighVlan = words[from + Path.MacHighVlan]!
    if (!this.#hosts.lookup(o, kindVni, macHighVlan, words[from + Path.MacLow]!)) {
      o.vlansRow = this.#tag(macHighVlan & 0xffff)
      this.#resolveMac(o, kindVni, o.vlansRow, macHighVlan >>> 16, words[from + Path.MacLow]!)
    }
    if (reverse === NONE) this.#lookUpInner(o, words, from)
    else this.#takeInner(o, reverse)
    return this.paths.keep(o, words, from, hash)
  }

  /**
   * Remembers the row of a MAC at its VTEP, for further paths of the same host.
   * @param o - A packet that {@link open} has set the rows of, by the words of the same key.
   */
  insertHost(o: Observation, words: Int32Array, from: number, macAtVtepRow: number): void {
    const kindVni = words[from + Path.KindVni]!
    this.#hosts.insert(o, kindVni, words[from + Path.MacHighVlan]!, words[from + Path.MacLow]!, macAtVtepRow)
  }

  save(): ResolverState {
    return this.#fragments.save()
  }

  restore(state: ResolverState): void {
    this.paths.clear()
    this.#outer.clear()
    this.#hosts.clear()
    this.#fragments.restore(state)
  }

  #lookUp(o: Observation): void {
    const { layers } = o
    const kindVni = (layers.tunnel << 24) | layers.vni
    const { view, outerIp } = layers
    if (outerIp.version === 4) {
      this.#resolveOuterIpv4(o, kindVni, view.getInt32(outerIp.sourceAt), view.getInt32(outerIp.destinationAt))
    } else {
      o.sourceId = this.keys.ipv6Id(view, outerIp.sourceAt)
      o.destinationId = this.keys.ipv6Id(view, outerIp.destinationAt)
      this.#resolveOuter(o, kindVni)
    }
    const { innerFrame, innerView } = layers
    const stack = this.#vlanStack(innerFrame)
    o.vlansRow = stack
    if (stack === NONE) {
      this.keys.macs.dropped++
      this.keys.flows.dropped++
      return
    }
    if (innerFrame.at !== NONE) {
      const high = ethernet.sourceHigh16(innerView, innerFrame.at)
      this.#resolveMac(o, kindVni, stack, high, ethernet.sourceLow32(innerView, innerFrame.at))
    }
    this.#resolveFlow(o, kindVni, stack)
  }

  #lookUpOuter(o: Observation, words: Int32Array, from: number): void {
    const { keys } = this
    const kindVni = words[from + Path.KindVni]!
    if ((words[from + Path.Shape]! & Shape.OuterIpv6) === 0) {
      this.#resolveOuterIpv4(o, kindVni, words[from + Path.OuterSource]!, words[from + Path.OuterDestination]!)
      return
    }
    o.sourceId = keys.ipv6IdOf(words, from + Path.OuterSource, from + Wide.OuterSource)
    o.destinationId = keys.ipv6IdOf(words, from + Path.OuterDestination, from + Wide.OuterDestination)
    this.#resolveOuter(o, kindVni)
  }

  #lookUpInner(o: Observation, words: Int32Array, from: number): void {
    const { keys } = this
    const shape = words[from + Path.Shape]!
    if ((shape & Shape.InnerIpv6) === 0) {
      o.innerSourceId = keys.ipv4Id(words[from + Path.InnerSource]!)
      o.innerDestinationId = keys.ipv4Id(words[from + Path.InnerDestination]!)
    } else {
      o.innerSourceId = keys.ipv6IdOf(words, from + Path.InnerSource, from + Wide.InnerSource)
      o.innerDestinationId = keys.ipv6IdOf(words, from + Path.InnerDestination, from + Wide.InnerDestination)
    }
    const ports = words[from + Path.InnerPorts]!
    const kindVni = words[from + Path.KindVni]!
    this.#flowRow(o, kindVni, o.vlansRow, FlowClass.WithPorts | (shape & 0xff), ports >>> 16, ports & 0xffff)
  }

  /** Takes the rows of VNI and tunnel endpoints from the path the other way, whose record is at `at`. */
  #takeOuter(o: Observation, at: number): void {
    const { i32 } = this.paths
    o.vniRow = i32[at + Path.Vni]!
    o.pairRow = i32[at + Path.Pair]!
    o.routeRow = i32[at + Path.Route]!
    o.sourceId = i32[at + Path.DestinationId]!
    o.destinationId = i32[at + Path.SourceId]!
    o.pairForward = o.sourceId === o.destinationId || (i32[at + Path.Bits]! & PathBit.PairForward) === 0
  }

  /** Takes the rows of the inner addresses and the flow from the path the other way; a host that talks to itself does it between two ports. */
  #takeInner(o: Observation, at: number): void {
    const { i32 } = this.paths
    o.innerSourceId = i32[at + Path.InnerDestinationId]!
    o.innerDestinationId = i32[at + Path.InnerSourceId]!
    o.flowRow = i32[at + Path.Flow]!
    o.flowForward = (i32[at + Path.Bits]! & PathBit.FlowForward) === 0
  }

  #resolveOuterIpv4(o: Observation, kindVni: number, source: number, destination: number): void {
    if (this.#outer.lookup(o, kindVni, source, destination)) return
    o.sourceId = this.keys.ipv4Id(source)
    o.destinationId = this.keys.ipv4Id(destination)
    this.#resolveOuter(o, kindVni)
    this.#outer.insert(o, kindVni, source, destination)
  }

  /** Rows of the VNI and, by the address ids that are set, of the two tunnel endpoints. */
  #resolveOuter(o: Observation, kindVni: number): void {
    const { vnis, pairs, routes } = this.keys
    vnis.key[0] = kindVni >>> 24
    vnis.key[1] = kindVni & 0xff_ffff
    o.vniRow = vnis.row()
    if (o.sourceId === NONE || o.destinationId === NONE) {
      // Without their addresses they find no row either.
      pairs.dropped++
      routes.dropped++
      return
    }
    o.pairForward = this.keys.compareAddresses(o.sourceId, o.destinationId) <= 0
    const a = o.pairForward ? o.sourceId : o.destinationId
    const b = o.pairForward ? o.destinationId : o.sourceId
    pairs.key[0] = a
    pairs.key[1] = b
    o.pairRow = pairs.row()
    routes.key[0] = kindVni
    routes.key[1] = a
    routes.key[2] = b
    o.routeRow = routes.row()
  }

  /** Row of a frame's VLAN ids without the priority tags (VID 0); two ids share a word. */
  #vlanStack(frame: FrameLayer): number {
    const { key } = this.keys.vlanStacks
    key.fill(0)
    let depth = 0
    for (let tag = 0; tag < frame.tagCount; tag++) {
      const id = frame.vlanIds[tag]!
      if (id === 0) continue
      const word = depth >> 1
      key[word] = key[word]! | (depth % 2 === 0 ? id << 12 : id)
      depth++
    }
    return this.keys.vlanStacks.row()
  }

  /** Row of the stack of one VLAN id; 0 is a priority tag, or none. */
  #tag(id: number): number {
    const { vlanStacks } = this.keys
    vlanStacks.key.fill(0)
    vlanStacks.key[0] = id << 12
    return vlanStacks.row()
  }

  #resolveMac(o: Observation, kindVni: number, stack: number, high16: number, low32: number): void {
    const mac = this.keys.macId(high16, low32)
    const { macs } = this.keys
    if (mac === NONE) {
      macs.dropped++
      return
    }
    macs.key[0] = kindVni & 0xff_ffff
    macs.key[1] = stack
    macs.key[2] = mac
    o.macRow = macs.row()
  }

  #ipSource(view: DataView, ip: IpLayer): number {
    return ip.version === 4 ? this.keys.ipv4Id(view.getInt32(ip.sourceAt)) : this.keys.ipv6Id(view, ip.sourceAt)
  }

  #ipDestination(view: DataView, ip: IpLayer): number {
    if (ip.version === 4) return this.keys.ipv4Id(view.getInt32(ip.destinationAt))
    return this.keys.ipv6Id(view, ip.destinationAt)
  }

  #resolveFlow(o: Observation, kindVni: number, stack: number): void {
    const { layers } = o
    const { innerIp, innerView, innerFrame } = layers
    if (innerIp.at !== NONE) {
      o.innerSourceId = this.#ipSource(innerView, innerIp)
      o.innerDestinationId = this.#ipDestination(innerView, innerIp)
      if (innerIp.protocol !== NONE) this.#resolveIpFlow(o, kindVni, stack)
    } else if (layers.innerArp !== NONE) {
      o.innerSourceId = this.keys.ipv4Id(arp.senderProtocol(innerView, layers.innerArp))
      o.innerDestinationId = this.keys.ipv4Id(arp.targetProtocol(innerView, layers.innerArp))
      this.#flowRow(o, kindVni, stack, FlowClass.Arp, NONE, NONE)
    } else if (innerFrame.at !== NONE && innerFrame.etherType !== NONE && !isDissected(innerFrame.etherType)) {
      const { at, etherType } = innerFrame
      o.innerSourceId = this.keys.macId(ethernet.sourceHigh16(innerView, at), ethernet.sourceLow32(innerView, at))
      o.innerDestinationId = this.keys.macId(
        ethernet.destinationHigh16(innerView, at),
        ethernet.destinationLow32(innerView, at),
      )
      const word = FlowClass.Ether + (ethernet.isLength(etherType) ? 0 : etherType)
      this.#flowRow(o, kindVni, stack, word, NONE, NONE)
    }
  }

  /** A later fragment joins the row of its first one, where that was seen; otherwise a row without ports. */
  #resolveIpFlow(o: Observation, kindVni: number, stack: number): void {
    const { layers } = o
    const { innerIp, innerView, innerPorts } = layers
    if (innerIp.fragmentOffset > 0) {
      if (this.#fragments.lookup(o, kindVni, stack)) return
      this.#flowRow(o, kindVni, stack, innerIp.protocol, NONE, NONE)
      return
    }
    if (innerPorts === NONE) this.#flowRow(o, kindVni, stack, innerIp.protocol, NONE, NONE)
    else {
      const source = innerView.getUint16(innerPorts)
      this.#flowRow(
        o,
        kindVni,
        stack,
        FlowClass.WithPorts | innerIp.protocol,
        source,
        innerView.getUint16(innerPorts + 2),
      )
    }
    if (innerIp.moreFragments) this.#fragments.insert(o, kindVni, stack)
  }

  #flowRow(
    o: Observation,
    kindVni: number,
    stack: number,
    protocol: number,
    source: number,
    destination: number,
  ): void {
    const { flows } = this.keys
    if (o.innerSourceId === NONE || o.innerDestinationId === NONE) {
      flows.dropped++
      return
    }
    const order = this.keys.compareAddresses(o.innerSourceId, o.innerDestinationId)
    const forward = order === 0 ? source <= destination : order < 0
    const { key } = flows
    key[0] = kindVni
    key[1] = stack
    key[2] = protocol
    key[3] = forward ? o.innerSourceId : o.innerDestinationId
    key[4] = forward ? o.innerDestinationId : o.innerSourceId
    key[5] = source === NONE ? 0 : forward ? (source << 16) | destination : (destination << 16) | source
    o.flowForward = forward
    o.flowRow = flows.row()
  }
}

/** Whether a frame has addresses of its own behind it; where those could not be read, the frame belongs to no flow. */
function isDissected(etherType: number): boolean {
  return etherType === EtherType.IPv4 || etherType === EtherType.IPv6 || etherType === EtherType.Arp
}
