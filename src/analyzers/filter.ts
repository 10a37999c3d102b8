/** Which tunnel packets the summary's tables keep: by VNI and by VTEP. */
import { parseAddress } from '../codecs/address.ts'
import * as ipv6 from '../codecs/ipv6.ts'
import type { IpLayer, Layers } from '../codecs/layers.ts'
import { VNI_MAX } from '../codecs/vxlan.ts'
import { checkGiven, checkInteger, checkList, checkTexts } from '../option.ts'

const _SOURCE = ipv6.LAYOUT.offsets.source
const _DESTINATION = ipv6.LAYOUT.offsets.destination

/** An empty list keeps everything. */
export interface FilterOptions {
  /** VNIs, 0 to 16 777 215. */
  vnis: readonly number[]
  /** Outer IPv4 or IPv6 addresses, source or destination. */
  vteps: readonly string[]
}

/** A filter on VNI and outer addresses. */
export class Filter {
  readonly #vnis: ReadonlySet<number> | null
  readonly #ipv4: readonly number[]
  readonly #ipv6: readonly DataView[]
  readonly #anyVtep: boolean

  /** @throws RangeError for a VNI out of range or a VTEP that is not an IP address, TypeError for a wrong type. */
  constructor({ vnis, vteps }: FilterOptions) {
    checkGiven('vnis', vnis)
    checkGiven('vteps', vteps)
    checkList('vnis', vnis, (name, vni) => checkInteger(name, vni, 0, VNI_MAX))
    checkTexts('vteps', vteps, parseAddress)
    this.#vnis = vnis.length === 0 ? null : new Set(vnis)
    const views = vteps.map(parseAddress).map((bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length))
    this.#ipv4 = views.filter((view) => view.byteLength === 4).map((view) => view.getInt32(0))
    this.#ipv6 = views.filter((view) => view.byteLength === 16)
    this.#anyVtep = vteps.length === 0
  }

  /** Whether nothing is left out. */
  get keepsAll(): boolean {
    return this.#vnis === null && this.#anyVtep
  }

  /** Whether a tunnel packet is kept. */
  keeps(layers: Layers): boolean {
    if (this.#vnis !== null && !this.#vnis.has(layers.vni)) return false
    return this.#anyVtep || this.#keepsVtep(layers.view, layers.outerIp)
  }

  /** Whether a datagram outside any valid tunnel is let through: it has no VNI that could be asked for. */
  keepsOutside(layers: Layers): boolean {
    return this.#vnis === null && (this.#anyVtep || this.#keepsVtep(layers.view, layers.outerIp))
  }

  #keepsVtep(view: DataView, ip: IpLayer): boolean {
    if (ip.version === 4) {
      const { sourceAt, destinationAt } = ip
      return this.#ipv4.includes(view.getInt32(sourceAt)) || this.#ipv4.includes(view.getInt32(destinationAt))
    }
    return this.#ipv6.some((vtep) => isAt(vtep, view, ip.sourceAt) || isAt(vtep, view, ip.destinationAt))
  }
}

function isAt(address: DataView, view: DataView, at: number): boolean {
  for (let i = 0; i < 16; i += 4) if (address.getInt32(i) !== view.getInt32(at + i)) return false
  return true
}
