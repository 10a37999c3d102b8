/** States from elsewhere: thousands in which anything may stand are refused or make a summary, in bounded time and memory. */
import { describe, expect, it } from 'vitest'
import { fate, richState, spoilt } from '../support/hostile-states.ts'

/** Seconds to go on; one more each time for who looks for more. */
const SECONDS = Number(process.env.STATES_SECONDS ?? 20)
const FIRST = Number(process.env.STATES_SEED ?? 1)
/** Milliseconds that any of them may take, on a machine that does other work too. */
const SLOW = 4_000

describe('states from elsewhere', () => {
  it(
    'are refused or make a summary',
    async () => {
      const state = await richState()
      expect(await fate(state)).toBe('summary')
      const fates = { refused: 0, damaged: 0, summary: 0 }
      const wrong: string[] = []
      const end = Date.now() + SECONDS * 1000
      let seed = FIRST
      for (; Date.now() < end && wrong.length < 20; seed++) {
        const begun = performance.now()
        try {
          fates[await fate(spoilt(state, seed))]++
        } catch (error) {
          wrong.push(`seed ${seed}: ${(error as Error).stack?.split('\n').slice(0, 6).join(' | ')}`)
        }
        const took = performance.now() - begun
        if (took > SLOW) wrong.push(`seed ${seed}: took ${Math.round(took)} ms`)
        const { arrayBuffers } = process.memoryUsage()
        if (arrayBuffers > 600_000_000) wrong.push(`seed ${seed}: ${arrayBuffers} bytes`)
      }
      console.log(`${seed - FIRST} states: ${JSON.stringify(fates)}`)
      expect(wrong).toEqual([])
      expect(Math.min(fates.refused, fates.summary)).toBeGreaterThan(0)
    },
    (SECONDS + 60) * 1000,
  )
})
