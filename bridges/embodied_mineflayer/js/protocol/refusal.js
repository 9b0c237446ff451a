/** The body of a result that refuses or failed. */
export function refusal (code, message, data = undefined) {
  return { ok: false, error: data === undefined ? { code, message } : { code, message, data } }
}
