/** CAPTURE_DAMAGED: a record that cannot be; nothing behind it can be trusted. */
import type { Words } from './finding.ts'
import { grouped } from './grouped.ts'

/** Which file is damaged where. */
export interface Damaged {
  file: string
  offset: number
  detail: string
  /** Packets before the damage. */
  packets: number
}

export const captureDamaged: Words<Damaged> = {
  code: 'CAPTURE_DAMAGED',
  severity: 'error',
  meaning: 'A capture file holds a record that cannot be; nothing behind it is counted.',
  advice: 'Copy the file again in binary mode and compare checksums.',
  evidence: 'A record header that no capture program writes: an impossible length, or lengths that disagree.',
  title: ({ facts }) => `${facts.file} is damaged`,
  observed: ({ facts }) => `${facts.file}: damaged at offset ${facts.offset}: ${facts.detail}.`,
  inferred: ({ facts }) =>
    `The file was changed after it was written, or copied as text. The ${grouped(facts.packets)} packets before ` +
    'the damage are counted; what lies behind it is not.',
  remedy: () =>
    'Copy the file again in binary mode and compare checksums. If it is the only copy, pcapfix may recover the records behind the damage.',
  displayFilter: () => '',
}
