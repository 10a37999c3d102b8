/** What every page is: HTML that holds its own script, style and data, and lets nothing else run. */
import { renderToString } from 'preact-render-to-string'
import { h, type VNode } from './preact.ts'

/** Most bytes of a page, so that it can be sent by mail. */
export const DEFAULT_PAGE_BYTES = 500_000

const ENCODER = new TextEncoder()

/** What a page is made of. */
export interface Frame {
  title: string
  /** The page's component, which has `main` around it. */
  body: VNode
  /** What its script reads. */
  data: string
  script: string
  style: string
  /** Of {@link policyOf} script and style. */
  policy: string
}

/** The page as one text. */
export function framed({ title, body, data, script, style, policy }: Frame): string {
  const head = renderToString(
    <head>
      <meta charset="utf-8" />
      <meta http-equiv="Content-Security-Policy" content={policy} />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="referrer" content="no-referrer" />
      <meta name="color-scheme" content="light dark" />
      <title>{`${title} · vxpcap`}</title>
    </head>,
  )
  return `<!doctype html>
<html lang="en">
${head.replace('</head>', `<style>${style}</style></head>`)}
<body>
<div id="page">${renderToString(body)}</div>
<script type="text/plain" id="data">${data}</script>
<script>${script}</script>
</body>
</html>
`
}

/** Bytes of a page. */
export function bytesOf(page: string): number {
  return ENCODER.encode(page).length
}

/** Nothing but this script and this style. */
export async function policyOf(script: string, style: string): Promise<string> {
  const [scriptHash, styleHash] = await Promise.all([sha256(script), sha256(style)])
  return `default-src 'none'; script-src 'sha256-${scriptHash}'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'`
}

async function sha256(text: string): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', ENCODER.encode(text)))
  return btoa(String.fromCharCode(...hash))
}
