/** The law of chains on every capture of the lab and of the field cases: cut at one of its tenths and by chance, in one of the ways to count. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { summarizeFiles } from '../../src/node.ts'
import { random } from '../capture/files.ts'
import { fromStateToState, packetsOf, rotated, WAYS, whole } from '../support/rotated.ts'
import { because, FIELD, LAB } from '../support/shared.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-chains-'))
afterAll(() => rmSync(folder, { recursive: true }))
const chain = join(folder, 'chain')
const STATE = join(folder, 'point.vxp')

function capturesIn(place: string | undefined): string[] {
  if (place === undefined) return []
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.pcap(ng)?$/.test(name))
    .sort()
    .map((name) => join(place, name))
}

/** A tenth, from capture to capture another one, and a packet by chance. */
function cuts(packets: number, seed: number): number[] {
  const next = random(packets + seed)
  const chosen = [Math.floor((packets * ((seed % 9) + 1)) / 10), Math.floor(next() * packets)]
  return [...new Set(chosen)].filter((cut) => cut > 0 && cut < packets).sort((left, right) => left - right)
}

describe(`chains${because(LAB)}`, () => {
  const captures = [...capturesIn(LAB), ...capturesIn(FIELD)]

  it.skipIf(captures.length === 0)(
    'say from state to state what they say in one go',
    async () => {
      const differing: string[] = []
      for (const [index, capture] of captures.entries()) {
        const [name, options] = WAYS[index % WAYS.length]!
        const files = rotated(capture, cuts(packetsOf(capture), index), chain)
        const expected = whole(await summarizeFiles(files, options))
        const parts = files.map((file) => [file])
        if (whole(await fromStateToState(parts, STATE, options)) !== expected) differing.push(`${capture}, ${name}`)
      }
      expect(captures.length).toBeGreaterThan(100)
      expect(differing).toEqual([])
    },
    600_000,
  )
})
