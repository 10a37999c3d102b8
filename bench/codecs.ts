/**
 * `npm run bench:codecs`: nanoseconds and heap bytes a packet for reading the fields of an Ethernet, IPv4, UDP, VXLAN, Ethernet,
 * IPv4 packet and for writing one: this package's build beside hand-written DataView code that checks and reads the same,
 * buffer-layout, binary-parser and @netkitty/codec. The last two are found if installed (here, or in the folder that BENCH_PEERS
 * names) and named as absent if not. BENCH_SAMPLES (15) and BENCH_MS (40, of one sample) set how long it takes.
 *
 * Each subject runs in a process of its own, so that none is compiled for the others' sake; their turns are taken twice, and the
 * faster counts. Before anything is timed, hand-written and own code must agree about every cut and every byte of a packet, and the
 * meter of the heap must see an object that is planted and nothing where nothing is.
 */
import { execFileSync } from 'node:child_process'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { LENGTH, PACKETS, packets } from './codec-packets.ts'
import { byHand, readers, type Subject, sameAnswers, withCodecs } from './codec-readers.ts'
import { writers, writeTheSame } from './codec-writers.ts'
import { heapPerTurn } from './heap-meter.ts'

const SAMPLES = Number(process.env.BENCH_SAMPLES ?? 15)
const SAMPLE_MS = Number(process.env.BENCH_MS ?? 40)
const ROUNDS = 2

type Codecs = typeof import('../src/codecs/index.ts')

interface Row {
  readonly minimum: number
  readonly median: number
  readonly heap: number | null
}

/** A figure that is promised. */
interface Goal {
  readonly title: string
  readonly value: number
  readonly limit: string
  readonly met: boolean
}

const codecs = (await import(join(process.cwd(), 'dist/codecs/index.js'))) as Codecs
const view = packets(codecs)
const out = new DataView(new ArrayBuffer(LENGTH))
const reading = readers(codecs, view)
const writing = new Map(writers(codecs, view, out).map((subject) => [`write: ${subject.name}`, subject]))

let sink: unknown = 0

/** Checks of the meter itself. */
const METER: readonly Subject[] = [
  { name: 'nothing', run: (at) => at },
  {
    name: 'planted',
    run(at) {
      sink = { at }
      return at
    },
  },
]

function loop({ run }: Subject, turns: number): number {
  let sum = 0
  for (let i = 0; i < turns; i++) sum = (sum + (run((i % PACKETS) * LENGTH) as number)) | 0
  return sum
}

async function timed(subject: Subject, turns: number): Promise<number> {
  const begun = process.hrtime.bigint()
  if (subject.isAsync) for (let i = 0; i < turns; i++) sink = await subject.run((i % PACKETS) * LENGTH)
  else sink = loop(subject, turns)
  return Number(process.hrtime.bigint() - begun)
}

async function measured(subject: Subject): Promise<Row> {
  let turns = PACKETS
  let took = await timed(subject, turns)
  while (took < SAMPLE_MS * 1e6) {
    turns *= took < SAMPLE_MS * 1e5 ? 8 : 2
    took = await timed(subject, turns)
  }
  const samples: number[] = []
  for (let i = 0; i < SAMPLES; i++) samples.push((await timed(subject, turns)) / turns)
  samples.sort((left, right) => left - right)
  const heap = subject.isAsync ? null : heapPerTurn((turns) => loop(subject, turns))
  return { minimum: samples[0]!, median: samples[SAMPLES >> 1]!, heap }
}

function subjectOf(name: string): Subject | undefined {
  return reading.get(name) ?? writing.get(name) ?? METER.find((subject) => subject.name === name)
}

/** Measures subjects in turn, each time in a new process. */
function rowsOf(names: readonly string[]): Map<string, Row> {
  const rows = new Map<string, Row>()
  for (let round = 0; round < ROUNDS; round++) {
    for (const name of names) {
      const answer = execFileSync(process.execPath, ['--expose-gc', process.argv[1]!, name], { encoding: 'utf8' })
      const row = JSON.parse(answer) as Row
      const before = rows.get(name)
      if (before === undefined || row.minimum < before.minimum) rows.set(name, row)
    }
  }
  return rows
}

