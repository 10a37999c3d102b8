/** Completion as the shells themselves run it; zsh and fish where they are installed. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import { CATALOG } from '../../src/findings/catalog.ts'
import { fakeHost } from './fake-host.ts'

const folder = mkdtempSync(join(tmpdir(), 'vxpcap-completion-'))
const scripts = mkdtempSync(join(tmpdir(), 'vxpcap-completion-scripts-'))
const has = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0
const absent = (shell: string): string => (has(shell) ? '' : ` — SKIPPED: ${shell} is not installed`)

async function scriptFor(shell: string): Promise<string> {
  const host = fakeHost()
  expect(await run(['completion', shell], host)).toBe(0)
  const path = join(scripts, `vxpcap.${shell}`)
  writeFileSync(path, host.out())
  return path
}

beforeAll(() => {
  writeFileSync(join(folder, 'uplink.pcap'), '')
  writeFileSync(join(folder, 'uplink.pcapng'), '')
})
afterAll(() => {
  for (const path of [folder, scripts]) rmSync(path, { recursive: true })
})

/** What is typed, up to the cursor, and all that completes its last word. */
const CASES: [words: string[], completions: string[]][] = [
  [['su'], ['summarize']],
  [['v'], ['vnis', 'vteps']],
  [
    ['completion', ''],
    ['bash', 'fish', 'zsh'],
  ],
  [['summarize', '--und'], ['--underlay-mtu']],
  [
    ['flows', '--m'],
    ['--mac', '--memory', '--merge-by-time'],
  ],
  [
    ['summarize', '--color', 'a'],
    ['always', 'auto'],
  ],
  [
    ['vnis', '--sort', 'over'],
    ['overheadBytes', 'overheadPercent'],
  ],
  [['findings', 'CHECK'], ['CHECKSUM_PARTIAL']],
  [['he'], ['help']],
  [['help', 'flo'], ['flows']],
  [['uplink.pcap', '--on'], ['--only']],
  [['--on'], ['--only']],
  [
    ['--color', 'a'],
    ['always', 'auto'],
  ],
  [['--only', 'fi'], ['findings']],
  [['flo', '--so'], ['--sort']],
  [['flo', '--sort', 'dur'], ['duration']],
  [['flo', 'uplink.pcap', '--rev'], ['--reverse']],
]

describe.skipIf(!has('bash'))(`bash${absent('bash')}`, () => {
  function complete(path: string, words: readonly string[]): string[] {
    const script = `source "$1"; shift; COMP_WORDS=(vxpcap "$@"); COMP_CWORD=$#; _vxpcap; printf '%s\\n' "\${COMPREPLY[@]}"`
    const out = execFileSync('bash', ['--norc', '-c', script, 'bash', path, ...words], {
      encoding: 'utf8',
      cwd: folder,
    })
    return out.split('\n').filter(Boolean).sort()
  }

  it.each(CASES)('completes %j', async (words, completions) => {
    expect(complete(await scriptFor('bash'), words)).toEqual(completions)
  })

  it('completes the last of a list, and leaves files to the shell', async () => {
    const path = await scriptFor('bash')
    expect(complete(path, ['summarize', '--only', 'vnis,fl'])).toEqual(['vnis,flows'])
    expect(complete(path, ['summarize', 'upl'])).toEqual([])
    expect(complete(path, ['findings', '']).length).toBe(CATALOG.length)
    const asked = execFileSync('bash', ['--norc', '-c', 'source "$1"; complete -p vxpcap', 'bash', path], {
      encoding: 'utf8',
    })
    expect(asked).toContain('-o default')
  })
})

describe.skipIf(!has('fish'))(`fish${absent('fish')}`, () => {
  it.each(CASES)('completes %j', async (words, completions) => {
    const path = await scriptFor('fish')
    const line = ['vxpcap', ...words].join(' ')
    const out = execFileSync('fish', ['--no-config', '-c', `source ${path}; complete -C '${line}'`], {
      encoding: 'utf8',
      cwd: folder,
    })
    const found = out
      .split('\n')
      .filter(Boolean)
      .map((each) => each.split('\t')[0]!)
    expect(found.sort()).toEqual(completions)
  })

  it('completes captures', async () => {
    const path = await scriptFor('fish')
    const out = execFileSync('fish', ['--no-config', '-c', `source ${path}; complete -C 'vxpcap flows upl'`], {
      encoding: 'utf8',
      cwd: folder,
    })
    expect(out).toContain('uplink.pcap')
  })
})

describe.skipIf(!has('zsh'))(`zsh${absent('zsh')}`, () => {
  it('reads its script', async () => {
    const path = await scriptFor('zsh')
    const script = `autoload -Uz compinit; compinit -u -d ${join(scripts, 'dump')}; source ${path}; print $_comps[vxpcap]; whence -w _vxpcap`
    expect(execFileSync('zsh', ['-f', '-c', script], { encoding: 'utf8' })).toBe('_vxpcap\n_vxpcap: function\n')
  })

  /** What the script asks zsh to complete from, in place of what zsh finds in it. */
  async function asked(words: readonly string[]): Promise<string> {
    const path = await scriptFor('zsh')
    const stubs =
      'compdef() { }; _describe() { print describe }; _files() { print files }; _arguments() { print -l -- $CURRENT "$@" }'
    const script = `${stubs}; source "$1"; shift; words=(vxpcap "$@"); CURRENT=$#words; _vxpcap`
    return execFileSync('zsh', ['-f', '-c', script, 'zsh', path, ...words], { encoding: 'utf8' })
  }

  it.each([
    [['uplink.pcap', '--on'], '--only', 3],
    [['--only', ''], '--only', 3],
    [['--on'], '--only', 2],
    [['summarize', '--on'], '--only', 2],
    [['flo', '--so'], '--sort', 2],
    [['flows', 'uplink.pcap', '--so'], '--sort', 3],
  ])('completes %j from the options of the command that is meant', async (words, option, place) => {
    const found = (await asked(words)).split('\n')
    expect(found[0]).toBe(String(place))
    expect(found.some((line) => line.startsWith(`*${option}[`))).toBe(true)
  })

  it.each([[['su']], [['help', '']]])('completes %j from the commands', async (words) => {
    expect(await asked(words)).toMatch(/^describe\n/)
  })
})

it('knows no other shell', async () => {
  const host = fakeHost()
  expect(await run(['completion', 'tcsh'], host)).toBe(2)
  expect(host.err()).toBe("vxpcap: completion 'tcsh': there are bash, zsh, fish\n")
})
