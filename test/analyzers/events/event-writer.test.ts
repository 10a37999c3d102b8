/** Every field of an event's record is written for every packet: nothing of the packet before shines through. */
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { EventLog, STRIDE } from '../../../src/analyzers/events/event-log.ts'
import { EventWriter } from '../../../src/analyzers/events/event-writer.ts'
import { Observation } from '../../../src/analyzers/lookup/observation.ts'
import { Paths } from '../../../src/analyzers/lookup/paths.ts'
import { Resolver } from '../../../src/analyzers/lookup/resolver.ts'
import { Keys } from '../../../src/analyzers/tables/keys.ts'
import { DEFAULT_LIMITS } from '../../../src/analyzers/tables/limits.ts'
import { dissect, tunnelPorts } from '../../../src/codecs/walk/dissect.ts'
import { recordsOf } from '../../support/parts.ts'

const FIXTURES = new URL('../../../fixtures/pcaps/', import.meta.url).pathname
const files = readdirSync(FIXTURES).filter((name) => /\.pcap(ng)?$/.test(name))
const PORTS = tunnelPorts()

describe('event writer', () => {
  it.each(files)('%s: a dirty record ends as a clean one does', (name) => {
    const keys = new Keys(DEFAULT_LIMITS)
    const resolver = new Resolver(keys, new Paths({ countPath: () => {} }), DEFAULT_LIMITS.datagrams)
    const writer = new EventWriter(keys, PORTS)
    const o = new Observation()
    for (const { view, packet } of recordsOf(FIXTURES + name)) {
      const written = [0, 0x5a5a_5a5a, -1].map((dirt) => {
        const log = new EventLog(new Int32Array(STRIDE))
        log.i32.fill(dirt)
        dissect(o.layers, view, 0, packet.capturedLength, packet.wireLength, packet.linkType, PORTS)
        o.record(packet, 0, 1)
        o.clearRows()
        if (o.layers.tunnel !== 0) {
          o.kept = true
          resolver.resolve(o)
        }
        writer.fill(log, 0, o)
        return log.i32.slice(0, STRIDE)
      })
      expect(written[1]).toEqual(written[0])
      expect(written[2]).toEqual(written[0])
    }
  })
})
