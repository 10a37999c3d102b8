/** CAPTURE_FILE_MISSING: by their numbers, files of a rotation are not among those that were read. */
import { amount, type Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'

/** What is missing of one rotation. */
export interface FilesMissing {
  /** The files on both sides of the first gap. */
  before: string
  after: string
  /** Numbers that are missing there. */
  first: number
  last: number
  /** Gaps in all, and files that were read. */
  gaps: number
  files: number
}

export const captureFileMissing: Words<FilesMissing> = {
  code: 'CAPTURE_FILE_MISSING',
  severity: 'warning',
  meaning:
    'The captures were rotated and numbered, and numbers are missing between those that were read: so are the packets of that time.',
  advice: 'Give the missing files too, in their order; where they are gone, read the rest as separate captures.',
  evidence:
    'File names that tcpdump -C and -W or dumpcap -b make (x.pcap, x.pcap1, x.pcap2; x_00001_20261122071617.pcap) count by one, and leave numbers out. Names by time (tcpdump -G) cannot tell: an interval without packets has no file. A gap in time is no proof.',
  title: ({ count, facts }) =>
    `${amount(count, 'file', 'files')} of a rotation ${count === 1 ? 'is' : 'are'} missing ${facts.gaps === 1 ? '' : 'first '}between ${facts.before} and ${facts.after}`,
  observed: ({ facts }) =>
    `${grouped(facts.files)} files count by one, and behind ${facts.before} comes ${facts.after}: ${facts.first === facts.last ? `number ${facts.first} is` : `numbers ${facts.first} to ${facts.last} are`} missing${facts.gaps === 1 ? '' : `, and there are ${grouped(facts.gaps - 1)} more such gaps`}.`,
  inferred: () =>
    'What passed in that time was captured and is not counted here. Connections, requests and datagrams that reach across the gap look incomplete; findings about loss and missing answers carry less weight.',
  remedy: () =>
    'Read the files again with the missing ones, in order. A state that was saved behind the gap cannot take them up: begin anew, or from the state before it.',
  displayFilter: () => '',
}
