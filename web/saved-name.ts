/** What a saved result is called. */
import type { Input } from './messages.ts'

/** Endings of captures, and of what compresses them. */
const ENDINGS = /(\.(pcap|pcapng|cap|dmp))?\d*(\.(gz|zst|zstd|lz4))?$/i

/** After the first capture: `uplink.html` of `uplink.pcap.gz`, `uplink+2.html` where two more were read. @param ending - Without its dot. */
export function savedName(inputs: readonly Pick<Input, 'name'>[], ending: string): string {
  const first = inputs[0]?.name ?? ''
  const stem = first.replace(ENDINGS, '')
  const more = inputs.length > 1 ? `+${inputs.length - 1}` : ''
  return `${stem === '' ? 'capture' : stem}${more}.${ending}`
}
