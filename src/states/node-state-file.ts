/**
 * Node edge: a state as a file. 64 bytes of header, all numbers little-endian: magic (8), version (4), length of the document within the
 * content (4), length of the content (8), length as stored (8), SHA-256 of those 32 bytes and what is stored (32); then the content
 * (`state-body.ts`), compressed with deflate (RFC 1951).
 */
import { readFile, stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import { constants, createDeflateRaw, inflateRaw } from 'node:zlib'
import { fsPath } from '../capture/files/node-names.ts'
import { type OutputFile, openOutput } from '../capture/files/node-output.ts'
import { nameFiles } from '../node-file-names.ts'
import { checkBytes, checkObject, checkPath } from '../option.ts'
import type { PacketAnalyzers } from '../packet-analyzer.ts'
import {
  checkSummarizeOptions,
  type NoAnalyzers,
  type PresentationOptions,
  type SummarizeOptions,
  Summarizer,
} from '../pipeline.ts'
import { damagedState, StateError } from '../state-error.ts'
import { checkState, MOST_CHAIN_FILES } from './check.ts'
import { checkSameCounting, type GivenCounting } from './counting.ts'

const inflate = promisify(inflateRaw)

/** As PNG has it: a byte that is no text, a name, and line ends that a transfer as text would change. */
const MAGIC = new Uint8Array([0x89, 0x56, 0x58, 0x50, 0x0d, 0x0a, 0x1a, 0x0a])
/** Of the format, and of everything that analyzers save: it grows whenever either changes. */
const STATE_VERSION = 1
const CHECKED = 32
const HEADER = 64
/** Deflate makes no more than this of a byte (RFC 1951: 258 bytes of two bits), so that a small file stays small in memory. */
const MOST_INFLATED = 1_032
/** Most bytes of a state as stored: what can be held in one piece. */
const LARGEST_FILE = 4_294_967_295

/** How a state is gone on with: what is shown, and options of counting only to be held against those of the state. */
export type ResumeOptions<Analyzers extends PacketAnalyzers = PacketAnalyzers> = GivenCounting &
  PresentationOptions &
  Pick<SummarizeOptions<Analyzers>, 'analyzers'>

/**
 * A Summarizer between two files as bytes, which {@link resumeState} goes on from, in another process or on another machine. They depend on
 * what was read and on the options of counting only; the compressed form may differ between versions of zlib.
 * @throws TypeError where it cannot be saved: in the midst of a file, with analyzers of one's own that have no `save`, after captures were
 * merged by time.
 * @throws StateError `unsupported` on a big-endian machine.
 */
export async function saveState<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  summarizer: Summarizer<Analyzers>,
): Promise<Uint8Array> {
  const { encodeBody, isLittleEndian } = await import('./state-body.ts')
  checkByteOrder(isLittleEndian())
  const state = summarizer.save()
  if (state.files.length > MOST_CHAIN_FILES || state.given.length > MOST_CHAIN_FILES) {
    throw new RangeError(`a state holds at most ${MOST_CHAIN_FILES} files; begin a new chain`)
  }
  const body = encodeBody(state)
  const stored = await deflated(body.pieces)
  const bytes = new Uint8Array(HEADER + stored.reduce((sum, piece) => sum + piece.length, 0))
  const view = new DataView(bytes.buffer)
  bytes.set(MAGIC)
  view.setUint32(8, STATE_VERSION, true)
  view.setUint32(12, body.documentLength, true)
  view.setBigUint64(16, BigInt(body.length), true)
  view.setBigUint64(24, BigInt(bytes.length - HEADER), true)
  let at = HEADER
  for (const piece of stored) {
    bytes.set(piece, at)
    at += piece.length
  }
  bytes.set(await checksum(bytes), CHECKED)
  return bytes
}

/**
 * A Summarizer that goes on from bytes of {@link saveState}: what it reads now is counted as if it had read the files before as well. The
 * bytes may come from anywhere.
 * @param options - Rows and underlay MTU as they should be shown now; options of counting only to be held against those of the state.
 * @throws StateError for what is no state of this version, is cut short or damaged, or was saved with other options of counting
 * or other analyzers.
 */
export async function resumeState<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  bytes: Uint8Array,
  options: ResumeOptions<Analyzers> = {},
): Promise<Summarizer<Analyzers>> {
  checkBytes('bytes', bytes)
  checkObject('options', options)
  checkSummarizeOptions(options)
  const { decodeBody, isLittleEndian } = await import('./state-body.ts')
  checkByteOrder(isLittleEndian())
  const { documentLength, length, stored } = await taken(bytes)
  let content: Uint8Array
  try {
    content = await inflate(stored, { maxOutputLength: Math.max(1, length) })
  } catch (error) {
    throw new StateError('damaged', 'a damaged state: it does not decompress; begin anew from the captures', {
      cause: error,
    })
  }
  if (content.length !== length)
    throw new StateError('damaged', 'a damaged state: its length is not what it says; begin anew from the captures')
  const state = decoded(() => decodeBody(content, documentLength))
  checkState(state)
  checkSameCounting(state.counting, options)
  const summarizer = Summarizer.restore<Analyzers>(state, options)
  nameFiles(summarizer)
  return summarizer
}

