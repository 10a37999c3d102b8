/**
 * `npm run oracle [-- <capture or folder>...]`: this tree against the build whose answers are known to be right, byte for byte.
 *
 * The commit of that build stands in package.json (`config.oracle`). It is taken out of git, bundled with the dependencies at hand, and
 * both summarize every capture in the same process: as it is, selections of it, with other options, and with tables of a few rows. Without
 * arguments: the fixtures, and what is in `../shared`. A change that is meant to be seen moves the commit, and says so.
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
const cache = join(root, 'node_modules/.cache/vxpcap')
const { config } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

/** How each capture is summarized. */
const WAYS = {
  'as it is': {},
  'VNIs up to 5,000': { vniRanges: [[0, 5000]] },
  'an inner address range': { ips: ['10.0.0.0/8', '192.168.0.0/16', 'fd00::/8'] },
  'further ports and an underlay MTU': { ports: [1, 53, 5060, 8472, 51820], underlayMtu: 1500 },
  'tables of four rows': {
    limits: Object.fromEntries(
      ['addresses', 'vnis', 'vtepPairs', 'routes', 'flows', 'macs', 'vlanStacks', 'details', 'requests', 'window'].map(
        (name) => [name, 4],
      ),
    ),
  },
}

/** Bundles the library of a source tree. @returns What it exports. */
async function libraryOf(tree, name) {
  const outfile = join(cache, 'oracle', `${name}.mjs`)
  await build({
    absWorkingDir: tree,
    entryPoints: [join(tree, 'src/node.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)" },
  })
  return import(pathToFileURL(outfile).href)
}

/** The source tree of a commit, with the dependencies of this one. @returns Its folder; null where git does not have the commit. */
function treeOf(commit) {
  const folder = join(cache, 'oracle', commit)
  if (existsSync(folder)) return folder
  const fresh = `${folder}.${process.pid}`
  mkdirSync(fresh, { recursive: true })
  try {
    const archive = execFileSync('git', ['-C', root, 'archive', commit, 'src', 'package.json', 'tsconfig.json'], {
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    execFileSync('tar', ['-x', '-C', fresh], { input: archive })
  } catch {
    rmSync(fresh, { recursive: true })
    return null
  }
  symlinkSync(join(root, 'node_modules'), join(fresh, 'node_modules'))
  renameSync(fresh, folder)
  return folder
}

/** Every capture of a path. */
function capturesOf(path) {
  if (statSync(path).isFile()) return [path]
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(pcap|pcapng|cap)(\.(gz|zst|lz4))?$/.test(name))
    .sort()
    .map((name) => join(path, name))
}

/** The summary as the command would print it, or the error. */
async function said(library, path, options) {
  try {
    return JSON.stringify(await library.summarizeFiles([path], options), null, 1)
  } catch (error) {
    return `${error.code ?? error.name}: ${error.message}`
  }
}

/** The first line in which two texts differ. */
function difference(one, other) {
  const [ours, theirs] = [one.split('\n'), other.split('\n')]
  const at = ours.findIndex((line, i) => line !== theirs[i])
  return `line ${at + 1}: ${ours[at]?.trim()} | oracle: ${theirs[at]?.trim()}`
}

const tree = treeOf(config.oracle)
if (tree === null) {
  console.log(`skipped: this clone does not have the commit ${config.oracle} (a shallow clone?)`)
  process.exit(0)
}
const [ours, theirs] = [await libraryOf(root, 'ours'), await libraryOf(tree, 'theirs')]
const given = process.argv.slice(2)
const shared = ['lab/captures', 'field/captures', 'corpus'].map((name) => join(root, '../shared', name))
const places = given.length > 0 ? given : [join(root, 'fixtures'), ...shared.filter((place) => existsSync(place))]
const captures = places.flatMap(capturesOf)
if (captures.length === 0) throw new Error(`no capture in ${places.join(', ')}`)
let different = 0
for (const path of captures) {
  for (const [way, options] of Object.entries(WAYS)) {
    const [one, other] = [await said(ours, path, options), await said(theirs, path, options)]
    if (one === other) continue
    different++
    console.log(`${basename(path)}, ${way}: ${difference(one, other)}`)
  }
}
const count = captures.length * Object.keys(WAYS).length
console.log(
  `${count - different} of ${count} summaries are those of ${config.oracle.slice(0, 7)} (${captures.length} captures)`,
)
process.exit(different === 0 ? 0 : 1)
