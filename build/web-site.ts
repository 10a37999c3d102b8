/** Builds the site in `web/`: one HTML file, with the worker's program and the captures of our lab in its script. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { type BuildOptions, build } from 'esbuild'
import { pageOf } from '../web/page.ts'
import type { Sample } from '../web/samples.ts'
import { bundledPrograms } from './bundled.ts'
import { withConstants } from './constants.ts'

/** The captures that come with the site, most telling first. */
const SAMPLES: readonly (Omit<Sample, 'data' | 'name'> & { path: string })[] = [
  {
    path: 'guides/mtu-blackhole-h1.pcap',
    title: 'MTU black hole',
    about:
      'Small packets are answered, large ones leave again and again: the path between two VTEPs drops them in silence.',
  },
  {
    path: 'pcaps/kv-mixed-h1.pcap',
    title: 'Three tenants',
    about: 'Three hosts, VNIs 10, 20 and 30, with TCP, UDP and pings, as the first host saw them.',
  },
  {
    path: 'pcaps/mtu-frag-h1.pcap',
    title: 'A VTEP that fragments',
    about: 'An inner MTU of 1500 over an underlay of 1500: outer datagrams leave in fragments.',
  },
  {
    path: 'pcaps/fault-malformed-h1.pcap',
    title: 'Malformed headers',
    about:
      'Two pings, and nine crafted datagrams at port 4789: no I flag, reserved bits, headers cut short, plain text.',
  },
  {
    path: 'pcaps/seed-ovs-h1.pcapng',
    title: 'A healthy lab',
    about: 'Two Open vSwitch hosts with VNI 0, nine pings, all of them answered.',
  },
]

const COMMON: BuildOptions = {
  bundle: true,
  minify: true,
  write: false,
  platform: 'browser',
  target: 'es2022',
  legalComments: 'none',
  charset: 'ascii',
}

/** The site. @param root - Folder of the project. */
export async function site(root: string): Promise<string> {
  const worker = await workerProgram(root)
  const program = await bundled(root, 'web/client.tsx', {
    format: 'iife',
    define: {
      WORKER_PROGRAM: JSON.stringify(worker),
      BUNDLED_SAMPLES: JSON.stringify(samples(root)),
    },
  })
  // Inside HTML a comment would change where the script ends; in a string, which is where it stands, `\!` is `!`. esbuild itself writes
  // `<\/script`.
  const inHtml = program.replaceAll('<!--', '<\\!--')
  if (/<\/script/i.test(inHtml)) throw new Error("the site's script would end in its midst")
  return pageOf(inHtml, (text) => createHash('sha256').update(text).digest('base64'))
}

/** As a module, so that its constants stand at the top, where the engine takes them for what they are. */
async function workerProgram(root: string): Promise<string> {
  const program = await bundled(root, 'web/worker.ts', { format: 'esm', plugins: [bundledPrograms()] })
  return `'use strict';${withConstants('worker.js', program)}`
}

async function bundled(root: string, entry: string, options: BuildOptions): Promise<string> {
  const { outputFiles } = await build({ ...COMMON, ...options, entryPoints: [join(root, entry)] })
  return outputFiles![0]!.text
}

function samples(root: string): Sample[] {
  return SAMPLES.map(({ path, ...words }) => ({
    ...words,
    name: path.slice(path.lastIndexOf('/') + 1),
    data: gzipSync(readFileSync(join(root, 'fixtures', path)), { level: 9 }).toString('base64'),
  }))
}
