/** Who there is: tenants (VNIs), tunnel endpoints and guests, all by arithmetic on their index. */
import type { CaptureOptions } from './capture-options.ts'

/** Irrational steps, one per property, so that shares are met and properties of one VNI do not go together. */
const GOLDEN = 0.618_033_988_75
const ROOT_2 = 0.414_213_562_37
const ROOT_3 = 0.732_050_807_57
const ROOT_5 = 0.236_067_977_5

/** Tenants and tunnel endpoints. */
export class Network {
  /** Guests of each VNI that TCP and UDP flows are spread over. */
  readonly hosts: number
  /** How many endpoints talk IPv4; they have the lowest indexes. */
  readonly ipv4Vteps: number
  readonly #options: CaptureOptions

  constructor(options: CaptureOptions) {
    this.#options = options
    this.hosts = Math.max(8, Math.ceil(options.flows / options.vnis / 10))
    const wanted = Math.round(options.vteps * options.ipv6Underlay)
    this.ipv4Vteps =
      options.ipv6Underlay === 0 ? options.vteps : Math.max(2, Math.min(options.vteps - wanted, options.vteps - 2))
  }

  /** The 24-bit number of a VNI: far apart, not in order. */
  vni(index: number): number {
    return (4096 + index * 7919) & 0xff_ffff
  }

  isIpv6Underlay(index: number): boolean {
    return this.ipv4Vteps < this.#options.vteps && isChosen(index, GOLDEN, this.#options.ipv6Underlay)
  }

  isIpv6Overlay(index: number): boolean {
    return isChosen(index, ROOT_2, this.#options.ipv6Overlay)
  }

  /** VLAN id that a VNI's guests tag their frames with, 0 for none. */
  innerVlan(index: number): number {
    return isChosen(index, ROOT_3, this.#options.innerVlans) ? 100 + (index % 3900) : 0
  }

  /** VLAN id of the underlay between two endpoints, 0 for none. */
  outerVlan(left: number, right: number): number {
    return isChosen(left + right, ROOT_5, this.#options.outerVlans) ? 200 : 0
  }

  /** The endpoint that a guest lives behind. It never moves. */
  vtepOf(vniIndex: number, host: number): number {
    const { ipv4Vteps } = this
    const place = host + vniIndex * 7
    if (this.isIpv6Underlay(vniIndex)) return ipv4Vteps + (place % (this.#options.vteps - ipv4Vteps))
    return place % ipv4Vteps
  }

  /** Whether an endpoint talks IPv6. */
  isIpv6Vtep(vtep: number): boolean {
    return vtep >= this.ipv4Vteps
  }
}

/** Whether `index` belongs to the share of all indexes that has a property. */
function isChosen(index: number, step: number, share: number): boolean {
  return (0.5 + index * step) % 1 < share
}
