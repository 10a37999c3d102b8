/** What objects keep, private fields included: the debugger's view of them, which no test could have through the language. */
import { Session } from 'node:inspector'

/** A field and what it holds. */
export type Field = readonly [name: string, value: unknown]

interface Property {
  name: string
  value?: { type: string; objectId?: string; value?: unknown; unserializableValue?: string }
}

/** Looks into objects of this thread. */
export class Innards {
  readonly #session = new Session()
  readonly #known = new Map<object, Field[]>()

  constructor() {
    this.#session.connect()
  }

  close(): void {
    this.#session.disconnect()
  }

  /** The own fields of an object, private ones with their `#`. Accessors are no fields. */
  fieldsOf(object: object): Field[] {
    let fields = this.#known.get(object)
    if (fields === undefined) {
      fields = [...Object.entries(object), ...this.#privateFields(object)]
      this.#known.set(object, fields)
    }
    return fields
  }

  #privateFields(object: object): Field[] {
    const here = globalThis as unknown as { innards: unknown }
    here.innards = object
    const { result } = this.#ask<{ result: { objectId: string } }>('Runtime.evaluate', {
      expression: 'globalThis.innards',
    })
    const { objectId } = result
    const { privateProperties = [] } = this.#ask<{ privateProperties?: Property[] }>('Runtime.getProperties', {
      objectId,
      ownProperties: true,
    })
    // A field of code is a private method.
    const fields = privateProperties.flatMap(({ name, value }): Field[] => {
      if (value === undefined || value.type === 'function') return []
      if (value.objectId === undefined) return [[name, value.unserializableValue ?? value.value]]
      this.#ask('Runtime.callFunctionOn', {
        objectId: value.objectId,
        functionDeclaration: 'function () { globalThis.innards = this }',
      })
      return [[name, here.innards]]
    })
    here.innards = undefined
    return fields
  }

  #ask<T>(method: string, params: object): T {
    // Within one thread the answer is there when the call returns.
    let answer: T | undefined
    let failure: Error | null = null
    this.#session.post(method, params, (error: Error | null, result?: object) => {
      failure = error
      answer = result as T
    })
    if (failure !== null || answer === undefined) throw failure ?? new Error(`${method} gave no answer`)
    return answer
  }
}
