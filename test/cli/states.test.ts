/** `summarize --save` and `--resume` at the built program: what is said, with which status, and what stays on the disk. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bin, buildBin } from '../support/built-bin.ts'
import { fixture } from '../support/goldens.ts'
import { rotated } from '../support/rotated.ts'

let bin: Bin
const folder = mkdtempSync(join(tmpdir(), 'vxpcap-states-'))
const at = (name: string): string => join(folder, name)
let files: string[]
beforeAll(async () => {
  bin = await buildBin()
  files = rotated(fixture('seed-ovs-h1.pcapng'), [10, 20], at('chain'))
}, 300_000)
afterAll(() => {
  bin?.remove()
  rmSync(folder, { recursive: true })
})
const summarize = (...argv: string[]) => bin.run(['summarize', ...argv])

describe('summarize --save, --resume', () => {
  it('prints from state to state what it prints in one go', async () => {
    const state = at('s.vxp')
    for (const [index, file] of files.entries()) {
      const from = index === 0 ? ['--port', '9999'] : ['--resume', state]
      const { status, err } = await summarize('--json', ...from, '--save', state, file)
      expect([status, err]).toEqual([0, ''])
    }
    const expected = await summarize('--json', '--port', '9999', ...files)
    // What it says so far is shown without a capture more.
    expect(await summarize('--json', '--resume', state)).toEqual(expected)
    expect(await summarize('--json', '--resume', state, '--port', '9999')).toEqual(expected)
    expect(readdirSync(folder).filter((name) => name.includes('.part'))).toEqual([])
  })

  it('refuses what cannot be gone on from, on one line with status 2', async () => {
    const state = at('t.vxp')
    await summarize('--save', state, files[0]!)
    const capture = files[1]!
    writeFileSync(at('cut.vxp'), readFileSync(state).subarray(0, 500))
    const line = (text: string): string => `vxpcap: ${text}\n`
    const refused = async (...argv: string[]): Promise<string> => {
      const { status, out, err } = await summarize(...argv)
      expect([status, out]).toEqual([2, ''])
      return err
    }
    expect(await refused('--resume', at('none.vxp'), capture)).toBe(
      line(`${at('none.vxp')}: cannot be read: there is no such file`),
    )
    expect(await refused('--resume', capture, capture)).toBe(
      line(`${capture}: not a state that vxpcap summarize --save has written`),
    )
    expect(await refused('--resume', at('cut.vxp'), capture)).toBe(
      line(`${at('cut.vxp')}: a state that is cut short; copy it again, or begin anew from the captures`),
    )
    expect(await refused('--resume', state, '--vni', '5', '--memory', '512', capture)).toBe(
      line(
        `${state}: the state was saved with other options of counting: VNIs, memory (limits of tables); leave them out to go on with those it has, or begin anew`,
      ),
    )
    expect(await refused('--save', capture, capture)).toMatch(/: cannot be written: it is the input /)
    expect(await refused('--save', at('none/x.vxp'), capture)).toMatch(/its directory does not exist/)
    expect(await refused('--save', '-', capture)).toMatch(/^vxpcap: --save '-': a state is a file/)
    expect(await refused('--save', state, '--follow', capture)).toMatch(/^vxpcap: --save .*leave out --follow/)
    expect(await refused('--resume', state, '--merge-by-time', capture)).toMatch(
      /^vxpcap: --resume .*leave out --merge/,
    )
  })

  it('saves nothing after Ctrl-C, and says so', async () => {
    const state = at('u.vxp')
    await summarize('--save', state, files[0]!)
    const before = readFileSync(state)
    const argv = ['summarize', '--json', '--resume', state, '--save', state, '-']
    const child = spawn(process.execPath, [bin.script, ...argv], { stdio: ['pipe', 'ignore', 'pipe'] })
    let err = ''
    child.stderr.on('data', (text) => {
      err += text
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    child.stdin.write(readFileSync(files[1]!))
    // The file beside it is there as soon as the program has opened what it will write.
    while (!readdirSync(folder).some((name) => name.endsWith('.part'))) await sleep(20)
    await sleep(200)
    child.kill('SIGINT')
    await ended
    expect(err).toContain(`${state}: not saved, because reading was stopped; what was there before is as it was\n`)
    expect(readFileSync(state)).toEqual(before)
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([])
  })

  it('saves nothing where nothing could be read', async () => {
    const state = at('v.vxp')
    expect((await summarize('--save', state, at('none.pcap'))).status).toBe(2)
    expect(existsSync(state)).toBe(false)
  })
})
