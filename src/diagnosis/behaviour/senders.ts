/**
 * Which program a VTEP's datagrams look like, as far as two habits tell: whether its IPv4 packets are numbered, and which source
 * ports it takes. Evidence: any capture point before an address translation. What misleads: settings of source ports, and the
 * habits of makers that nobody has looked at: the words say “like”, and no finding rests on it.
 */
import type { Analysis } from '../../analyzers/analysis.ts'
import { Numbering } from '../../analyzers/counters/senders.ts'
import type { Program } from '../../findings/words/sender.ts'

/** Ports of Linux's default ip_local_port_range, out of which its tunnels take theirs; Open vSwitch ends one above. */
const FIRST_LOCAL = 32_768
const LAST_LOCAL = 61_000
/** The range that RFC 7348 §5 recommends begins here: who keeps to it is neither of the two. */
const FIRST_DYNAMIC = 49_152
/** Source ports that show a habit. */
const LEAST_PORTS = 2

/** What was seen of one VTEP. */
interface Habits {
  ports: number
  zero: number
  counting: number
  lowest: number
  highest: number
}

/** Programs by the VTEP's address id; looked at when first asked. */
export class Programs {
  #habits: ReadonlyMap<number, Habits> | null = null

  constructor(private readonly analysis: Analysis) {}

  /** What an address id sends like; `null` when nothing tells. */
  of(vtep: number): Program | null {
    this.#habits ??= habitsOf(this.analysis)
    const habits = this.#habits.get(vtep)
    if (habits === undefined || habits.ports < LEAST_PORTS) return null
    const { ports, zero, counting, lowest, highest } = habits
    if (lowest < FIRST_LOCAL || lowest >= FIRST_DYNAMIC || highest > LAST_LOCAL) return null
    if (zero === ports) return 'ovs'
    // A counter passes 0 once in 65,536 packets.
    return counting === ports || (counting > 1 && zero === 1) ? 'linux' : null
  }
}

function habitsOf({ keys, ports }: Analysis): Map<number, Habits> {
  const all = new Map<number, Habits>()
  for (const { pair, direction, port, numbering } of ports.sourcePorts()) {
    const vtep = keys.pairs.word(pair, direction)
    let habits = all.get(vtep)
    if (habits === undefined) {
      habits = { ports: 0, zero: 0, counting: 0, lowest: port, highest: port }
      all.set(vtep, habits)
    }
    habits.ports++
    if (numbering === Numbering.Zero) habits.zero++
    else if (numbering === Numbering.Counting) habits.counting++
    habits.lowest = Math.min(habits.lowest, port)
    habits.highest = Math.max(habits.highest, port)
  }
  return all
}
