/** Packets for loops of one's own: what the summary counts, packet by packet, from any source, with progress and an end at any time. */
import { readFileSync } from 'node:fs'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, describe as group, it } from 'vitest'
import { CaptureReader } from '../src/capture/reader.ts'
import { type ByteSource, bytesSource } from '../src/capture/source.ts'
import { dissectRecord, tunnelPorts } from '../src/codecs/walk/dissect.ts'
import { Layers, TUNNEL_NAMES } from '../src/codecs/walk/layers.ts'
import { fileSource, type PacketsOptions, packets, summarizeFiles } from '../src/node.ts'
import { FIXTURES, fixture } from './support/goldens.ts'
import { HERE, outer, ping, record, split } from './support/overlay-traffic.ts'
import { ipv4 } from './support/packets.ts'
import { pcapOf } from './transform/files.ts'

const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(fixture(name)))

/** Packets and inner bytes of each VNI and kind, as `packets` tells them. */
async function volumes(source: ByteSource, options: PacketsOptions = {}): Promise<Record<string, [number, number]>> {
  const found: Record<string, [number, number]> = {}
  for await (const batch of packets(source, options)) {
    while (batch.next()) {
      const { tunnel, vni, innerLength } = batch.layers
      if (tunnel === 0) continue
      const key = `${TUNNEL_NAMES[tunnel]} ${vni}`
      const [count, length] = found[key] ?? [0, 0]
      found[key] = [count + 1, length + innerLength]
    }
  }
  return found
}

/** What is in the layers: every number and list. */
const contents = (layers: Layers): unknown =>
  JSON.parse(JSON.stringify({ ...layers, view: 0, innerView: 0, cursor: 0 }))

group.each(FIXTURES)('%s', (name) => {
  it('has the records that a reader finds, each with the layers of its bytes', async () => {
    const bytes = bytesOf(name)
    const reader = new CaptureReader({ windowLength: bytes.length })
    reader.room().set(bytes)
    reader.advance(bytes.length)
    const layers = new Layers()
    let seen = 0
    for await (const batch of packets(bytesSource(bytes), { joinFragments: false })) {
      while (batch.next()) {
        expect(reader.next()).toBe(true)
        const { at, ...packet } = reader.packet
        expect({ ...batch.packet, at }).toEqual({ ...packet, at })
        dissectRecord(layers, batch.view, batch.packet, tunnelPorts())
        expect(contents(batch.layers)).toEqual(contents(layers))
        expect(batch.comments()).toEqual(reader.comments())
        expect(batch.interface.linkType).toBe(packet.linkType)
        seen++
      }
    }
    expect(reader.next()).toBe(false)
    expect(seen).toBeGreaterThan(5)
  })

  it('has the packets and inner bytes of each VNI that the summary has', async () => {
    const summary = await summarizeFiles([fixture(name)])
    const expected = Object.fromEntries(
      summary.vnis.map(({ kind, vni, packets, innerBytes }) => [`${kind} ${vni}`, [packets, innerBytes]]),
    )
    expect(await volumes(await fileSource(fixture(name)))).toEqual(expected)
  })
})

group('fragments', () => {
  const length = 1428
  const whole = outer(HERE, 0, ping(HERE, 0, 1, length))
  const parts = split(whole, 600)
  const file = pcapOf([...parts, whole].map((bytes, index) => record(bytes, index)))

  it('are joined into the datagram, whose tunnel shows once', async () => {
    expect(parts.length).toBe(3)
    const seen: unknown[] = []
    for await (const batch of packets(bytesSource(file))) {
      while (batch.next()) {
        const { layers, packet, joined } = batch
        seen.push([packet.number, layers.vni, layers.innerIp.length, layers.outerIp.isFragment, [...joined]])
      }
    }
    expect(seen).toEqual([
      [1, -1, 0, true, []],
      [2, -1, 0, true, []],
      [3, HERE.vni, length, false, [1, 2, 3]],
      [4, HERE.vni, length, false, []],
    ])
  })

  it('stay as they were recorded on demand: the first shows its tunnel', async () => {
    const seen: unknown[] = []
    for await (const batch of packets(bytesSource(file), { joinFragments: false })) {
      while (batch.next()) seen.push([batch.layers.vni, batch.layers.outerIp.isFragment])
    }
    expect(seen).toEqual([
      [HERE.vni, true],
      [-1, true],
      [-1, true],
      [HERE.vni, false],
    ])
  })

  it('of which one is missing are counted', async () => {
    const reading = packets(bytesSource(pcapOf(parts.slice(1).map((bytes, index) => record(bytes, index)))))
    for await (const batch of reading) while (batch.next()) expect(batch.layers.tunnel).toBe(0)
    expect(reading.incomplete).toBe(1)
  })

  it('in one another, where a carrier is fragmented too, end in the tunnel', async () => {
    const inner = split(outer(HERE, 0, ping(HERE, 0, 1, 900)), 600)
    // IP in IP (RFC 2003): the fragments of the tunnel's datagram, each in a datagram that is fragmented again.
    const carried = inner.flatMap((fragment, index) =>
      split(ipv4(fragment, { from: '172.16.0.1', to: '172.16.0.2', protocol: 4, id: 50 + index }), 400),
    )
    const tunnels: number[] = []
    for await (const batch of packets(bytesSource(pcapOf(carried.map((bytes, index) => record(bytes, index)))))) {
      while (batch.next()) if (batch.layers.tunnel !== 0) tunnels.push(batch.packet.number)
    }
    expect(carried.length).toBeGreaterThan(inner.length)
    expect(tunnels).toEqual([carried.length])
  })
})

