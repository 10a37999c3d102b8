/** The process that plants mutants in its own copy of the project and runs tests on them; told what to do by run.ts. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createVitest, type Vitest } from 'vitest/node'

/** One run of tests: with a source replaced, or as it is. */
export interface Order {
  readonly source: string
  readonly text: string
  readonly tests: readonly string[]
}

/** How it ended. */
export interface Answer {
  /** Whether a test failed. */
  readonly failed: boolean
  /** Tests that ran. */
  readonly ran: number
}

const [, , root = process.cwd()] = process.argv
let vitest: Vitest | undefined

async function started(): Promise<Vitest> {
  vitest ??= await createVitest(
    'test',
    { root, watch: false, bail: 1, reporters: [{}], maxWorkers: 1, setupFiles: [join(root, 'no-shrinking.ts')] },
    { cacheDir: join(root, '.vite') },
  )
  return vitest
}

async function run({ source, text, tests }: Order): Promise<Answer> {
  const path = join(root, source)
  writeFileSync(path, text)
  const instance = await started()
  instance.invalidateFile(path)
  if (tests.length === 0) return { failed: false, ran: 0 }
  const project = instance.getRootProject()
  const paths = tests.map((test) => join(root, test))
  // What earlier mutants left behind says nothing about this one.
  instance.state.errorsSet.clear()
  await instance.runTestSpecifications(
    paths.map((test) => project.createSpecification(test)),
    false,
  )
  const modules = instance.state.getTestModules().filter(({ moduleId }) => paths.includes(moduleId))
  let ran = 0
  for (const module of modules)
    for (const test of module.children.allTests()) if (test.result().state !== 'skipped') ran++
  const failed = instance.state.getUnhandledErrors().length > 0 || modules.some((module) => !module.ok())
  return { failed, ran }
}

process.on('message', (order: Order) => {
  void run(order).then(
    (answer) => process.send?.(answer),
    // A source that cannot even be loaded is noticed, too.
    () => process.send?.({ failed: true, ran: 0 }),
  )
})
process.on('disconnect', () => process.exit())
