/** From what a person gives the page to what the worker is asked: files in their order, each with a name of its own, and options. */
import { compareNames } from '../src/capture/files/natural-order.ts'
import type { Input, Settings } from './messages.ts'

/** A file as a browser hands it over. */
interface Named extends Blob {
  readonly name: string
}

/**
 * Files in the order in which a rotated set was written, whatever order they were dropped in; those of one name are told apart.
 * A browser tells no paths.
 */
export function inputsOf(files: readonly Named[]): Input[] {
  const sorted = [...files].sort((left, right) => compareNames(left.name, right.name))
  const given = new Set(sorted.map(({ name }) => name))
  const taken = new Set<string>()
  return sorted.map((blob) => {
    let name = blob.name
    for (let count = 2; taken.has(name) || (name !== blob.name && given.has(name)); count++)
      name = `${blob.name} (${count})`
    taken.add(name)
    return { name, blob }
  })
}

/** Nothing asked for. */
export const NO_SETTINGS: Settings = { ports: [], underlayMtu: null, mergeByTime: false }

/** Options as they stand in their fields. */
export interface Typed {
  ports: string
  underlayMtu: string
  mergeByTime: boolean
}

/** Fields that are empty. */
export const NOTHING_TYPED: Typed = { ports: '', underlayMtu: '', mergeByTime: false }

/** What is wrong with what stands in the fields: the field, and the command's refusal; `null` where nothing is. */
export interface Mistakes {
  ports: string | null
  underlayMtu: string | null
}

/** Options of what stands in the fields. What is wrong is refused and never left out: nothing is read before it is right. */
export function settingsIn({ ports, underlayMtu, mergeByTime }: Typed): { settings: Settings; mistakes: Mistakes } {
  const [list, mtu] = [portsIn(ports), mtuIn(underlayMtu)]
  return {
    settings: { ports: list ?? [], underlayMtu: mtu ?? null, mergeByTime },
    mistakes: {
      ports: list === null ? `'${ports.trim()}': expected whole numbers from 1 to ${MOST_PORT}, with commas` : null,
      underlayMtu:
        mtu === undefined
          ? `'${underlayMtu.trim()}': expected a whole number from ${LEAST_MTU} to ${MOST_MTU}, or nothing`
          : null,
    },
  }
}

const MOST_PORT = 65_535
/** As for `--underlay-mtu`. */
const LEAST_MTU = 68
const MOST_MTU = 65_535

/** Ports as people list them: `4790, 8472`. @returns `null` for what is no such list. */
export function portsIn(text: string): number[] | null {
  const words = text.split(/[\s,;]+/).filter((word) => word !== '')
  const ports = words.map(Number)
  return words.every((word) => /^\d+$/.test(word)) && ports.every((port) => port >= 1 && port <= MOST_PORT)
    ? ports
    : null
}

/** An MTU as it was typed. @returns `null` for none, `undefined` for what is none. */
export function mtuIn(text: string): number | null | undefined {
  const word = text.trim()
  if (word === '') return null
  const mtu = Number(word)
  return /^\d+$/.test(word) && mtu >= LEAST_MTU && mtu <= MOST_MTU ? mtu : undefined
}
