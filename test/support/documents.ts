/** Documents held against the schemas that are published for them, and captures changed at random, the same ones in every run. */
import { readdirSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Ajv, type ValidateFunction } from 'ajv'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { CaptureError } from '../../src/capture/errors.ts'
import { bytesSource } from '../../src/capture/source.ts'
import { Summarizer } from '../../src/pipeline.ts'
import type { Summary } from '../../src/summary.ts'
import { type Mutation, mutate } from '../../src/testing/bytes.ts'
import type { Random } from './random.ts'
import { ROOT } from './shared.ts'

const summaryValidator = new Ajv2020({ allErrors: true, strict: true, allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(join(ROOT, 'schema/summary-1.json'), 'utf8')),
)

/** What `schema/summary-1.json` objects to in a document, one line each. */
export function summaryObjections(document: unknown): string[] {
  return objections(summaryValidator, document)
}

/** Characters of a URI reference (RFC 3986 §4.1) whose path has no scheme and no host: all that this program writes. */
const RELATIVE_REFERENCE = /^(?!\/\/)(?:[\w.~!$&'()*+,;=@/-]|%[\dA-F]{2})+$/
const URI = /^[a-z][a-z\d+.-]*:[\w.~!$&'()*+,;=:@/?#[\]%-]+$/i

let sarifValidator: ValidateFunction | undefined

/** What the published schema of SARIF 2.1.0 objects to in a log, one line each. */
export function sarifObjections(log: unknown): string[] {
  sarifValidator ??= sarifSchema()
  return objections(sarifValidator, log)
}

function sarifSchema(): ValidateFunction {
  const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json')
  // Of what draft 4 calls otherwise than later ones, the schema has its own name alone.
  const { $schema, id, ...schema } = JSON.parse(readFileSync(path, 'utf8'))
  // One of its patterns is none where `u` is set.
  const ajv = new Ajv({ allErrors: true, strict: false, unicodeRegExp: false })
  ajv.addFormat('uri', URI)
  ajv.addFormat('uri-reference', RELATIVE_REFERENCE)
  ajv.addFormat('date-time', (text: string) => !Number.isNaN(Date.parse(text)))
  return ajv.compile(schema)
}

function objections(validate: ValidateFunction, document: unknown): string[] {
  validate(document)
  return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`)
}

/** A document as another program reads it. */
export const asRead = (document: unknown): unknown => JSON.parse(JSON.stringify(document))

/** Every capture below a folder, by path in it, in order. */
export function capturesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.p?cap(ng)?$/i.test(name))
    .sort()
}

/** The summary of a capture in memory; `null` when it has no readable file header. */
export async function summaryOfBytes(bytes: Uint8Array): Promise<Summary | null> {
  const summarizer = new Summarizer({ rows: Number.POSITIVE_INFINITY })
  try {
    await summarizer.read('changed.pcap', bytesSource(bytes))
  } catch (error) {
    if (error instanceof CaptureError) return null
    throw error
  }
  return summarizer.summary()
}

/** Lengths that 32 bits can state and no frame has, or hardly. */
const LENGTHS = [0, 1, 0x0100_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff] as const
/** What fields of one or two bytes stumble over. */
const EDGES = [0, 1, 7, 8, 0x20, 0x45, 0x7f, 0x80, 0xff] as const

/** Bytes of a classic file header, and of a record's. */
const FILE_HEADER = 24
const RECORD_HEADER = 16

/** A capture with a few bytes changed anywhere behind its file header, and some original lengths that cannot be. */
export function changed(bytes: Uint8Array, random: Random): Uint8Array {
  if (bytes.length <= FILE_HEADER) return bytes
  const mutations: Mutation[] = []
  const where = (): number => random.between(FILE_HEADER, bytes.length - 1)
  for (let count = random.between(1, 12); count > 0; count--) {
    const kind = random.below(10)
    if (kind < 4) mutations.push({ kind: 'flip', where: where(), bits: random.between(1, 255) })
    else if (kind < 7) mutations.push({ kind: 'set', where: where(), value: random.pick(EDGES) })
    else if (kind < 9) {
      const value = random.pick([0, 1, 0x1fff, 0x2000, 0x7fff, 0x8000, 0xffff])
      mutations.push({ kind: 'word', where: where(), value })
    } else {
      mutations.push({ kind: 'copy', from: where(), where: where(), count: random.between(1, 64) })
    }
  }
  const after = mutate(bytes, mutations)
  if (random.chance(50)) stretchRecords(after, random)
  if (random.chance(5)) return after.slice(0, random.between(FILE_HEADER, after.length))
  return after
}

/** Writes impossible original lengths into some records of a little-endian classic capture. */
function stretchRecords(bytes: Uint8Array, random: Random): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const magic = view.getUint32(0, true)
  if (magic !== 0xa1b2_c3d4 && magic !== 0xa1b2_3c4d) return
  for (let at = FILE_HEADER; at + RECORD_HEADER <= bytes.length; ) {
    const captured = view.getUint32(at + 8, true)
    if (random.chance(10)) view.setUint32(at + 12, random.pick(LENGTHS), true)
    at += RECORD_HEADER + captured
  }
}
