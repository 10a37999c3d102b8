/** TIME_DAMAGED: times in a capture file that cannot be what the file says they are. */
import { frames, type Words } from '../finding.ts'

/** What is wrong with the times of one file, or of all. */
export interface TimeDamaged {
  /** The file with nanoseconds under the microsecond magic; empty where times are outside the years 0000 to 9999. */
  file: string
}

export const timeDamaged: Words<TimeDamaged> = {
  code: 'TIME_DAMAGED',
  severity: 'note',
  meaning:
    'Timestamps in a capture file do not match its header: nanoseconds under the microsecond magic, or an impossible year.',
  advice: 'Tell the maintainer of the capture program; convert the file before other tools read its times.',
  evidence:
    'A fraction of a second of 1,000,000 or more in a classic pcap file whose magic says microseconds; or a time outside the years 0000 to 9999.',
  title: ({ facts }) =>
    facts.file === ''
      ? 'Times are outside the years 0000 to 9999'
      : `${facts.file} has nanosecond timestamps under the microsecond magic`,
  observed: ({ facts, packets }) =>
    facts.file === ''
      ? 'The first or the last time of the capture has no year of four digits, and is given as null.'
      : `${facts.file}: the header says microseconds, but from packet ${packets[0]} on the fraction of a second is 1,000,000 or more. It is read as nanoseconds from there on.`,
  inferred: ({ facts }) =>
    facts.file === ''
      ? 'A clock or a time offset in the file (if_tsoffset) is wrong. Times between packets of one interface are right.'
      : 'The capture program wrote nanoseconds under the magic number for microseconds. Other tools read these times as up to 1,000 seconds later than they were, and packets out of order. Round-trip times here are right from that packet on; an earlier fraction below 1,000,000 was read as microseconds.',
  remedy: ({ facts }) =>
    facts.file === ''
      ? 'Correct the times with editcap -t <seconds>, or capture again with the right clock.'
      : 'On a copy of the file, write the nanosecond magic 0xa1b23c4d into the first four bytes (in the byte order of the file), or set the capture program to microseconds.',
  displayFilter: ({ packets }) => frames(packets),
}
