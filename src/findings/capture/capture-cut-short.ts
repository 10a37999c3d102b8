/** CAPTURE_CUT_SHORT: the file ends inside a record, as after Ctrl-C or a full disk. */
import type { Words } from '../finding.ts'
import { grouped } from '../words/grouped.ts'

/** Which file ends where. */
export interface CutShort {
  file: string
  offset: number
  detail: string
  /** Packets that were whole. */
  packets: number
  /** Whether the file goes on with another one that was appended to it. */
  isJoint: boolean
}

/** How the title says of a file that it is cut, and nothing was appended to it. */
export function cutShortTitle(file: string): string {
  return `${file} ends in the middle of a record`
}

export const captureCutShort: Words<CutShort> = {
  code: 'CAPTURE_CUT_SHORT',
  severity: 'note',
  meaning: 'A capture file, or one that another was appended to, ends in the middle of a record.',
  advice: 'No action needed after Ctrl-C; otherwise copy the file again, or capture with tcpdump -U.',
  evidence:
    'The file ends between the first and the last byte of a record, or a file header lies inside a record that no other record follows.',
  title: ({ facts }) =>
    facts.isJoint ? `${facts.file} holds a capture that ends in the middle of a record` : cutShortTitle(facts.file),
  observed: ({ facts }) => `${facts.file}: the record at offset ${facts.offset} is incomplete: ${facts.detail}.`,
  inferred: ({ facts }) =>
    facts.isJoint
      ? `A capture was cut, because its program was killed or the disk was full, and another one was appended to it. All whole packets are counted. The other capture is read on from its own file header; the incomplete record is left out, where other programs fill it with bytes of the other capture and show a packet that never was.`
      : `The capture program was stopped while it wrote, the disk was full, or the copy is incomplete. ` +
        (facts.packets === 1
          ? 'The one whole packet before it is counted.'
          : `All ${grouped(facts.packets)} whole packets before it are counted.`),
  remedy: ({ facts }) =>
    facts.isJoint
      ? 'No action needed for what is counted here. For other programs, split the file as CAPTURE_APPENDED says; they then read both parts.'
      : 'No action needed if the capture was ended with Ctrl-C. Otherwise copy the file again, or capture with tcpdump -U so that every packet is written at once.',
  displayFilter: () => '',
}
