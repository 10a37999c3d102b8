/**
 * Who talks to whom, and what each says next: TCP connections whose sequence numbers only ever go forwards, UDP and echo whose
 * requests are answered, ARP. One state machine per flow, its state in typed arrays, so that a million flows fit.
 */
import type { CaptureOptions } from './capture-options.ts'
import type { Network } from './network.ts'
import { Random, Zipf } from './random.ts'

/** What a flow speaks. */
export const Kind = { Tcp: 0, Udp: 1, Echo: 2, Arp: 3 } as const

/** TCP flags (RFC 9293 §3.1). */
export const Tcp = { Fin: 0x01, Syn: 0x02, Push: 0x08, Ack: 0x10 } as const

/** The MSS that guests announce over IPv4: inner packets of 1400 bytes, which fit any underlay of 1500 with room to spare. */
export const MSS = 1360
/** Bytes of the TCP timestamps option with its padding, which every segment but a SYN carries. */
export const TIMESTAMPS = 12

/** TCP client ports that a VNI uses before it goes on to the next server port. */
const CLIENT_PORTS = 28_232
const FIRST_CLIENT_PORT = 32_768
/** Ports without a well-known protocol behind them, so that no dissector takes the payload for something. */
const FIRST_SERVER_PORT = 23_456
/** Unacknowledged bytes at which the receiver must speak. */
const WINDOW = 60_000

/** What is said next; one object, filled anew by {@link Conversations.speak}. */
export interface Message {
  flow: number
  kind: number
  /** Whether the client says it. */
  forward: boolean
  vniIndex: number
  /** Guests within the VNI. */
  from: number
  to: number
  fromPort: number
  toPort: number
  flags: number
  sequence: number
  acknowledgment: number
  /** Bytes of payload behind the transport header. */
  payload: number
  /** IPv4 identification. */
  identification: number
  /** Counts the messages of an UDP flow, the exchanges of an echo flow. */
  count: number
}

/** All flows of a capture, known ones and those still to come. */
export class Conversations {
  /** Flows that have begun. */
  begun = 0
  readonly message: Message = {
    flow: 0,
    kind: 0,
    forward: true,
    vniIndex: 0,
    from: 0,
    to: 0,
    fromPort: 0,
    toPort: 0,
    flags: 0,
    sequence: 0,
    acknowledgment: 0,
    payload: 0,
    identification: 0,
    count: 0,
  }
  readonly #network: Network
  readonly #random: Random
  readonly #vnis: Zipf
  readonly #flows: Zipf
  /** Flows and lone guests of each VNI so far. */
  readonly #inVni: Int32Array
  readonly #loneHosts: Int32Array
  readonly #vniIndex: Int32Array
  readonly #kind: Uint8Array
  readonly #client: Int32Array
  readonly #server: Int32Array
  readonly #clientPort: Uint16Array
  readonly #serverPort: Uint16Array
  /** Exchanges so far: in TCP 0 to 2 is the handshake. */
  readonly #stage: Int32Array
  /** Next sequence number and last one acknowledged, of client and server. */
  readonly #next: Int32Array
  readonly #acknowledged: Int32Array
  readonly #identification: Uint16Array
  readonly #isUpload: Uint8Array

  constructor(options: CaptureOptions, network: Network) {
    const { flows, vnis, seed, skew } = options
    this.#network = network
    this.#random = new Random(seed ^ 0x5eed)
    this.#vnis = new Zipf(vnis, 0.6)
    this.#flows = new Zipf(flows, skew)
    this.#inVni = new Int32Array(vnis)
    this.#loneHosts = new Int32Array(vnis)
    this.#vniIndex = new Int32Array(flows)
    this.#kind = new Uint8Array(flows)
    this.#client = new Int32Array(flows)
    this.#server = new Int32Array(flows)
    this.#clientPort = new Uint16Array(flows)
    this.#serverPort = new Uint16Array(flows)
    this.#stage = new Int32Array(flows)
    this.#next = new Int32Array(flows * 2)
    this.#acknowledged = new Int32Array(flows * 2)
    this.#identification = new Uint16Array(flows * 2)
    this.#isUpload = new Uint8Array(flows)
  }

  /** Begins the next flow. @returns Its number. */
  begin(): number {
    const flow = this.begun++
    const random = this.#random
    // The first flows go round all VNIs, so that each has one.
    const vniIndex = flow < this.#inVni.length ? flow : this.#vnis.draw(random)
    const place = this.#inVni[vniIndex]!++
    const kind = this.#drawKind(vniIndex)
    this.#vniIndex[flow] = vniIndex
    this.#kind[flow] = kind
    // Flows without ports are told apart by a guest of their own, the others by client and server port.
    const hasPorts = kind === Kind.Tcp || kind === Kind.Udp
    const { hosts } = this.#network
    const client = hasPorts ? random.below(hosts) : hosts + this.#loneHosts[vniIndex]!++
    this.#client[flow] = client
    this.#server[flow] = this.#drawServer(vniIndex, client)
    if (hasPorts) {
      this.#clientPort[flow] = FIRST_CLIENT_PORT + (place % CLIENT_PORTS)
      this.#serverPort[flow] = FIRST_SERVER_PORT + Math.floor(place / CLIENT_PORTS) + (kind === Kind.Udp ? 1000 : 0)
    }
    this.#next[flow * 2] = random.word()
    this.#next[flow * 2 + 1] = random.word()
    this.#identification[flow * 2] = random.word()
    this.#identification[flow * 2 + 1] = random.word()
    this.#isUpload[flow] = random.below(4) === 0 ? 1 : 0
    return flow
  }

