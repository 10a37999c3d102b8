/** A document that `summarize --json` or `compare --json` has written, as input; or refused in words that say what is wrong with it. */
import { CaptureError } from '../capture/errors.ts'
import type { Comparison } from '../comparison.ts'
import type { Summary } from '../summary.ts'
import type { Host } from './host.ts'

/** Why a file is no document that can be used. */
export class NoDocument extends Error {
  override readonly name = 'NoDocument'
}

/** Most bytes of a document; with `--rows all` of a large overlay it may be hundreds of megabytes, and a text no longer. */
const MOST_BYTES = 400_000_000
const PIECE = 1024 * 1024
const ANEW = 'write it anew with vxpcap summarize --json, or give the captures themselves'

/** Whether a file is a document by its name. */
export function isDocument(path: string): boolean {
  return /\.json(\.(gz|zst|lz4))?$/i.test(path)
}

/** What `summarize --json` or `compare --json` has written. */
export type SavedDocument = { summary: Summary } | { comparison: Comparison }

/** Reads a document of either command. @throws NoDocument. */
export async function readDocument(path: string, host: Host, signal: AbortSignal): Promise<SavedDocument> {
  const document = parsed(await textOf(path, host, signal))
  const { checkedComparison, isComparison } = await import('../page/index.ts')
  if (!isComparison(document)) return { summary: await checkedSummary(document) }
  try {
    return { comparison: checkedComparison(document) }
  } catch (error) {
    throw refusal('vxpcap compare --json', error, 'write it anew with vxpcap compare --json')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const isLines = /^\s*\{.*\}\s*\n\s*\{/.test(text.slice(0, PIECE))
    const why = isLines ? 'holds more than one JSON document' : 'is no JSON document'
    throw new NoDocument(`${why}; ${ANEW}`, { cause: error })
  }
}

async function checkedSummary(document: unknown): Promise<Summary> {
  const { checkedDocument } = await import('../page/index.ts')
  try {
    return checkedDocument(document)
  } catch (error) {
    throw refusal('vxpcap summarize --json', error, ANEW)
  }
}

/** Says that a document is not what a command of this version writes. @param out - The way out. */
function refusal(command: string, error: unknown, out: string): NoDocument {
  return new NoDocument(`is no document of this version's ${command}: ${(error as Error).message}; ${out}`, {
    cause: error,
  })
}

async function textOf(path: string, host: Host, signal: AbortSignal): Promise<string> {
  try {
    const source = await host.open(path, signal)
    try {
      const pieces: string[] = []
      const decoder = new TextDecoder()
      const buffer = new Uint8Array(PIECE)
      let bytes = 0
      for (;;) {
        const length = await source.read(buffer)
        if (length === 0) break
        bytes += length
        if (bytes > MOST_BYTES) throw new NoDocument(`is larger than a document can be; ${ANEW}`)
        pieces.push(decoder.decode(buffer.subarray(0, length), { stream: true }))
      }
      return pieces.join('') + decoder.decode()
    } finally {
      await source.close?.()
    }
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error
    throw new NoDocument(error.message, { cause: error })
  }
}
