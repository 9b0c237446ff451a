/** Whether a bridge may listen there: nobody on another machine may reach it. */
export function isLoopback (endpoint) {
  return /^ipc:\/\/./.test(endpoint) || /^tcp:\/\/(127\.0\.0\.1|\[::1\]):(\*|\d{1,5})$/.test(endpoint)
}