  /** A flow that has begun, the popular ones most often. */
  pick(): number {
    const rank = this.#flows.draw(this.#random)
    // Popular flows are not the first ones: their rows lie all over a table.
    const flow = (rank * 2_654_435_761) % this.#flows.count
    return flow < this.begun ? flow : flow % this.begun
  }

  /** How many messages in a row a flow has now: its first ones when it has just begun. */
  trainOf(flow: number): number {
    const isNew = this.#stage[flow] === 0
    if (this.#kind[flow] !== Kind.Tcp) return isNew || this.#kind[flow] !== Kind.Udp ? 2 : 2 + 2 * this.#random.below(3)
    return isNew ? 3 : 1 + this.#random.exponential(8)
  }

  /** Says a flow's next message, into {@link message}. */
  speak(flow: number): void {
    const { message } = this
    const kind = this.#kind[flow]!
    message.flow = flow
    message.kind = kind
    message.flags = 0
    message.sequence = 0
    message.acknowledgment = 0
    const stage = this.#stage[flow]!++
    if (kind === Kind.Tcp) this.#speakTcp(flow, stage)
    else {
      message.forward = stage % 2 === 0
      message.count = stage >> 1
      message.payload = kind === Kind.Udp ? this.#udpPayload(message.forward) : 56
    }
    const { forward } = message
    const client = this.#client[flow]!
    const server = this.#server[flow]!
    message.vniIndex = this.#vniIndex[flow]!
    message.from = forward ? client : server
    message.to = forward ? server : client
    message.fromPort = forward ? this.#clientPort[flow]! : this.#serverPort[flow]!
    message.toPort = forward ? this.#serverPort[flow]! : this.#clientPort[flow]!
    message.identification = this.#identification[flow * 2 + (forward ? 0 : 1)]!++
  }

  #drawKind(vniIndex: number): number {
    const percent = this.#random.below(100)
    if (percent < 86) return Kind.Tcp
    if (percent < 97) return Kind.Udp
    return percent < 99 || this.#network.isIpv6Overlay(vniIndex) ? Kind.Echo : Kind.Arp
  }

  /** A guest behind another endpoint than the client. */
  #drawServer(vniIndex: number, client: number): number {
    const network = this.#network
    const home = network.vtepOf(vniIndex, client)
    for (let host = this.#random.below(network.hosts); ; host = (host + 1) % network.hosts) {
      if (network.vtepOf(vniIndex, host) !== home) return host
    }
  }

  #udpPayload(forward: boolean): number {
    return forward ? 32 + this.#random.below(400) : 64 + this.#random.below(1200)
  }

  #speakTcp(flow: number, stage: number): void {
    if (stage === 0) this.#send(flow, true, Tcp.Syn, 0)
    else if (stage === 1) this.#send(flow, false, Tcp.Syn | Tcp.Ack, 0)
    else if (stage === 2) this.#send(flow, true, Tcp.Ack, 0)
    else this.#speakData(flow)
  }

  /** Data from the busy side, now and then from the other one; acknowledgments that always acknowledge something new. */
  #speakData(flow: number): void {
    const random = this.#random
    const isBusyForward = this.#isUpload[flow] === 1
    const pending = this.#pending(flow, isBusyForward)
    const dice = random.below(100)
    if (pending > 0 && (dice < 30 || pending > WINDOW)) {
      this.#send(flow, !isBusyForward, Tcp.Ack, 0)
    } else if (dice < 85) {
      const full = MSS - TIMESTAMPS - 20 * Number(this.#network.isIpv6Overlay(this.#vniIndex[flow]!))
      const payload = random.below(4) > 0 ? full : 1 + random.below(full)
      this.#send(flow, isBusyForward, payload === full ? Tcp.Ack : Tcp.Ack | Tcp.Push, payload)
    } else {
      this.#send(flow, !isBusyForward, Tcp.Ack | Tcp.Push, 40 + random.below(400))
    }
  }

  /** Bytes that a side sent and the other one has not acknowledged. */
  #pending(flow: number, forward: boolean): number {
    return (this.#next[flow * 2 + (forward ? 0 : 1)]! - this.#acknowledged[flow * 2 + (forward ? 0 : 1)]!) | 0
  }

  #send(flow: number, forward: boolean, flags: number, payload: number): void {
    const { message } = this
    const sender = flow * 2 + (forward ? 0 : 1)
    const receiver = flow * 2 + (forward ? 1 : 0)
    message.forward = forward
    message.flags = flags
    message.payload = payload
    message.sequence = this.#next[sender]!
    if ((flags & Tcp.Ack) !== 0) {
      message.acknowledgment = this.#next[receiver]!
      this.#acknowledged[receiver] = this.#next[receiver]!
    }
    this.#next[sender] = (this.#next[sender]! + payload + ((flags & Tcp.Syn) !== 0 ? 1 : 0)) | 0
  }
}
