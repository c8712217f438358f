# Runs a command on a terminal of its own. What it draws goes to stdout as it comes; lines on stdin say what is done to
# it: {"key": "q"}, {"size": [24, 80]} or {"signal": 15}. At its end one line of JSON on stderr: its exit code, and
# whether the terminal is as it was before.
import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios

rows, columns, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]


def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))


master, slave = pty.openpty()
resize(master, rows, columns)
before = termios.tcgetattr(slave)  # the slave stays open here, so that it can be asked at the end
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.execvp(command[0], command)

pending = b''
sources = [master, 0]
status = None
while True:
    ready, _, _ = select.select(sources, [], [], 0.05)
    if master in ready:
        os.write(1, os.read(master, 65536))
        continue
    if status is not None:
        break
    if 0 in ready:
        chunk = os.read(0, 65536)
        if chunk == b'':
            sources.remove(0)
        pending += chunk
        *lines, pending = pending.split(b'\n')
        for line in lines:
            wish = json.loads(line)
            if 'key' in wish:
                os.write(master, wish['key'].encode())
            if 'size' in wish:
                resize(master, *wish['size'])
            if 'signal' in wish:
                os.kill(pid, wish['signal'])
    done, code = os.waitpid(pid, os.WNOHANG)
    if done:
        status = code
code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else -os.WTERMSIG(status)
print(json.dumps({'code': code, 'isRestored': termios.tcgetattr(slave) == before}), file=sys.stderr)
