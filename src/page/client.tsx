/// <reference lib="dom" />
/** What runs in the page. */
import { App } from './app.tsx'
import { h, render } from './preact.ts'
import { NOTHING_CHOSEN } from './state.ts'

const root = document.getElementById('page')
if (root !== null) render(<App summary={{} as never} state={NOTHING_CHOSEN} choose={() => {}} />, root)
