/** CAPTURE_APPENDED: classic captures put together with cat, of which other programs read the first alone. */
import { amount, type Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'

/** One file with more than one file header. */
export interface Appended {
  file: string
  /** How many captures it holds. */
  captures: number
  /** Packets of the first capture, and number of the first packet behind it. */
  first: number
  next: number
  /** Bytes before the second file header, in the uncompressed file. */
  offset: number
  isCompressed: boolean
}

export const captureAppended: Words<Appended> = {
  code: 'CAPTURE_APPENDED',
  severity: 'note',
  meaning:
    'A capture file holds several captures appended to each other; all are counted here, but other programs read the first one only.',
  advice: 'Split the file before you open it in Wireshark; join captures with mergecap, not with cat.',
  evidence:
    'A file header of classic pcap where the next record or the end of the file is due, or in a record that is cut.',
  title: ({ facts }) => `${facts.file} holds ${grouped(facts.captures)} captures appended to each other`,
  observed: ({ facts }) =>
    `${facts.file}: another file header at offset ${facts.offset}${facts.isCompressed ? ' of the uncompressed data' : ''}, behind ${amount(facts.first, 'packet')}${facts.captures > 2 ? `, and ${grouped(facts.captures - 2)} more behind that` : ''}.`,
  inferred: ({ facts }) =>
    `Captures were joined with cat. All of their packets are counted here; Wireshark, tshark and tcpdump read ${facts.first === 0 ? 'none of them' : facts.first === 1 ? 'only the first' : `only the first ${grouped(facts.first)}`}, so display filters find no packet from number ${facts.next} on.`,
  remedy: ({ facts }) =>
    `To see the rest in Wireshark, cut it out: "${facts.isCompressed ? 'gzip -dc FILE | tail' : 'tail'} -c +${facts.offset + 1}${facts.isCompressed ? '' : ' FILE'} > rest.pcap"; its packet 1 is packet ${facts.next} here. Join captures with mergecap.`,
  displayFilter: () => '',
}
