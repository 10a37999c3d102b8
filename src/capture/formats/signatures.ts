/** Files that are not read here, told apart by their first bytes, so that the refusal can say what to do. */
import { CaptureError } from '../errors.ts'

/** First bytes, name, and what to do. */
const SIGNATURES: readonly (readonly [signature: readonly number[], name: string, advice: string])[] = [
  [[0x73, 0x6e, 0x6f, 0x6f, 0x70, 0, 0, 0], 'a Solaris snoop capture', "convert it with 'editcap -F pcapng'"],
  [[0x47, 0x4d, 0x42, 0x55], 'a Microsoft Network Monitor capture', "convert it with 'editcap -F pcapng'"],
  [[0x52, 0x54, 0x53, 0x53], 'a Microsoft Network Monitor capture', "convert it with 'editcap -F pcapng'"],
  [[0x58, 0x43, 0x50, 0], 'a NetXray or Sniffer capture', "convert it with 'editcap -F pcapng'"],
  [[0x54, 0x52, 0x53, 0x4e, 0x49, 0x46, 0x46], 'a Sniffer capture', "convert it with 'editcap -F pcapng'"],
  [[0x1f, 0x8b], 'compressed with gzip', "unpack it first with 'gzip -d'"],
  [[0x28, 0xb5, 0x2f, 0xfd], 'compressed with zstd', "unpack it first with 'zstd -d'"],
  [[0x04, 0x22, 0x4d, 0x18], 'compressed with lz4', "unpack it first with 'lz4 -d'"],
  [[0xfd, 0x37, 0x7a, 0x58, 0x5a], 'compressed with xz', "unpack it first with 'xz -d'"],
  [[0x42, 0x5a, 0x68], 'compressed with bzip2', "unpack it first with 'bzip2 -d'"],
  [[0x50, 0x4b, 3, 4], 'a zip archive', 'unpack it first'],
]

/** Bytes of which a document is known. */
const MOST_TEXT = 64

/** What this program itself writes, or what looks like it: how the text begins, name, and what to do. */
const DOCUMENTS: readonly (readonly [beginning: RegExp, name: string, advice: string])[] = [
  [
    /^\s*\{\s*["}]/,
    'a JSON document',
    "the page of one that 'vxpcap summarize --json' wrote is made by 'vxpcap report' of its file, named .json",
  ],
  [/^\s*<(!doctype html|html)/i, 'an HTML page', 'open it in a browser'],
]

/** The error for a file that begins with `bytes`, none of them a magic that is read here. */
export function refuseHeader(bytes: Uint8Array): CaptureError {
  for (const [signature, name, advice] of SIGNATURES) {
    if (signature.every((byte, index) => bytes[index] === byte)) {
      return new CaptureError('unsupported', `is ${name}, which is not read here; ${advice}`, 0)
    }
  }
  const text = String.fromCharCode(...bytes.subarray(0, MOST_TEXT))
  for (const [beginning, name, advice] of DOCUMENTS) {
    if (beginning.test(text)) return new CaptureError('not-a-capture', `is ${name} and no capture; ${advice}`, 0)
  }
  const shown = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return new CaptureError(
    'not-a-capture',
    `is not a capture file: it begins with ${shown}, which is neither pcap nor pcapng; name a capture file`,
    0,
  )
}
