/** The package as a stranger gets it: packed, and installed in an empty folder. */
import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { ensureDist } from './dist.ts'
import { ROOT } from './shared.ts'

const run = promisify(execFile)

/** An installation: its folder, to be removed by who asked for it, and the files of the tarball. */
export interface Installed {
  folder: string
  packed: string[]
}

/** Packs the package and installs it in a new folder. */
export async function installed(): Promise<Installed> {
  await ensureDist()
  const folder = mkdtempSync(join(tmpdir(), 'vxpcap-installed-'))
  const pack = await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], { cwd: ROOT })
  const [tarball] = JSON.parse(pack.stdout) as [{ filename: string; files: { path: string }[] }]
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'stranger', private: true, type: 'module' }))
  await run(
    'npm',
    ['install', '--prefer-offline', '--no-audit', '--no-fund', '--ignore-scripts', join(folder, tarball.filename)],
    { cwd: folder },
  )
  // The optional peer that vxpcap/testing is used with, and what it needs itself.
  for (const name of ['fast-check', 'pure-rand']) {
    cpSync(join(ROOT, 'node_modules', name), join(folder, 'node_modules', name), { recursive: true })
  }
  return { folder, packed: tarball.files.map(({ path }) => path) }
}
