/**
 * Which side packets pass first. No clock is needed for it: of two opposite directions the far clock's reading less the near one's is
 * larger, by both delays, in the one that goes from near to far; and where routers lie between, the outer TTL falls.
 */
import type { Directions } from '../reading/directions.ts'
import type { Surveyed } from '../reading/survey.ts'
import type { Pair } from './pairs.ts'

/** Pairs of one direction that are looked at. */
const MOST_ASKED = 2_000

/** For each row of directions whether near is passed first. */
export class Orientation {
  /** 1 where near is passed first, -1 where far is. */
  readonly #sign: Int8Array
  /** Which rows something tells of. */
  readonly #isVoted: boolean[]
  readonly #directions: Directions

  /** @param group - A row's group: rows that lead into each other go the same way. */
  constructor(directions: Directions, pairs: readonly Pair[], group: (row: number) => number, surveyed: Surveyed) {
    this.#directions = directions
    this.#sign = new Int8Array(directions.count)
    const votes = this.#vote(pairs, group)
    for (let row = 0; row < directions.count; row++)
      this.#sign[row] = Math.sign(votes.get(this.#nameOf(group(row))) ?? 0)
    this.#followBack()
    this.#isVoted = Array.from(this.#sign, (sign) => sign !== 0)
    this.#followHosts()
    this.#followSight(surveyed)
  }

  /** Whether packets of the row, or of the way back, tell which way it goes. */
  isVoted(row: number): boolean {
    return this.#isVoted[row]!
  }

  isForth(row: number): boolean {
    return this.#sign[row]! >= 0
  }

  /** Sums what pairs say, by the ends of their group's first row. */
  #vote(pairs: readonly Pair[], group: (row: number) => number): Map<string, number> {
    const byEnds = new Map<string, Pair[]>()
    for (const pair of pairs) {
      const name = this.#nameOf(group(pair.near.direction))
      const list = byEnds.get(name)
      if (list === undefined) byEnds.set(name, [pair])
      else if (list.length < MOST_ASKED) list.push(pair)
    }
    const votes = new Map<string, number>()
    for (const [name, list] of byEnds) {
      list.sort((left, right) => left.near.time - right.near.time)
      let vote = 0
      // Hops tell for certain, and their votes outweigh those of time.
      for (const { near, far } of list) vote += Math.sign(near.ttl - far.ttl) * 4
      const back = byEnds.get(backOf(name))
      if (back !== undefined) vote += later(list, back)
      votes.set(name, vote)
    }
    return votes
  }

  /** What is not known of a direction is known from the way back. */
  #followBack(): void {
    const known = new Map<string, number>()
    for (let row = 0; row < this.#sign.length; row++) {
      if (this.#sign[row] !== 0) known.set(this.#nameOf(row), this.#sign[row]!)
    }
    for (let row = 0; row < this.#sign.length; row++) {
      if (this.#sign[row] !== 0) continue
      const name = this.#nameOf(row)
      this.#sign[row] = known.get(name) ?? -(known.get(backOf(name)) ?? 0)
    }
  }

  /** A host whose packets pass near first in other directions does so in this one. */
  #followHosts(): void {
    const votes = new Map<string, number>()
    const add = (host: string, vote: number): void => {
      votes.set(host, (votes.get(host) ?? 0) + vote)
    }
    for (let row = 0; row < this.#sign.length; row++) {
      const sign = this.#sign[row]!
      add(this.#directions.from(row), sign)
      add(this.#directions.to(row), -sign)
    }
    for (let row = 0; row < this.#sign.length; row++) {
      if (this.#sign[row] !== 0) continue
      const vote = (votes.get(this.#directions.from(row)) ?? 0) - (votes.get(this.#directions.to(row)) ?? 0)
      this.#sign[row] = Math.sign(vote)
    }
  }

  /** What only one side has passes it first; of two ways without any delay the first goes forth. */
  #followSight({ near, far }: Surveyed): void {
    const taken = new Map<string, number>()
    for (let row = 0; row < this.#sign.length; row++) {
      const name = this.#nameOf(row)
      if (this.#sign[row] === 0) {
        const isNear = near.seen[row] !== undefined
        const isFar = far.seen[row] !== undefined
        this.#sign[row] = isNear === isFar ? -(taken.get(backOf(name)) ?? -1) : isNear ? 1 : -1
      }
      taken.set(name, this.#sign[row]!)
    }
  }

  #nameOf(row: number): string {
    return `${this.#directions.from(row)} ${this.#directions.to(row)}`
  }
}

/** Ends the other way round. */
function backOf(name: string): string {
  return name.split(' ').reverse().join(' ')
}

/** How many more pairs are later than the nearest ones of the way back than earlier, by the difference of their clocks' readings. */
function later(pairs: readonly Pair[], back: readonly Pair[]): number {
  const others = [...back].sort((left, right) => left.near.time - right.near.time)
  let vote = 0
  let at = 0
  for (const pair of pairs) {
    const { time } = pair.near
    while (
      at + 1 < others.length &&
      Math.abs(others[at + 1]!.near.time - time) <= Math.abs(others[at]!.near.time - time)
    )
      at++
    vote += Math.sign(differenceOf(pair) - differenceOf(others[at]!))
  }
  return vote
}

/** The far clock's reading less the near one's. */
export function differenceOf({ near, far }: Pair): number {
  return far.time - near.time
}
