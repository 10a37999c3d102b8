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

/** The suite that is called so. @throws Error when there is none. */
export function suite(name: string): readonly Plan[] {
  if (name !== 'promises') throw new Error(`there is no suite ${name}; there is: promises`)
  return PROMISES
}
