/** The site as one file: HTML that holds its own script, style and captures, so that nothing but it is ever asked for. */
import { SITE_STYLE } from './style.ts'

/** Where the site is served: it asks for nothing but itself, its worker is made of its own text, and it may connect to nothing. */
function policyOf(scriptHash: string, styleHash: string): string {
  return [
    "default-src 'none'",
    `script-src 'sha256-${scriptHash}'`,
    `style-src 'sha256-${styleHash}'`,
    'worker-src blob:',
    'img-src data:',
    "connect-src 'none'",
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ')
}

/** A mark of its own, without which a browser would ask for `favicon.ico`. */
const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path d="M2 8h12M8 2v12" stroke="#0757b8" stroke-width="2"/><rect x="4.5" y="4.5" width="7" height="7" rx="2" fill="#fff" stroke="#0757b8" stroke-width="2"/></svg>',
)}`

/**
 * The site.
 * @param program - Its script, without `</script` or `<!--`.
 * @param sha256 - Of a text, in base64.
 */
export function pageOf(program: string, sha256: (text: string) => string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policyOf(sha256(program), sha256(SITE_STYLE))}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<meta name="description" content="Says what a packet capture of a VXLAN overlay holds and what is wrong. The capture stays in the tab.">
<link rel="icon" href="${ICON}">
<title>vxpcap</title>
<style>${SITE_STYLE}</style>
</head>
<body>
<div id="page"><main class="start"><h1>vxpcap</h1><p>This page reads captures with a script, in this tab alone. Scripts are off, or the browser is too old for it; the vxpcap command does the same.</p></main></div>
<script>${program}</script>
</body>
</html>
`
}
