/** CAPTURE_DROPS: the capture itself lost packets. */
import { amount, type Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'

/** What one file lost. */
export interface CaptureDrops {
  file: string
  /** Packets that it holds. */
  packets: number
  /** Packets that its interfaces received, the lost ones included; `null` when it does not say. */
  received: number | null
}

export const captureDrops: Words<CaptureDrops> = {
  code: 'CAPTURE_DROPS',
  severity: 'warning',
  meaning:
    'The capture program lost packets, so packets that seem lost in the network may only be missing from the capture.',
  advice: 'Capture again with a larger buffer, a capture filter or a snap length, onto a faster disk.',
  evidence:
    'The interface statistics of a pcapng file count dropped packets (if_drop, os_drop). A pcap file cannot tell.',
  title: ({ count, facts }) => `Capture drops: ${facts.file} lost ${amount(count, 'packet')}`,
  observed: ({ count, facts }) =>
    `${facts.file} holds ${amount(facts.packets, 'packet')}; its interface statistics say that ${amount(count, 'more was', 'more were')} dropped, ${share(count, facts)}.`,
  inferred: () =>
    'Gaps may lie in the capture and not in the network. Findings about loss, missing answers and missing fragments carry less weight.',
  remedy: () =>
    'Capture again with a larger buffer (tcpdump -B 65536, dumpcap -B 64), a capture filter (udp port 4789) or headers only (-s 192), and write to a fast local disk.',
  displayFilter: () => '',
}

/** The lost packets as a share of what was received; of what was captured and lost where the statistics cannot be right or silent. */
function share(dropped: number, { packets, received }: CaptureDrops): string {
  const isStated = received !== null && received >= dropped
  const whole = isStated ? received : packets + dropped
  const percent = (100 * dropped) / whole
  const rounded = percent < 0.01 ? 'less than 0.01' : String(Math.round(percent * 100) / 100)
  return isStated
    ? `${rounded} % of the ${grouped(whole)} received`
    : `${rounded} % of the ${grouped(whole)} captured or dropped`
}
