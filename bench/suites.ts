/** Which captures and subjects belong together. */
import { type CaptureOptions, DEFAULT_CAPTURE } from './capture-options.ts'

/** One capture and what is run on it. */
export interface Plan {
  options: CaptureOptions
  subjects: readonly string[]
}

const LARGE: CaptureOptions = { ...DEFAULT_CAPTURE, packets: 7_000_000 }
const FULL: CaptureOptions = { ...DEFAULT_CAPTURE, snapLength: 0 }
const OURS = ['command', 'c']

/** Everything that the README's promises need: hours on a slow machine because of tshark, minutes without it. */
const PROMISES: readonly Plan[] = [
  { options: LARGE, subjects: ['commands', 'tcpdump', 'c', 'gopacket', 'tshark-conv'] },
  { options: DEFAULT_CAPTURE, subjects: ['cases', 'analyzers', 'commands', 'peers'] },
  ...[2_000_000, 4_000_000].map((packets) => ({ options: { ...LARGE, packets }, subjects: OURS })),
  ...[1_000, 10_000, 1_000_000].map((flows) => ({ options: { ...LARGE, flows }, subjects: OURS })),
  { options: FULL, subjects: ['commands', 'tcpdump', 'c', 'gopacket'] },
  { options: { ...FULL, packets: 500_000 }, subjects: OURS },
  ...[1_000, 10_000, 250_000].map((flows) => ({ options: { ...FULL, flows }, subjects: OURS })),
]

/** A million flows need four million packets. */
const MANY: CaptureOptions = { ...FULL, packets: 4_000_000 }

/** Growth alone: packets, then flows, each of one and the same otherwise; beside the C program, which pays for memory too. */
const FLAT: readonly Plan[] = [
  ...[1_000_000, 2_000_000, 4_000_000, 7_000_000].map((packets) => ({
    options: { ...LARGE, packets },
    subjects: OURS,
  })),
  ...[1_000, 10_000, 1_000_000].map((flows) => ({ options: { ...LARGE, flows }, subjects: OURS })),
  ...[1_000_000, 4_000_000, 7_000_000].map((packets) => ({ options: { ...FULL, packets }, subjects: OURS })),
  ...[1_000, 10_000, 1_000_000].map((flows) => ({ options: { ...MANY, flows }, subjects: OURS })),
]

const SUITES: Readonly<Record<string, readonly Plan[]>> = { promises: PROMISES, flat: FLAT }

/**
 * The suite that is called so.
 * @param shrink - Divides packets and flows of every capture, to try the suite out.
 * @throws Error when there is none.
 */
export function suite(name: string, shrink = 1): readonly Plan[] {
  const plans = SUITES[name]
  if (plans === undefined) throw new Error(`there is no suite ${name}; there are: ${Object.keys(SUITES).join(', ')}`)
  return plans.map(({ options, subjects }) => ({
    options: {
      ...options,
      packets: Math.ceil(options.packets / shrink),
      flows: Math.max(1, Math.floor(options.flows / shrink)),
    },
    subjects,
  }))
}
