/** Counts by fixed steps of time, aligned to the epoch, so that those of all points can be held against each other; bounded. */

/** Milliseconds of the shortest step. */
export const SHORTEST_STEP = 100
/** Steps with packets of all directions of a point; with more, a step takes twice the time. */
export const MOST_STEPS = 16_384
/** Doublings after which nobody asks for more: a step is three thousand years then. */
const MOST_DOUBLINGS = 40
/** Numbers of a saved cell: direction, step, packets, payload, and both of what was recorded twice. */
const CELL = 6

/** What is counted in one step. */
export interface Cell {
  packets: number
  payload: number
  /** Those of them that are another record of the same packet, if the capture records packets twice. */
  twins: number
  twinPayload: number
}

/** Saved steps. */
export interface StepsState {
  doublings: number
  cells: Float64Array
}

/** Steps of all directions of one point. */
export class Steps {
  /** How often the shortest step was doubled. */
  doublings = 0
  #cells = 0
  readonly #byDirection: Map<number, Cell>[] = []

  get milliseconds(): number {
    return SHORTEST_STEP * 2 ** this.doublings
  }

  /** The cell of a direction at a time, empty at first. */
  at(direction: number, seconds: number, nanoseconds: number): Cell {
    const shortest = seconds * (1000 / SHORTEST_STEP) + Math.floor(nanoseconds / (SHORTEST_STEP * 1_000_000))
    const cell = this.#cell(direction, Math.floor(shortest / 2 ** this.doublings))
    if (this.#cells <= MOST_STEPS || this.doublings === MOST_DOUBLINGS) return cell
    while (this.#cells > MOST_STEPS && this.doublings < MOST_DOUBLINGS) this.#double()
    return this.#cell(direction, Math.floor(shortest / 2 ** this.doublings))
  }

  /** Cells of a direction in order of time. */
  of(direction: number): [step: number, cell: Cell][] {
    return [...(this.#byDirection[direction] ?? [])].sort(([left], [right]) => left - right)
  }

  save(): StepsState {
    const cells = new Float64Array(this.#cells * CELL)
    let at = 0
    for (const [direction, steps] of this.#byDirection.entries()) {
      for (const [step, { packets, payload, twins, twinPayload }] of steps ?? []) {
        cells.set([direction, step, packets, payload, twins, twinPayload], at)
        at += CELL
      }
    }
    return { doublings: this.doublings, cells }
  }

  restore({ doublings, cells }: StepsState): void {
    this.doublings = doublings
    this.#byDirection.length = 0
    this.#cells = 0
    for (let at = 0; at + CELL <= cells.length; at += CELL) {
      const [direction, step, packets, payload, twins, twinPayload] = cells.subarray(at, at + CELL)
      Object.assign(this.#cell(direction!, step!), { packets, payload, twins, twinPayload })
    }
  }

  #cell(direction: number, step: number): Cell {
    let steps = this.#byDirection[direction]
    if (steps === undefined) {
      steps = new Map()
      this.#byDirection[direction] = steps
    }
    let cell = steps.get(step)
    if (cell === undefined) {
      cell = { packets: 0, payload: 0, twins: 0, twinPayload: 0 }
      steps.set(step, cell)
      this.#cells++
    }
    return cell
  }

  #double(): void {
    this.doublings++
    const before = [...this.#byDirection]
    this.#byDirection.length = 0
    this.#cells = 0
    for (const [direction, steps] of before.entries()) {
      for (const [step, cell] of steps ?? []) {
        const into = this.#cell(direction, Math.floor(step / 2))
        into.packets += cell.packets
        into.payload += cell.payload
        into.twins += cell.twins
        into.twinPayload += cell.twinPayload
      }
    }
  }
}

/** Steps of one point in steps so many times longer. @param doublings - How often they are doubled. */
export function coarser(
  steps: readonly (readonly [number, number, number])[],
  doublings: number,
): [number, number, number][] {
  const sums: [number, number, number][] = []
  for (const [step, packets, payload] of steps) {
    const longer = Math.floor(step / 2 ** doublings)
    const last = sums.at(-1)
    if (last !== undefined && last[0] === longer) {
      last[1] += packets
      last[2] += payload
    } else sums.push([longer, packets, payload])
  }
  return sums
}

/** Whether something is a saved state of {@link Steps}, of so many directions. */
export function isSteps(saved: StepsState | undefined, directions: number): saved is StepsState {
  if (!(saved?.cells instanceof Float64Array) || saved.cells.length % CELL !== 0) return false
  const { doublings, cells } = saved
  if (!Number.isInteger(doublings) || doublings < 0 || doublings > MOST_DOUBLINGS) return false
  return cells.every((value, index) => Number.isSafeInteger(value) && (index % CELL > 0 || isBelow(value, directions)))
}

function isBelow(value: number, most: number): boolean {
  return value >= 0 && value < most
}
