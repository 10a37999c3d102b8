/**
 * Measures the heap growth of walk and analyzers per packet; bundled and run in a process of its own with `--expose-gc`.
 * Argument: a capture file. Prints a JSON object: bytes per packet as they are (`bare`) and with one small object allocated for
 * each packet (`planted`), which proves that an allocation would be seen.
 */
import { readFileSync } from 'node:fs'
import { Analysis } from '../../src/analyzers/analysis.ts'
import { CaptureReader } from '../../src/capture/reader.ts'
import { dissect, tunnelPorts } from '../../src/codecs/walk/dissect.ts'
import type { PacketInfo } from '../../src/packet.ts'

/** Packets of one pass, about. */
const PASS = 8_000
/** Passes before the first measure. */
const WARM_UP = 3
/**
 * Most passes measured, of which the one with the least growth counts; with a planted object fewer will do. Many, because every tier of
 * the engine but the last (V8's Maglev, since Node 22) allocates numbers that the last one keeps in registers, and what few packets do
 * reaches it late.
 */
const PASSES = { bare: 100, planted: 2 }
/** Growth in bytes per packet that no further pass needs to beat. */
const ENOUGH = 0.9

const collect = (globalThis as unknown as { gc: () => void }).gc
const ports = tunnelPorts()

/** All records of a file in one view; `at` of each says where. */
function load(path: string): { view: DataView; packets: PacketInfo[] } {
  const bytes = new Uint8Array(readFileSync(path))
  const reader = new CaptureReader({ windowLength: bytes.length })
  reader.room().set(bytes)
  reader.advance(bytes.length)
  const packets: PacketInfo[] = []
  while (reader.next()) packets.push({ ...reader.packet })
  return { view: reader.view, packets }
}

let sink: unknown = null

function measure(path: string, plant: boolean): number {
  const { view, packets } = load(path)
  const analysis = new Analysis({ limits: { window: 1024 } })
  const { observation } = analysis
  let number = 0
  let shift = 0
  const repeat = (times: number): void => {
    for (let time = 0; time < times; time++) {
      // Later each time: neither copies of the time before nor one endless moment.
      shift += 60
      for (let index = 0; index < packets.length; index++) {
        const packet = packets[index]!
        const { seconds } = packet
        packet.seconds = seconds + shift
        packet.number = ++number
        dissect(observation.layers, view, packet.at, packet.capturedLength, packet.wireLength, packet.linkType, ports)
        observation.record(packet, 0, 1)
        analysis.observe()
        packet.seconds = seconds
        if (plant) sink = { number }
      }
    }
  }
  const times = Math.ceil(PASS / packets.length)
  repeat(times * WARM_UP)
  let least = Number.POSITIVE_INFINITY
  for (let pass = 0; pass < (plant ? PASSES.planted : PASSES.bare) && least > ENOUGH; pass++) {
    collect()
    const before = process.memoryUsage().heapUsed
    repeat(times)
    const grown = process.memoryUsage().heapUsed - before
    // A collection in between makes a pass say nothing.
    if (grown >= 0) least = Math.min(least, grown / (times * packets.length))
  }
  return least
}

const path = process.argv[2]
if (path === undefined) throw new Error('wants a capture file')
const result = { bare: measure(path, false), planted: measure(path, true) }
if (sink === null) throw new Error('nothing was planted')
console.log(JSON.stringify(result))
