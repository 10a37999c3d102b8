/** Puts a text on the clipboard, and says so. */
import { h, useState } from '../preact.ts'

/** Milliseconds for which it is said. */
const SAID_MS = 2000

export function CopyButton({ text, what }: { text: string; what: string }) {
  const [isCopied, setCopied] = useState(false)
  const copy = async (event: Event): Promise<void> => {
    const button = event.currentTarget as HTMLElement
    try {
      await navigator.clipboard.writeText(text)
    } catch {
      // Where the clipboard is kept from pages of files: what stands beside the button is selected and copied as by hand.
      const beside = button.parentElement?.querySelector('code')
      if (beside !== null && beside !== undefined) getSelection()?.selectAllChildren(beside)
      if (!document.execCommand('copy')) return
    }
    setCopied(true)
    setTimeout(setCopied, SAID_MS, false)
  }
  return (
    <button type="button" class="copy-button" aria-label={`Copy ${what}`} onClick={copy}>
      <span aria-live="polite">{isCopied ? 'Copied' : 'Copy'}</span>
    </button>
  )
}
