/** Events that another thread runs the stateful analyzers: it says what judging here says, wherever batches end. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { Analysis } from '../src/analyzers/analysis.ts'
import { EventLog, STRIDE } from '../src/analyzers/events/event-log.ts'
import { StatefulAnalyzers, type StatefulAnalyzersState } from '../src/analyzers/stateful/stateful-analyzers.ts'
import { Keys } from '../src/analyzers/tables/keys.ts'
import { DEFAULT_LIMITS, type Limits } from '../src/analyzers/tables/limits.ts'
import { bytesInUse } from '../src/analyzers/tables/memory.ts'
import { chunksSource } from '../src/capture/source.ts'
import { type AnalyzerRequest, type AnalyzerThread, type EventBatch, EventQueue } from '../src/event-queue.ts'
import { Summarizer, type Threads } from '../src/pipeline.ts'
import { analyze, printed, type Recorded, readOn, recordsOf, together } from './support/parts.ts'
import { because, LAB, ROOT } from './support/shared.ts'

/** A thread in name only: it shares nothing but what a message would carry, and answers later. */
class Messages implements AnalyzerThread {
  batches = 0
  readonly #keys: Keys
  readonly #analyzers: StatefulAnalyzers

  constructor(limits: Limits) {
    this.#keys = new Keys(limits)
    this.#analyzers = new StatefulAnalyzers(this.#keys, limits)
  }

  async analyze({ batch, keys }: AnalyzerRequest): Promise<EventBatch> {
    const sent = { count: batch.count, keys: structuredClone(keys) }
    await Promise.resolve()
    this.batches++
    this.#keys.append(sent.keys)
    this.#analyzers.take(new EventLog(batch.events), 0, sent.count)
    // Whoever gets the batch back must not rely on what is in it.
    batch.events.fill(-1)
    return batch
  }

  closed = false

  async finish(): Promise<StatefulAnalyzersState> {
    return structuredClone(this.#analyzers.save())
  }

  async close(): Promise<void> {
    this.closed = true
  }
}

function inPieces(bytes: Uint8Array, length: number): Uint8Array[] {
  const count = Math.ceil(bytes.length / length)
  return Array.from({ length: count }, (_, piece) => bytes.subarray(piece * length, (piece + 1) * length))
}

/** What is printed of records whose events are judged in batches of `size`, with a pause after every `pause` packets. */
async function judgedElsewhere(records: readonly Recorded[], size: number, pause: number, limits = DEFAULT_LIMITS) {
  const thread = new Messages(limits)
  let queue: EventQueue | undefined
  const analysis = new Analysis({
    limits,
    analyzeElsewhere: (keys) => (queue = new EventQueue(thread, keys, size)),
  })
  for (let from = 0; from < records.length; from += pause) {
    readOn(analysis, records.slice(from, from + pause))
    await queue!.flush()
  }
  analysis.flush()
  analysis.adoptStateful(await queue!.finish())
  return { text: printed(analysis), batches: thread.batches }
}

function judgedHere(records: readonly Recorded[], limits = DEFAULT_LIMITS): string {
  const analysis = analyze(records, { limits })
  analysis.flush()
  return printed(analysis)
}

function captures(folder: string): string[] {
  return readdirSync(folder)
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .map((name) => join(folder, name))
}

describe('judging on another thread', () => {
  it.each(captures(join(ROOT, 'fixtures', 'pcaps')))('says of %s what judging here says', async (path) => {
    const records = together(recordsOf(path))
    const here = judgedHere(records)
    for (const [size, pause] of [
      [1, 3],
      [7, 100],
      [64, 1000],
    ] as const) {
      const { text, batches } = await judgedElsewhere(records, size, pause)
      expect(text).toBe(here)
      // Later fragments may wait and be told at the end, or not at all.
      expect(batches).toBeGreaterThanOrEqual(Math.floor(records.length / size / 2))
    }
  })

  it('says the same with tables of a few rows', async () => {
    const few = { addresses: 9, flows: 5, macs: 3, routes: 2, vtepPairs: 2, details: 4, window: 8, timeline: 3 }
    const limits = { ...DEFAULT_LIMITS, ...few }
    for (const path of captures(join(ROOT, 'fixtures', 'pcaps'))) {
      const records = together(recordsOf(path))
      expect((await judgedElsewhere(records, 5, 50, limits)).text, path).toBe(judgedHere(records, limits))
    }
  })

  it.skipIf(LAB === undefined)(`says the same of every lab capture${because(LAB)}`, async () => {
    for (const path of captures(LAB!)) {
      const records = together(recordsOf(path))
      expect((await judgedElsewhere(records, 17, 200)).text, path).toBe(judgedHere(records))
    }
  })

  it('comes back here once the tables are large, and says the same', async () => {
    for (const name of ['ovs-geneve-h1.pcap', 'kv-mixed-h1.pcap']) {
      const bytes = readFileSync(join(ROOT, 'fixtures', 'pcaps', name))
      const said = async (threads: Threads, check: (summarizer: Summarizer) => void = () => {}) => {
        const summarizer = new Summarizer({}, threads)
        await summarizer.read(name, chunksSource(inPieces(bytes, 500)), () => {
          check(summarizer)
          return true
        })
        await summarizer.join()
        return JSON.stringify(summarizer.summary())
      }
      let inUse = 0
      const here = await said({}, ({ analysis }) => {
        inUse = bytesInUse(analysis.keys.tables)
      })
      const thread = new Messages(DEFAULT_LIMITS)
      const most = inUse * 0.9
      const back: boolean[] = []
      const elsewhere = await said({ analyzer: thread, mostAnalyzedElsewhere: most }, ({ analysis }) => {
        back.push(bytesInUse(analysis.keys.tables) > most)
      })
      expect(elsewhere).toBe(here)
      expect(thread.closed).toBe(true)
      // The tables were small at first, and large before the end.
      expect(back.indexOf(true)).toBeGreaterThan(0)
      expect(back.indexOf(true)).toBeLessThan(back.length - 2)
    }
  })

  it('asks to be joined before it can say anything', async () => {
    const summarizer = new Summarizer({}, { analyzer: new Messages(DEFAULT_LIMITS) })
    expect(() => summarizer.summary()).toThrow('join()')
    await summarizer.join()
    await summarizer.join()
    expect(summarizer.summary().capture.packets).toBe(0)
  })

  it('rejects once where the threads that read fail, however many batches are under way', async () => {
    const seed = readFileSync(join(ROOT, 'fixtures/pcaps/seed-ovs-h1.pcap'))
    const chunks = [seed.subarray(0, 24), ...Array.from({ length: 2_000 }, () => seed.subarray(24))]
    const readers: Threads['readers'] = {
      size: 3,
      read: () => new Promise((_, reject) => setTimeout(() => reject(new Error('out of memory')), 1)),
    }
    // A rejection that nobody takes would fail this file.
    await expect(new Summarizer({}, { readers }).read('a', chunksSource(chunks))).rejects.toThrow('out of memory')
  })

  it('tells whoever settles that the thread failed', async () => {
    const failing: AnalyzerThread = {
      analyze: () => Promise.reject(new Error('out of memory')),
      finish: () => Promise.reject(new Error('asked too late')),
    }
    const queue = new EventQueue(failing, new Keys(DEFAULT_LIMITS), 1)
    const log = new EventLog(new Int32Array(STRIDE))
    queue.take(log, 0, 1)
    await queue.flush()
    await expect(queue.flush(0)).rejects.toThrow('out of memory')
  })
})
