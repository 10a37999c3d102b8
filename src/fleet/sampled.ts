/**
 * A sample of each direction's packets, chosen by digest, so that all points that a packet passes choose it or leave it out. Each direction
 * has its own mask: what two points share of a direction does not depend on what else passes them.
 */
import { finalize } from '../analyzers/tables/hash.ts'

/** Sightings of a direction, and of all directions of a point; with more, each keeps half as many, one at least. */
export const MOST_OF_DIRECTION = 256
export const MOST_POINT_SIGHTINGS = 4_096
/** Halvings of kinds that are kept: as many as the class of a key has bits. */
const MOST_HALVINGS = 31
/** Numbers of a saved sighting: direction, key, whether there was another one, time in two parts, and four counts. */
const SAVED = 9

/** A packet of the sample, with what its direction had counted up to it. */
export interface Sampled {
  /** Whether another packet had the same key, so that neither can be told. */
  again: boolean
  seconds: number
  nanoseconds: number
  packets: number
  payload: number
  twins: number
  twinPayload: number
}

/** One direction's part of the sample. */
export interface DirectionSample {
  /** How often the kinds of packets that are kept were halved. */
  halvings: number
  readonly byKey: Map<number, Sampled>
}

/** A saved sample. */
export interface SampledState {
  most: number
  /** By direction. */
  halvings: Uint8Array
  sightings: Float64Array
}

/** Whether a key is in a sample of which so many halves were left out. */
export function isSampled(key: number, halvings: number): boolean {
  return (finalize((key >>> 0) ^ Math.floor(key / 2 ** 32)) & (2 ** halvings - 1)) === 0
}

/** The sample of one point. */
export class PointSample {
  /** Sightings that a direction may have. */
  #most = MOST_OF_DIRECTION
  #count = 0
  readonly #directions: DirectionSample[] = []

  /** Takes a packet in, if its key says so. @param key - 52 bits. */
  add(direction: number, key: number, sighting: () => Sampled): void {
    const sample = this.of(direction)
    if (!isSampled(key, sample.halvings)) return
    const known = sample.byKey.get(key)
    if (known !== undefined) {
      known.again = true
      return
    }
    sample.byKey.set(key, sighting())
    this.#count++
    this.#thin(sample)
    while (this.#count > MOST_POINT_SIGHTINGS && this.#most > 1) {
      this.#most = Math.floor(this.#most / 2)
      for (const each of this.#directions) if (each !== undefined) this.#thin(each)
    }
  }

  of(direction: number): DirectionSample {
    let sample = this.#directions[direction]
    if (sample === undefined) {
      sample = { halvings: 0, byKey: new Map() }
      this.#directions[direction] = sample
    }
    return sample
  }

  save(): SampledState {
    const halvings = Uint8Array.from({ length: this.#directions.length }, (_, index) => this.of(index).halvings)
    const sightings = new Float64Array(this.#count * SAVED)
    let at = 0
    for (const [direction, { byKey }] of this.#directions.entries()) {
      for (const [key, { again, seconds, nanoseconds, packets, payload, twins, twinPayload }] of byKey) {
        const words = [direction, key, again ? 1 : 0, seconds, nanoseconds, packets, payload, twins, twinPayload]
        sightings.set(words, at)
        at += SAVED
      }
    }
    return { most: this.#most, halvings, sightings }
  }

  restore({ most, halvings, sightings }: SampledState): void {
    this.#most = most
    this.#count = sightings.length / SAVED
    this.#directions.length = 0
    for (const [direction, halved] of halvings.entries()) this.of(direction).halvings = halved
    for (let at = 0; at < sightings.length; at += SAVED) {
      const [direction, key, again, seconds, nanoseconds, packets, payload, twins, twinPayload] = sightings.subarray(at)
      const sighting = { seconds, nanoseconds, packets, payload, twins, twinPayload } as Omit<Sampled, 'again'>
      this.of(direction!).byKey.set(key!, { again: again !== 0, ...sighting })
    }
  }

  #thin(sample: DirectionSample): void {
    while (sample.byKey.size > this.#most && sample.halvings < MOST_HALVINGS) {
      sample.halvings++
      for (const key of sample.byKey.keys()) {
        if (isSampled(key, sample.halvings)) continue
        sample.byKey.delete(key)
        this.#count--
      }
    }
  }
}

/** Whether something is a saved state of a {@link PointSample}, of so many directions. */
export function isSample(saved: SampledState | undefined, directions: number): saved is SampledState {
  if (!(saved?.sightings instanceof Float64Array && saved.halvings instanceof Uint8Array)) return false
  const { most, halvings, sightings } = saved
  if (!Number.isInteger(most) || most < 1 || most > MOST_OF_DIRECTION || sightings.length % SAVED !== 0) return false
  if (halvings.length > directions || halvings.some((halved) => halved > MOST_HALVINGS)) return false
  const isOfOne = (value: number): boolean => value >= 0 && value < halvings.length
  return sightings.every((value, index) => Number.isSafeInteger(value) && (index % SAVED > 0 || isOfOne(value)))
}
