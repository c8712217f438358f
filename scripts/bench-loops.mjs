// The loops that a tick is compared with: over the statm files of the same processes, in C and in Node. Each is a process that
// makes one pass for each byte that it reads, and prints how long the pass took, so that all can take turns with memmon.
import { spawn, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { ROOT } from './setup.mjs'

const IN_C = `#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
static int open_statm(const char *pid) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%s/statm", pid);
  return open(path, O_RDONLY);
}
int main(int n, char **args) {
  long pages = 0;
  char byte;
  int held = args[1][0] == 'h', *fds = calloc(n, sizeof *fds);
  for (int at = 2; held && at < n; at++) fds[at] = open_statm(args[at]);
  while (read(0, &byte, 1) == 1) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int at = 2; at < n; at++) {
      char text[256];
      int fd = held ? fds[at] : open_statm(args[at]);
      if (fd < 0) continue;
      ssize_t got = held ? pread(fd, text, sizeof text - 1, 0) : read(fd, text, sizeof text - 1);
      if (!held) close(fd);
      if (got <= 0) continue;
      text[got] = 0;
      long size, rss;
      if (sscanf(text, "%ld %ld", &size, &rss) == 2) pages += rss;
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%f\\n", (to.tv_sec - from.tv_sec) * 1e3 + (to.tv_nsec - from.tv_nsec) / 1e6);
    fflush(stdout);
  }
  return pages < 0;
}
`

/** The path of the program in C; undefined where there is no compiler. */
export function compileLoop(folder) {
  const source = join(folder, 'loop.c')
  const built = join(folder, 'loop')
  writeFileSync(source, IN_C)
  return spawnSync('cc', ['-O2', '-o', built, source]).status === 0 ? built : undefined
}

/** Each `turn` resolves with the milliseconds of one pass over these processes. */
export function startLoops(pids, { inC, node }) {
  const commands = [
    ...(inC === undefined
      ? []
      : [
          ['C loop over statm', inC, 'open'],
          ['C loop, pread over held statm', inC, 'held'],
        ]),
    ['Node loop, readv over held statm', node, join(ROOT, 'scripts', 'bench-held-reads.mjs')],
  ]
  return commands.map(([way, command, ...args]) => {
    const child = spawn(command, [...args, ...pids.map(String)], { stdio: ['pipe', 'pipe', 'inherit'] })
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const turn = async () => {
      child.stdin.write('.')
      return Number((await lines.next()).value)
    }
    return { way, turn, end: () => child.kill('SIGKILL') }
  })
}
