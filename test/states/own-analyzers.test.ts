/** States of a summary with analyzers beside the package's own: what a fleet's point counts goes on from file to file as the summary does. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { bytesSource } from '../../src/capture/source.ts'
import { type PointAnalyzers, pointAnalyzers, pointDocument, pointOf } from '../../src/fleet/index.ts'
import { Summarizer } from '../../src/pipeline.ts'
import { resumeState, saveState } from '../../src/states/node-state-file.ts'
import type { Summary } from '../../src/summary.ts'
import { fixture } from '../support/goldens.ts'
import { packetsOf, rotated } from '../support/rotated.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-own-states-'))
afterAll(() => rmSync(folder, { recursive: true }))

const opened = (path: string) => bytesSource(new Uint8Array(readFileSync(path)))

/** Every file in a Summarizer of its own, that goes on from the bytes of the one before. */
async function fromFileToFile(files: readonly string[]): Promise<Summarizer<PointAnalyzers>> {
  let summarizer = new Summarizer({ analyzers: pointAnalyzers() })
  for (const file of files) {
    await summarizer.read(file, opened(file))
    summarizer = await resumeState<PointAnalyzers>(await saveState(summarizer), { analyzers: pointAnalyzers() })
  }
  return summarizer
}

describe('a state with analyzers of one’s own', () => {
  it.each(['seed-ovs-h1.pcapng', 'kv-mixed-sw.pcapng', 'mtu-frag-h1.pcap'])('goes on with them: %s', async (name) => {
    const packets = packetsOf(fixture(name))
    const files = rotated(fixture(name), [Math.floor(packets / 3), Math.floor(packets / 2)], join(folder, name))
    const expected = await pointOf(
      'leaf',
      files.map((file) => ({ name: file, open: async () => opened(file) })),
    )
    const summary = (await fromFileToFile(files)).summary() as unknown as Summary
    expect(pointDocument('leaf', summary)).toEqual(expected)
    expect(expected.directions.length).toBeGreaterThan(0)
  })

  it('is gone on from with analyzers of the same names only', async () => {
    const bytes = await saveState(new Summarizer({ analyzers: pointAnalyzers() }))
    await expect(resumeState(bytes)).rejects.toMatchObject({ name: 'StateError', code: 'other-options' })
    const plain = await saveState(new Summarizer())
    const asked = resumeState<PointAnalyzers>(plain, { analyzers: pointAnalyzers() })
    await expect(asked).rejects.toMatchObject({ name: 'StateError', code: 'other-options' })
  })

  it('is damaged where one refuses what it saved', async () => {
    const refusing = () => ({
      mine: {
        observe() {},
        finish: () => 1,
        save: () => ({ count: 3 }),
        restore() {
          throw new RangeError('count must be four')
        },
      },
    })
    const bytes = await saveState(new Summarizer({ analyzers: refusing() }))
    await expect(resumeState(bytes, { analyzers: refusing() } as never)).rejects.toMatchObject({ code: 'damaged' })
  })
})
