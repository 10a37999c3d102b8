/** CAPTURE_CUT_SHORT: the file ends inside a record, as after Ctrl-C or a full disk. */
import type { Words } from './finding.ts'
import { grouped } from './grouped.ts'

/** Which file ends where. */
export interface CutShort {
  file: string
  offset: number
  detail: string
  /** Packets that were whole. */
  packets: number
}

export const captureCutShort: Words<CutShort> = {
  code: 'CAPTURE_CUT_SHORT',
  severity: 'note',
  meaning: 'A capture file ends in the middle of a record.',
  advice: 'No action needed after Ctrl-C; otherwise copy the file again, or capture with tcpdump -U.',
  evidence: 'The file ends between the first and the last byte of a record.',
  title: ({ facts }) => `${facts.file} ends in the middle of a record`,
  observed: ({ facts }) => `${facts.file}: the record at offset ${facts.offset} is incomplete: ${facts.detail}.`,
  inferred: ({ facts }) =>
    `The capture program was stopped while it wrote, the disk was full, or the copy is incomplete. ` +
    (facts.packets === 1
      ? 'The one whole packet before it is counted.'
      : `All ${grouped(facts.packets)} whole packets before it are counted.`),
  remedy: () =>
    'No action needed if the capture was ended with Ctrl-C. Otherwise copy the file again, or capture with tcpdump -U so that every packet is written at once.',
  displayFilter: () => '',
}
