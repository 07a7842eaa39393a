/** How long ago a moment was, in a suitable unit: `8 s ago`, `5 min ago`, `3 h ago`, `2 days ago`. */
export function ago(moment: string, now: number = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - Date.parse(moment)) / 1000))
  if (seconds < 120) return `${seconds} s ago`
  if (seconds < 120 * 60) return `${Math.floor(seconds / 60)} min ago`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h ago`
  return `${Math.floor(seconds / 86_400)} days ago`
}
