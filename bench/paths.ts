/** Where the benchmark keeps things. Everything below `bench/.cache` and `bench/results` may be deleted. */
import { join } from 'node:path'

/** The project's folder; npm runs scripts there. */
export const ROOT = process.cwd()
/** Generated captures, built peers, installed packages. */
export const CACHE = join(ROOT, 'bench/.cache')
/** Results as JSON, and CPU profiles. */
export const RESULTS = join(ROOT, 'bench/results')
/** Sources of the peers. */
export const PEERS = join(ROOT, 'bench/peers')
/** The bundled benchmark, where the start script puts it. */
export const BUNDLE = join(CACHE, 'bundle')
