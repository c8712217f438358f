#!/bin/sh
':' /*
# Read twice: by sh as far as exec or exit, by Node from the end of this comment on. `env node` costs as much, but if
# Node is missing it does not say what to do; and this finds the node that npm has installed memmon beside.
# Once this is named, even by its own default, glibc does not raise it: 1 to 2 MB that loading has freed go back for good.
: "${MALLOC_TRIM_THRESHOLD_=131072}"
export MALLOC_TRIM_THRESHOLD_
# SIGUSR1 opens Node's debugger, on a port, until memmon takes that signal over: not on an address that no machine has.
at=--inspect-port=192.0.2.1:9229
command -v node >/dev/null && exec node "$at" "$0" "$@"
beside="${0%/*}/node"
[ -f "$beside" ] && [ -x "$beside" ] && exec "$beside" "$at" "$0" "$@"
echo "memmon: no node found on PATH ($PATH) or beside $0: install Node 20.12 or later, or name it in supervisord.conf, as in command=/opt/node/bin/node $0" >&2
exit 127
*/
// What any Node can read, however old: one that is too old says so.
const [major, minor] = process.versions.node.split('.').map(Number)
if (major > 20 || (major === 20 && minor >= 12)) require('../dist/main.cjs')
else {
  console.error(
    `memmon: Node 20.12 or later is needed, and ${process.execPath} is ${process.version}: install a later one, or name it in supervisord.conf, as in command=/opt/node/bin/node ${process.argv[1]}`,
  )
  process.exitCode = 2
}
