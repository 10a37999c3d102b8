/// <reference lib="dom" />
/** What runs in the page of a comparison: reads its data and takes over what is there. */
import { h } from '../preact.ts'
import { takeOver } from '../take-over.tsx'
import { decodeComparison } from './data.ts'
import { LiveComparison } from './live.tsx'

void takeOver(decodeComparison, (data) => <LiveComparison {...data} isMade={true} />)
