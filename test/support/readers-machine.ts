/** A folder in which the commands and programs of the documents run as they would where a reader has the project and the package. */
import { execFile } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { BIN, ensureDist } from './dist.ts'
import { ROOT } from './shared.ts'

const run = promisify(execFile)

/** How a program ended, and what it wrote to standard output and standard error. */
export interface Outcome {
  status: number
  output: string
}

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')
const TYPES = ['--module', 'nodenext', '--target', 'es2022', '--strict', '--lib', 'es2023,dom', '--types', 'node']

export class ReadersMachine {
  readonly #folder = mkdtempSync(join(tmpdir(), 'vxpcap-docs-'))

  /** Builds the package unless it is built, and puts `vxpcap` and `npx vxpcap` on the path. */
  static async prepare(): Promise<ReadersMachine> {
    await ensureDist()
    return new ReadersMachine()
  }

  private constructor() {
    const folder = this.#folder
    mkdirSync(join(folder, 'bin'))
    mkdirSync(join(folder, 'node_modules'))
    // The package's own name resolves to the project, through its exports, as it does where it is installed.
    symlinkSync(ROOT, join(folder, 'node_modules/vxpcap'), 'dir')
    // The optional peer of vxpcap/testing.
    symlinkSync(join(ROOT, 'node_modules/fast-check'), join(folder, 'node_modules/fast-check'), 'dir')
    const program = (file: string, body: string): void => {
      writeFileSync(join(folder, 'bin', file), `#!/bin/sh\n${body}\n`)
      chmodSync(join(folder, 'bin', file), 0o755)
    }
    program('vxpcap', `exec "${process.execPath}" "${BIN}" "$@"`)
    program('npx', '[ "$1" = vxpcap ] || { echo "npx: only vxpcap here, not $1"; exit 127; }\nshift\nexec vxpcap "$@"')
  }

  /** The folder of a document's commands: everything of the project by its path, and room for what they write. */
  #work(document: string): string {
    const work = join(this.#folder, 'work', document.replaceAll('/', '+'))
    if (mkdirSync(work, { recursive: true }) !== undefined) {
      for (const entry of readdirSync(ROOT)) symlinkSync(join(ROOT, entry), join(work, entry))
    }
    return work
  }

  /** Runs a shell command of a document. What an earlier one wrote is there. */
  async shell(document: string, command: string): Promise<Outcome> {
    const { NO_COLOR, FORCE_COLOR, ...env } = process.env
    const options = {
      cwd: this.#work(document),
      env: { ...env, PATH: `${join(this.#folder, 'bin')}${delimiter}${env.PATH ?? ''}` },
      timeout: 60_000,
      maxBuffer: 64 << 20,
    }
    try {
      const running = run('bash', ['-c', `exec 2>&1\n${command}`], options)
      running.child.stdin?.end()
      const { stdout } = await running
      return { status: 0, output: stdout }
    } catch (error) {
      const { code, stdout, message } = error as { code: unknown; stdout?: string; message: string }
      return { status: typeof code === 'number' ? code : -1, output: stdout ?? message }
    }
  }

  /**
   * Checks the types of all programs, as a reader's strict project does, and compiles them.
   * @param programs - Texts in TypeScript by name.
   * @returns What the compiler says of each that is wrong, by name.
   */
  async compile(programs: ReadonlyMap<string, string>): Promise<Map<string, string>> {
    const names = [...programs.keys()]
    for (const [name, text] of programs) writeFileSync(join(this.#folder, `${name}.mts`), text)
    const argv = [TSC, ...TYPES, '--typeRoots', join(ROOT, 'node_modules/@types'), '--skipLibCheck']
    const { stdout } = await run(process.execPath, [...argv, ...names.map((name) => `${name}.mts`)], {
      cwd: this.#folder,
    }).catch((error: { stdout: string }) => error)
    const said = new Map<string, string>()
    for (const line of stdout.split('\n').filter((each) => each.trim() !== '')) {
      const of = names.filter((name) => line.startsWith(`${name}.mts(`))
      // What is said of no program is wrong with all of them.
      for (const name of of.length > 0 ? of : names) said.set(name, `${said.get(name) ?? ''}${line}\n`)
    }
    return said
  }

  /** Runs a program that was compiled. @returns What it prints. @throws Error when it fails. */
  async program(document: string, name: string): Promise<string> {
    const { stdout } = await run(process.execPath, [join(this.#folder, `${name}.mjs`)], {
      cwd: this.#work(document),
      timeout: 60_000,
    })
    return stdout
  }

  remove(): void {
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
