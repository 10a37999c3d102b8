/** CAPTURE_DAMAGED: an impossible record; nothing after it can be trusted, unless its lengths are sound. */
import { amount, type Words } from '../finding.ts'

/** Which file is damaged where. */
export interface Damaged {
  file: string
  offset: number
  detail: string
  /** Packets before the damage; all that were read where blocks were left out. */
  packets: number
  /** What lies there, where that is known: nothing but zeros, another capture file, or blocks that were left out. */
  cause: 'zeros' | 'appended' | 'blocks' | null
}

export const captureDamaged: Words<Damaged> = {
  code: 'CAPTURE_DAMAGED',
  severity: 'error',
  meaning:
    'A capture file contains an impossible record; nothing after it is counted. Only a pcapng block whose lengths are sound is left out by itself.',
  advice: 'Copy the file again in binary mode and compare checksums.',
  evidence: 'A record header that no capture program writes: an impossible length, or lengths that disagree.',
  title: ({ facts }) => `${facts.file} is damaged`,
  observed: ({ facts }) =>
    facts.cause === 'blocks'
      ? `${facts.file}: ${facts.detail}.`
      : `${facts.file}: damaged at offset ${facts.offset}: ${facts.detail}.`,
  inferred: ({ facts }) => {
    const packets = amount(facts.packets, 'packet')
    const verb = facts.packets === 1 ? 'is' : 'are'
    return facts.cause === 'blocks'
      ? `${WHY.blocks} ${packets} outside the damage ${verb} counted.`
      : `${WHY[facts.cause ?? 'unknown']} The ${packets} before the damage ${verb} counted; anything after it is not.`
  },
  remedy: ({ facts }) => REMEDY[facts.cause ?? 'unknown'],
  displayFilter: () => '',
}

const WHY = {
  zeros:
    'Space was allocated for the file in advance, and the capture program or the machine stopped before it was filled: a pre-allocated file, a power failure, a full disk.',
  appended: 'Another capture file was appended to this one, in a format that cannot continue it.',
  blocks:
    'What such a block holds cannot be, but its length is the same in front and behind, so everything else was read. The file was changed after it was written, or its writer is at fault.',
  unknown: 'The file was changed after it was written, or copied as text.',
} as const

const REMEDY = {
  zeros:
    'Nothing can be recovered from zeros. Copy the file again if its source is longer, or truncate a copy at the offset.',
  appended: 'Split the file at the offset and read both parts, or join captures with mergecap, which converts them.',
  blocks:
    'Copy the file again in binary mode and compare checksums. If it is the only copy, take what is said about packets that are missing with care: they may be in what was left out.',
  unknown:
    'Copy the file again in binary mode and compare checksums. If it is the only copy, pcapfix may recover the records after the damage.',
} as const