group('options', () => {
  it('ports: a tunnel at another port is one', async () => {
    const file = pcapOf([record(outer(HERE, 0, ping(HERE, 0, 1, 100), { port: 5000 }), 0)])
    expect(await volumes(bytesSource(file))).toEqual({})
    expect(Object.keys(await volumes(bytesSource(file), { ports: [5000] }))).toEqual([`vxlan ${HERE.vni}`])
  })

  it('firstNumber: numbers run on', async () => {
    for await (const batch of packets(bytesSource(bytesOf('seed-ovs-h1.pcap')), { firstNumber: 100 })) {
      if (batch.next()) expect(batch.packet.number).toBe(100)
      while (batch.next());
    }
  })

  it('onProgress: never less than before, and all of it at the end', async () => {
    const bytes = bytesOf('mtu-frag-h1.pcap')
    const source = bytesSource(bytes)
    const told: [number, number | null][] = []
    const slow: ByteSource = { read: (into) => source.read(into.subarray(0, 1000)) }
    for await (const batch of packets(slow, { onProgress: (...now) => told.push(now) })) while (batch.next());
    expect(told.length).toBeGreaterThan(3)
    expect(told.map(([bytes]) => bytes)).toEqual(told.map(([bytes]) => bytes).sort((left, right) => left - right))
    expect(told.at(-1)?.[0]).toBe(bytes.length)
  })
})

group('the pull loop', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const packet = record(outer(HERE, 0, ping(HERE, 0, 1, 100)), 0)
  const file = pcapOf(Array.from({ length: 60_000 }, () => packet))

  /** Smallest growth of the heap per packet, over the batches of the file. */
  async function growth(plant: (number: number) => void): Promise<number> {
    let least = Number.POSITIVE_INFINITY
    for await (const batch of packets(bytesSource(file))) {
      collect()
      const before = process.memoryUsage().heapUsed
      let count = 0
      while (batch.next()) {
        count++
        plant(batch.layers.vni + batch.packet.number)
      }
      const grown = process.memoryUsage().heapUsed - before
      // A collection in between makes a batch say nothing.
      if (count > 1000 && grown >= 0) least = Math.min(least, grown / count)
    }
    return least
  }

  it('allocates nothing per packet, and a planted object is seen', async () => {
    let sink: unknown = null
    await growth(() => {})
    expect(await growth(() => {})).toBeLessThan(4)
    const planted = await growth((number) => {
      sink = { number }
    })
    expect(planted).toBeGreaterThan(12)
    expect(sink).not.toBeNull()
  })
})

group('an end before the end', () => {
  /** A source that says whether it was closed, and never ends. */
  function endless(): ByteSource & { closed: boolean } {
    const bytes = bytesOf('seed-ovs-h1.pcap')
    const first = bytesSource(bytes)
    const source = {
      closed: false,
      async read(into: Uint8Array) {
        return (await first.read(into)) || new Promise<number>(() => {})
      },
      async close() {
        source.closed = true
      },
    }
    return source
  }

  it('a signal that has come: nothing is read', async () => {
    const source = endless()
    const read = async () => {
      for await (const _ of packets(source, { signal: AbortSignal.abort() })) throw new Error('a batch')
    }
    await expect(read()).rejects.toMatchObject({ name: 'AbortError' })
    expect(source.closed).toBe(true)
  })

  it('a signal while the source waits: its reason is thrown, and the source is closed', async () => {
    const source = endless()
    const stop = new AbortController()
    let count = 0
    const read = async () => {
      for await (const batch of packets(source, { signal: stop.signal })) {
        while (batch.next()) count++
        setTimeout(() => stop.abort(new Error('enough')), 10)
      }
    }
    await expect(read()).rejects.toThrow('enough')
    expect(count).toBe(26)
    expect(source.closed).toBe(true)
  })

  it('a loop that is left closes the source', async () => {
    const source = endless()
    for await (const batch of packets(source)) {
      expect(batch.next()).toBe(true)
      break
    }
    expect(source.closed).toBe(true)
  })

  it('a batch that was left half taken is refused, and so is a second reading', async () => {
    const reading = packets(bytesSource(bytesOf('seed-ovs-h1.pcap')))
    const half = async () => {
      for await (const batch of reading) batch.next()
    }
    await expect(half()).rejects.toThrow('taken to its end')
    await expect(half()).rejects.toThrow('read once')
  })

  it('a capture that is cut delivers what is whole, and says so', async () => {
    const bytes = bytesOf('seed-ovs-h1.pcap')
    const reading = packets(bytesSource(bytes.subarray(0, bytes.length - 5)))
    let count = 0
    for await (const batch of reading) while (batch.next()) count++
    expect(count).toBe(25)
    expect(reading.issues).toMatchObject([{ kind: 'cut-short' }])
    expect(reading.reader.format).toBe('pcap')
  })

  it('what is no capture is refused', async () => {
    const read = async () => {
      for await (const _ of packets(bytesSource(new TextEncoder().encode('no capture at all, but long enough'))));
    }
    await expect(read()).rejects.toMatchObject({ name: 'CaptureError' })
  })
})
