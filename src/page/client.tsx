/// <reference lib="dom" />
/** What runs in the page: reads its data and takes over what is there. */
import { decode } from './data.ts'
import { LivePage } from './live-page.tsx'
import { h } from './preact.ts'
import { takeOver } from './take-over.tsx'

void takeOver(decode, (data) => <LivePage {...data} isMade={true} />)
