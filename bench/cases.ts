/** What is timed within one process: each case is the one before and a step more, so that differences say what a step costs. */
import { openSync, writeSync } from 'node:fs'
import { getHeapStatistics } from 'node:v8'
import type { Build } from './build.ts'
import { EncodeBench } from './encode-case.ts'

/** What a case counted and allocated. */
export interface CaseResult {
  counted: Record<string, number>
  heapBytes: number | null
}

type Run = (build: Build, path: string) => Promise<CaseResult>

/** Thrown when a build does not have what a case needs. */
export class Unavailable extends Error {}

/** Cases by name. `without:<analyzer>` is `analyze` with that analyzer left out. */
export const CASES: Readonly<Record<string, Run>> = {
  read: (build, path) => readThrough(build, path, () => () => {}),
  walk: (build, path) => readThrough(build, path, walkOnly),
  keys: (build, path) => readThrough(build, path, resolveKeys),
  count: (build, path) => readThrough(build, path, count),
  analyze: (build, path) => readThrough(build, path, (build) => analyze(build, null)),
  summarize,
  decapsulate: (build, path) => readThrough(build, path, decapsulate),
  encode: (build, path) => readThrough(build, path, encode),
  encapsulate: (build, path) => readThrough(build, path, encapsulate),
}

/** The case that is called so. @throws RangeError when there is none. */
export function caseOf(name: string): Run {
  const found = CASES[name]
  if (found !== undefined) return found
  const [kind, analyzer = ''] = name.split(':')
  if (kind !== 'without') throw new RangeError(`there is no case ${name}`)
  return (build, path) => readThrough(build, path, (build) => analyze(build, analyzer))
}

type Reader = InstanceType<Build['capture']['CaptureReader']>
interface Step {
  (reader: Reader): void
  /** Called before the reader's bytes change. */
  drain?: () => void
}

/** Adds up what the JavaScript heap grew by between samples; what was collected in between is missing, so sample often. */
class HeapMeter {
  allocated = 0
  #last = getHeapStatistics().used_heap_size

  sample(): void {
    const now = getHeapStatistics().used_heap_size
    if (now > this.#last) this.allocated += now - this.#last
    this.#last = now
  }
}

/** Reads a capture and does one thing to every packet. */
async function readThrough(build: Build, path: string, prepare: (build: Build) => Step): Promise<CaseResult> {
  const { CaptureReader, fileSource, refill } = build.capture
  const step = prepare(build)
  const source = await fileSource(path)
  const reader = new CaptureReader()
  const heap = new HeapMeter()
  let capturedBytes = 0
  while (!reader.done) {
    while (reader.next()) {
      capturedBytes += reader.packet.capturedLength
      step(reader)
    }
    step.drain?.()
    heap.sample()
    await refill(reader, source)
  }
  await source.close?.()
  return { counted: { packets: reader.packets, capturedBytes }, heapBytes: heap.allocated }
}

function walkOnly({ codecs }: Build): Step {
  const ports = codecs.tunnelPorts()
  const layers = new codecs.Layers()
  return ({ view, packet }) => {
    codecs.dissect(layers, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
  }
}

/** The walk, and the rows of VNI, tunnel endpoints, flow and MAC in the shared tables. */
function resolveKeys({ analyzers, codecs }: Build): Step {
  const ports = codecs.tunnelPorts()
  const { keys, resolver, observation } = new analyzers.Analysis()
  // A build before the resolver was told from the tables has both in one.
  const by = resolver ?? keys
  const { layers } = observation
  return ({ view, packet }) => {
    codecs.dissect(layers, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
    observation.record(packet, 0, 1)
    observation.clearRows()
    if (layers.tunnel !== codecs.TunnelKind.None) by.resolve(observation)
  }
}

/** The counters alone: volumes, and nothing that is judged by what came before. */
function count({ analyzers }: Build): Step {
  const analysis = new analyzers.Analysis({ analyzeElsewhere: () => ({ take() {} }) })
  const step: Step = ({ view, packet }) => analysis.take(view, packet, 0, 1)
  step.drain = () => analysis.drain()
  return step
}

/** Everything that is done to a packet; `omitted` names an analyzer that does nothing. */
function analyze({ analyzers, codecs }: Build, omitted: string | null): Step {
  const ports = codecs.tunnelPorts()
  const analysis = new analyzers.Analysis()
  if (omitted !== null) {
    // A build before stateful analyzers were told from counters has them all in one.
    const analyzer = Reflect.get(analysis, omitted) ?? Reflect.get(analysis.stateful ?? {}, omitted)
    if (typeof analyzer?.observe !== 'function') throw new Unavailable(`this build has no analyzer ${omitted}`)
    analyzer.observe = () => false
  }
  const { observation } = analysis
  const { layers } = observation
  // A build before the fast path has no such method.
  if (analysis.take !== undefined) {
    const step: Step = ({ view, packet }) => analysis.take(view, packet, 0, 1)
    step.drain = () => analysis.drain()
    return step
  }
  return ({ view, packet }) => {
    codecs.dissect(layers, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
    observation.record(packet, 0, 1)
    analysis.observe()
  }
}

/** What the command does, without its start: the file to a JSON document. */
async function summarize({ node, report }: Build, path: string): Promise<CaseResult> {
  const heap = new HeapMeter()
  const summary = await node.summarizeFiles([path], { threads: 1, onProgress: () => heap.sample() })
  const nowhere = openSync('/dev/null', 'w')
  await report.writeJson(summary, (chunk) => {
    heap.sample()
    writeSync(nowhere, chunk)
  })
  return { counted: { packets: summary.capture.packets, flows: summary.flowsTotal }, heapBytes: heap.allocated }
}

/** What a tunnel endpoint does with every packet: the walk, and where the inner frame lies that is to be handed on. */
function decapsulate({ codecs }: Build): Step {
  const ports = codecs.tunnelPorts()
  if (codecs.decapsulate === undefined) throw new Unavailable('this build has no decapsulate')
  const result = new codecs.Decapsulation()
  return ({ view, packet }) => {
    codecs.decapsulate(result, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
  }
}

/** The outer headers of every tunnel packet, taken apart by the walk, are written again. */
function encode({ codecs }: Build): Step {
  const ports = codecs.tunnelPorts()
  const layers = new codecs.Layers()
  const bench = new EncodeBench(codecs)
  return ({ view, packet }) => {
    codecs.dissect(layers, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
    if (layers.tunnel === codecs.TunnelKind.Vxlan) bench.encode(layers)
  }
}

/** Every inner frame, as far as it was captured, is wrapped into a tunnel datagram again. */
function encapsulate({ codecs }: Build): Step {
  const ports = codecs.tunnelPorts()
  const layers = new codecs.Layers()
  const tunnel = codecs.prepare({
    vni: 1,
    source: '172.16.0.1',
    destination: '172.16.0.2',
    ethernet: { source: '02:00:5e:00:00:02', destination: '02:00:5e:00:00:01' },
  })
  const room = new DataView(new ArrayBuffer(1 << 16))
  const cursor = new codecs.Cursor()
  return ({ view, packet }) => {
    codecs.dissect(layers, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
    const { at } = layers.innerFrame
    if (at === codecs.NONE) return
    codecs.encapsulate(tunnel, cursor.reset(room, 0, room.byteLength), view, at, layers.end - at)
  }
}