/**
 * Writes a state to a file, which holds the old one, as it was, until the new one is there whole.
 * @param inputs - Files that are not to be written over.
 * @throws CaptureError `unwritable`, and what {@link saveState} throws.
 */
export async function writeState<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  path: string,
  summarizer: Summarizer<Analyzers>,
  inputs: readonly string[] = [],
): Promise<void> {
  await putState(openOutput(path, inputs), summarizer)
}

/** Writes a state into a file that has been opened for it. @throws as {@link writeState}. */
export async function putState<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  output: OutputFile,
  summarizer: Summarizer<Analyzers>,
): Promise<void> {
  try {
    output.sink(await saveState(summarizer))
    output.commit()
  } finally {
    output.abort()
  }
}

/** Reads a state from a file. @throws StateError, `unreadable` too. */
export async function readState<Analyzers extends PacketAnalyzers = NoAnalyzers>(
  path: string,
  options: ResumeOptions<Analyzers> = {},
): Promise<Summarizer<Analyzers>> {
  checkPath(path)
  return resumeState(await bytesOf(path), options)
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const info = await stat(fsPath(path))
    if (!info.isFile()) throw new StateError('not-a-state', 'is not a file')
    if (info.size > LARGEST_FILE) throw notAState()
    return await readFile(fsPath(path))
  } catch (error) {
    if (error instanceof StateError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    const reasons: Readonly<Record<string, string>> = {
      ENOENT: 'there is no such file',
      EACCES: 'permission denied',
    }
    throw new StateError('unreadable', `cannot be read: ${reasons[code ?? ''] ?? code ?? message}`, { cause: error })
  }
}

/** Takes the file apart, so far as its header goes. */
async function taken(bytes: Uint8Array): Promise<{ documentLength: number; length: number; stored: Uint8Array }> {
  if (MAGIC.some((byte, at) => at < bytes.length && bytes[at] !== byte) || bytes.length === 0) throw notAState()
  if (bytes.length < HEADER) throw cutShort()
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version !== STATE_VERSION) {
    throw new StateError(
      'unsupported',
      `a state of version ${version}, and this vxpcap has version ${STATE_VERSION}; go on with the vxpcap that saved it, or begin anew`,
    )
  }
  const documentLength = view.getUint32(12, true)
  const length = Number(view.getBigUint64(16, true))
  const storedLength = Number(view.getBigUint64(24, true))
  const stored = bytes.subarray(HEADER)
  if (stored.length < storedLength) throw cutShort()
  const sum = await checksum(bytes)
  const isWhole = sum.every((byte, at) => byte === bytes[CHECKED + at])
  if (!isWhole || stored.length !== storedLength || length > storedLength * MOST_INFLATED) {
    throw new StateError('damaged', 'a damaged state: its checksum is wrong; begin anew from the captures')
  }
  return { documentLength, length, stored }
}

function decoded(decode: () => unknown): unknown {
  try {
    return decode()
  } catch (error) {
    throw damagedState(error)
  }
}

function notAState(): StateError {
  return new StateError('not-a-state', 'not a state that vxpcap summarize --save has written')
}

function cutShort(): StateError {
  return new StateError('cut-short', 'a state that is cut short; copy it again, or begin anew from the captures')
}

function checkByteOrder(isLittleEndian: boolean): void {
  if (isLittleEndian) return
  throw new StateError('unsupported', 'states are little-endian, and this machine is not')
}

async function checksum(bytes: Uint8Array): Promise<Uint8Array> {
  const { createHash } = await import('node:crypto')
  return createHash('sha256').update(bytes.subarray(0, CHECKED)).update(bytes.subarray(HEADER)).digest()
}

/** Piece by piece: the content as a whole is never there a second time. */
function deflated(pieces: readonly Uint8Array[]): Promise<Uint8Array[]> {
  return new Promise((resolve, reject) => {
    const stored: Uint8Array[] = []
    const stream = createDeflateRaw({ level: constants.Z_BEST_SPEED, chunkSize: 65_536 })
    stream.on('data', (chunk: Uint8Array) => stored.push(chunk))
    stream.on('end', () => resolve(stored))
    stream.on('error', reject)
    for (const piece of pieces) if (piece.length > 0) stream.write(piece)
    stream.end()
  })
}
