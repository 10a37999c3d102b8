/** CAPTURE_DROPS: the capture itself lost packets. */
import { amount, type Words } from './finding.ts'

/** What one file lost. */
export interface CaptureDrops {
  file: string
  /** Packets that it holds. */
  packets: number
}

export const captureDrops: Words<CaptureDrops> = {
  code: 'CAPTURE_DROPS',
  severity: 'warning',
  meaning: 'The capture program lost packets, so what seems lost in the network may only be missing here.',
  advice: 'Capture again with a larger buffer, a capture filter or a snap length, onto a faster disk.',
  evidence:
    'The interface statistics of a pcapng file count dropped packets (if_drop, os_drop). A pcap file cannot tell.',
  title: ({ count, facts }) => `The capture ${facts.file} lost ${amount(count, 'packet')}`,
  observed: ({ count, facts }) =>
    `${facts.file} holds ${amount(facts.packets, 'packet')}; its interface statistics say that ${amount(count, 'more was', 'more were')} dropped.`,
  inferred: () =>
    'Gaps in what follows may be the capture’s. Findings about loss, missing answers and missing fragments are weaker for it.',
  remedy: () =>
    'Capture again with a larger buffer (tcpdump -B 65536, dumpcap -B 64), only the tunnel (udp port 4789), or the headers alone (-s 192), and write to a fast local disk.',
  displayFilter: () => '',
}