function print(title: string, rows: ReadonlyMap<string, Row>, absent: readonly string[], hand: string): void {
  console.log(`\n${title}`)
  console.log('  ns/packet min   median   heap B/packet   × by hand')
  const base = rows.get(hand)!.minimum
  for (const [name, { minimum, median, heap }] of rows) {
    const cells = [minimum.toFixed(1).padStart(15), median.toFixed(1).padStart(9)]
    cells.push((heap === null ? '–' : heap.toFixed(1)).padStart(16), (minimum / base).toFixed(2).padStart(12))
    console.log(`${cells.join('')}   ${name.replace('write: ', '')}`)
  }
  for (const name of absent) console.log(`${'absent'.padStart(15)}${' '.repeat(40)}${name}`)
}

function goals(read: ReadonlyMap<string, Row>, written: ReadonlyMap<string, Row>): Goal[] {
  const time = (name: string): number | undefined => (read.get(name) ?? written.get(name))?.minimum
  const own = time('vxpcap codecs (enter and accessors)')!
  const found: Goal[] = []
  const atMost = (title: string, value: number, limit: number): void => {
    found.push({ title, value, limit: `≤ ${limit}`, met: value <= limit })
  }
  const atLeast = (title: string, other: string, limit: number): void => {
    const value = time(other)
    if (value !== undefined) found.push({ title, value: value / own, limit: `≥ ${limit}`, met: value / own >= limit })
  }
  atMost('reading, times hand-written', own / time('hand-written DataView')!, 1.5)
  const encapsulate = time('write: vxpcap encapsulate (source port given)')!
  atMost('encapsulating, times hand-written', encapsulate / time('write: hand-written DataView')!, 1.5)
  atLeast('buffer-layout, times reading', 'buffer-layout', 20)
  atLeast('@netkitty/codec, times reading', '@netkitty/codec', 20)
  atLeast('binary-parser, times reading', 'binary-parser', 3)
  for (const [name, { heap }] of [...read, ...written]) {
    if (/vxpcap (?:codecs|dissect|encapsulate|encode)/.test(name) && heap !== null) {
      atMost(`heap B/packet, ${name.replace('write: ', '')}`, Number(heap.toFixed(1)), 0)
    }
  }
  return found
}

async function main(): Promise<void> {
  const only = process.argv[2]
  if (only !== undefined) {
    const subject = subjectOf(only)
    if (subject === undefined) throw new Error(`no subject ${only}`)
    process.stdout.write(JSON.stringify(await measured(subject)))
    return
  }
  console.log(`${cpus()[0]?.model.trim()}, Node ${process.versions.node}, ${SAMPLES} samples of ${SAMPLE_MS} ms`)
  if (!sameAnswers(withCodecs(codecs), byHand, view)) throw new Error('the readers do not check or read the same')
  if (!writeTheSame([...writing.values()], out)) throw new Error('the writers do not write the same bytes')
  const meter = rowsOf(METER.map(({ name }) => name))
  const nothing = meter.get('nothing')?.heap ?? Number.NaN
  const planted = meter.get('planted')?.heap ?? Number.NaN
  console.log(`heap meter: ${nothing.toFixed(2)} B for nothing, ${planted.toFixed(2)} B for a planted object of 32`)
  if (!(nothing < 0.05 && Math.abs(planted - 32) < 1)) throw new Error('the heap meter cannot be trusted')
  const present = [...reading].filter(([, subject]) => subject !== undefined).map(([name]) => name)
  const absent = [...reading.keys()].filter((name) => !present.includes(name))
  const read = rowsOf(present)
  print('Reading Ethernet, IPv4, UDP, VXLAN, Ethernet, IPv4', read, absent, 'hand-written DataView')
  const written = rowsOf([...writing.keys()])
  print('Encapsulating a frame of 78 bytes', written, [], 'write: hand-written DataView')
  console.log('\nGoals')
  for (const { title, value, limit, met } of goals(read, written)) {
    console.log(`${value.toFixed(2).padStart(15)}   ${limit.padEnd(6)}${met ? 'met   ' : 'missed'}   ${title}`)
  }
}

await main()
if (sink === undefined) console.log(sink)
