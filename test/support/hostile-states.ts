/** States in which anything may stand, header and checksum right: what becomes of them. */
import { readFileSync } from 'node:fs'
import { bytesSource } from '../../src/capture/source.ts'
import { resumeState, StateError, Summarizer, saveState } from '../../src/node.ts'
import { random } from '../capture/files.ts'
import { fixture } from './goldens.ts'
import { heldBy, opened, sealed, stateOf } from './state-bytes.ts'

/** Captures with something of everything: pings, TCP, fragments, ICMP, ARP, tags, faults, several tunnels. */
const RICH = [
  'seed-ovs-h1.pcapng',
  'ovs-qinq-h1.pcap',
  'mtu-frag-h1.pcap',
  'mtu-dfunset-router-r.pcapng',
  'fault-malformed-h1.pcap',
  'kv-mixed-sw.pcapng',
  'ovs-geneve-h1.pcap',
].map(fixture)

/** What is read behind a state: it asks every table and ring. */
const BEHIND = ['kv-mixed-sw.pcapng', 'mtu-frag-h1.pcap', 'ovs-qinq-h1.pcap'].map(
  (name) => new Uint8Array(readFileSync(fixture(name))),
)

const LIMITS = {
  window: 256,
  datagrams: 64,
  flows: 4096,
  addresses: 4096,
  details: 4096,
  macs: 4096,
  requests: 1024,
  timeline: 4096,
}

/** A state with something in every part. */
export async function richState(): Promise<Uint8Array> {
  const summarizer = new Summarizer({ limits: LIMITS })
  for (const path of RICH) await summarizer.read(path, bytesSource(new Uint8Array(readFileSync(path))))
  return saveState(summarizer)
}

const EXTREMES = [0, -1, 1, 63, 64, 65_536, 2 ** 31 - 1, -(2 ** 31), 2 ** 32, 2 ** 53, 1e308, -1e308, 0.5]
const ODD = [Number.NaN, Number.POSITIVE_INFINITY, null, 'text', [], {}, true, new Int32Array(3), new Float64Array(1)]

type Holder = Record<string | number, unknown>

/** Every place of a value: in objects and lists. */
function placesOf(value: unknown, found: [Holder, string | number][] = []): [Holder, string | number][] {
  if (typeof value !== 'object' || value === null || ArrayBuffer.isView(value)) return found
  for (const key of Object.keys(value)) {
    const holder = value as Holder
    found.push([holder, key])
    placesOf(holder[key], found)
  }
  return found
}

/** The same state with one thing, or a few, that nobody saved. */
export function spoilt(state: Uint8Array, seed: number): Uint8Array {
  const next = random(seed)
  const pick = <T>(list: readonly T[]): T => list[Math.floor(next() * list.length)]!
  if (next() < 0.2) {
    const { content, documentLength } = opened(state)
    const times = 1 + Math.floor(next() * 4)
    for (let time = 0; time < times; time++) {
      // Half of them in the document, which is a small part.
      const at = Math.floor(next() * (next() < 0.5 ? documentLength : content.length))
      content[at] = pick([0, 0xff, 0x7f, 0x80, 0xdd, 0xdf, Math.floor(next() * 256)])
    }
    return sealed(next() < 0.1 ? content.subarray(0, Math.floor(next() * content.length)) : content, documentLength)
  }
  const value = heldBy(state)
  const places = placesOf(value)
  const arrays = places.filter(([holder, key]) => ArrayBuffer.isView(holder[key]))
  const full = arrays.filter(([holder, key]) => (holder[key] as Int32Array).length > 0)
  const times = 1 + Math.floor(next() * 3)
  for (let time = 0; time < times; time++) {
    const kind = next()
    if (kind < 0.2) {
      // What the entries of a ring say, its own words left as they are.
      const rings = full.filter(([holder, key]) => key === 'data' && holder.heads !== undefined)
      const { data, heads } = pick(rings)[0] as { data: Int32Array; heads: Int32Array }
      const stride = data.length / (heads.length / 4)
      const word = 4 + Math.floor(next() * (stride - 4))
      const number = pick(EXTREMES)
      for (let at = word; at < data.length; at += stride) data[at] = number
    } else if (kind < 0.5) {
      // Numbers in tables and rings: rows, ids, links, sizes, times.
      const [holder, key] = pick(full)
      const array = holder[key] as Int32Array | Float64Array
      const from = Math.floor(next() * array.length)
      const many = next() < 0.3 ? array.length : 1
      const number = pick(EXTREMES)
      for (let at = from; at < array.length && at < from + many; at++) array[at] = number
      if (array instanceof Float64Array && next() < 0.5)
        new Int32Array(array.buffer).fill(pick(EXTREMES), from * 2, from * 2 + many)
    } else if (kind < 0.6) {
      const [[one, first], [other, second]] = [pick(arrays), pick(arrays)]
      ;[one[first], other[second]] = [other[second], one[first]]
    } else if (kind < 0.65) {
      const [holder, key] = pick(places)
      delete holder[key]
    } else if (kind < 0.7) {
      const [holder] = pick(places.filter(([each]) => !Array.isArray(each)))
      const name = pick(['__proto__', 'constructor', 'toString', 'length', 'rows', 'x'])
      Object.defineProperty(holder, name, { value: pick(ODD), enumerable: true, configurable: true, writable: true })
    } else {
      const numbers = places.filter(([holder, key]) => typeof holder[key] === 'number')
      const [holder, key] = pick(next() < 0.7 ? numbers : places)
      holder[key] = next() < 0.7 ? pick(EXTREMES) : pick(ODD)
    }
  }
  try {
    return stateOf(value)
  } catch {
    // What cannot be written cannot come from elsewhere either.
    return state
  }
}

/**
 * Goes on from a state, reads captures and saves it again.
 * @returns What it came to: refused, found damaged later, or a summary.
 * @throws any error that is none of a state.
 */
export async function fate(state: Uint8Array): Promise<'refused' | 'damaged' | 'summary'> {
  let summarizer: Summarizer
  try {
    summarizer = await resumeState(state, { rows: 100 })
  } catch (error) {
    if (error instanceof StateError) return 'refused'
    throw error
  }
  try {
    JSON.stringify(summarizer.summary())
    for (const bytes of BEHIND) await summarizer.read('behind', bytesSource(bytes))
    JSON.stringify(summarizer.summary())
    await saveState(summarizer)
    return 'summary'
  } catch (error) {
    if (error instanceof StateError) return 'damaged'
    throw error
  }
}
